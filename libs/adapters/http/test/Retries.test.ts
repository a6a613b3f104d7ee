/** When a request is sent again, how long that is waited for, and when it is given up. */
import { it } from "@effect/vitest"
import { IdempotencyKey, type RecordStore, Task, Tasks } from "@emend/domain"
import { type HttpOptions, HttpServices } from "@emend/http"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import { describe, expect } from "vitest"
import * as BaseUrl from "../src/BaseUrl.ts"
import * as Sender from "../src/Sender.ts"
import * as HandClock from "./HandClock.ts"
import * as Stub from "./Stub.ts"

const get = Effect.flatMap(Tasks, (tasks) => tasks.get("t"))
const draft = Task.Task.fromBody({ merge_params: { a: 1 } })
const update = Effect.flatMap(Tasks, (tasks) => tasks.update("t", draft))

// Times that no other sleeps for.
const callMillis = 60_001
const attemptMillis = 20_003
const isWait = (millis: number) => millis !== callMillis && millis !== attemptMillis

/** A call under a clock that is moved by hand, as a fiber. */
const calling = Effect.fnUntraced(
  function*<A, E>(url: string, program: Effect.Effect<A, E, Tasks>, options: Partial<HttpOptions> = {}) {
    const hand = HandClock.make()
    const fiber = yield* program.pipe(
      Effect.result,
      Effect.provide(HttpServices.layer({ baseUrl: url, callMillis, attemptMillis, ...options })),
      Effect.provideService(Clock.Clock, hand.clock),
      Random.withSeed("calling"),
      Effect.forkChild({ startImmediately: true })
    )
    return { ...hand, fiber, outcome: Fiber.join(fiber) }
  }
)

const keyOf = ({ headers }: Stub.Seen) => headers["idempotency-key"]

describe("what may pass is sent again", () => {
  const passing: ReadonlyArray<readonly [what: string, answer: Stub.Answer]> = [
    ["a connection that is cut before the answer", Stub.cut],
    ["a connection that is cut within the answer", Stub.cutWithin],
    ["503", Stub.problem(503, "store-unavailable")],
    ["429", Stub.problem(429, "too-many-requests")],
    ["a gateway's 502 in HTML", (response) => response.writeHead(502, { "content-type": "text/html" }).end("<p>")],
    ["what says x-should-retry", Stub.problem(409, "key-in-use", { "x-should-retry": "true" })]
  ]
  for (const [what, answer] of passing) {
    it.live(`${what}: a change under the same key, with the same body`, () =>
      Effect.gen(function*() {
        const { seen, url } = yield* Stub.serve(answer, answer, Stub.changed)
        const { advance, asleep, outcome } = yield* calling(url, update)
        for (let times = 0; times < 2; times++) yield* advance(yield* asleep(isWait))
        expect((yield* outcome)._tag).toBe("Success")
        expect(seen.map(({ body, method }) => [method, body])).toEqual(
          Array.from({ length: 3 }, () => ["PUT", "{\"merge_params\":{\"a\":1}}"])
        )
        expect(keyOf(seen[0]!)).toMatch(/^[0-9a-f-]{36}$/)
        expect(new Set(seen.map(keyOf)).size).toBe(1)
      }))
  }

  it.live("a read, without a key", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* Stub.serve(Stub.cut, Stub.aTask)
      const { advance, asleep, outcome } = yield* calling(url, get)
      yield* advance(yield* asleep(isWait))
      expect((yield* outcome)._tag).toBe("Success")
      expect(seen.map(keyOf)).toEqual([undefined, undefined])
    }))

  it.live("a dry run, which writes nothing, without a key", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* Stub.serve(Stub.cut, Stub.changed)
      const dry = Effect.flatMap(Tasks, (tasks) => tasks.update("t", draft, { dryRun: true }))
      const { advance, asleep, outcome } = yield* calling(url, dry)
      yield* advance(yield* asleep(isWait))
      expect((yield* outcome)._tag).toBe("Success")
      expect(seen.map(({ headers }) => [headers["dry-run"], headers["idempotency-key"]])).toEqual([
        ["true", undefined],
        ["true", undefined]
      ])
    }))
})

describe("what will not pass is sent once", () => {
  const lasting: ReadonlyArray<readonly [what: string, answer: Stub.Answer]> = [
    ["a refusal of the domain", Stub.problem(404, "record-missing", {}, { kind: "Task", id: "t" })],
    ["a failure inside the server", Stub.problem(500, "internal-error")],
    ["what says so, whatever its status", Stub.problem(503, "store-unavailable", { "x-should-retry": "false" })],
    ["a request without a token", Stub.problem(401, "token-missing")]
  ]
  for (const [what, answer] of lasting) {
    it.live(what, () =>
      Effect.gen(function*() {
        const { seen, url } = yield* Stub.serve(answer)
        const { outcome } = yield* calling(url, update)
        expect((yield* outcome)._tag).toBe("Failure")
        expect(seen.length).toBe(1)
      }))
  }

  it.live("a change that no key protects, however it fails", () =>
    Effect.gen(function*() {
      for (const answer of [Stub.cut, Stub.problem(503, "store-unavailable")]) {
        const { seen, url } = yield* Stub.serve(answer)
        const base = yield* Effect.fromResult(BaseUrl.read(url))
        const send = yield* Sender.make(base, { baseUrl: url })
        yield* Effect.exit(send({ method: "POST", path: "/", headers: {}, body: "{}" }, false))
        expect(seen.length).toBe(1)
      }
    }))
})

it.live("each call has a key of its own, and one that its caller gives is sent as it is", () =>
  Effect.gen(function*() {
    const { seen, url } = yield* Stub.serve(Stub.changed)
    yield* (yield* calling(url, update)).outcome
    yield* (yield* calling(url, update)).outcome
    const given = Effect.provideService(update, IdempotencyKey, { scope: "s", key: "mine", request: 1 })
    yield* (yield* calling(url, given)).outcome
    expect(new Set(seen.map(keyOf)).size).toBe(3)
    expect(keyOf(seen[2]!)).toBe("mine")
    expect(seen.map(({ headers }) => /^[0-9a-f]{64}\.[0-9a-f]{64}$/.test(String(headers["idempotency-request"]))))
      .toEqual([false, false, true])
  }))

it.live("an answer that is the first one again is told as such, unless the first may have been lost on the way", () =>
  Effect.gen(function*() {
    const replayed = Stub.json(200, { ...Stub.task(), changed: true }, { "idempotent-replayed": "true" })
    const { url } = yield* Stub.serve(replayed, Stub.cut, replayed)
    const told: Array<boolean> = []
    const under = Effect.suspend(() => {
      let repeated = false
      const onRepeat = Effect.sync(() => {
        repeated = true
      })
      return Effect.tap(
        Effect.provideService(update, IdempotencyKey, { scope: "s", key: "k", request: 1, onRepeat }),
        () => Effect.sync(() => told.push(repeated))
      )
    })
    yield* (yield* calling(url, under)).outcome
    const { advance, asleep, outcome } = yield* calling(url, under)
    yield* advance(yield* asleep(isWait))
    yield* outcome
    expect(told).toEqual([true, false])
  }))

describe("how long is waited", () => {
  it.live("up to a bound that doubles, and not equally long", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* Stub.serve(Stub.problem(503, "store-unavailable"))
      const { advance, asleep, outcome } = yield* calling(url, get, {
        attempts: 7,
        firstWaitMillis: 100,
        maxWaitMillis: 1_000
      })
      const waits: Array<number> = []
      for (let times = 0; times < 6; times++) {
        const wait = yield* asleep(isWait)
        waits.push(wait)
        yield* advance(wait)
      }
      expect((yield* outcome)._tag).toBe("Failure")
      expect(seen.length).toBe(7)
      const bounds = [100, 200, 400, 800, 1_000, 1_000]
      for (const [n, wait] of waits.entries()) expect([wait > 0, wait <= bounds[n]!]).toEqual([true, true])
      expect(new Set(waits).size).toBeGreaterThan(3)
    }))

  it.live("at least as long as the server asks for, in seconds or until a date", () =>
    Effect.gen(function*() {
      // The clock by hand begins at 2027-01-15T08:00:00Z.
      const date = new Date(1_800_000_000_000 + 9_000).toUTCString()
      const oldest = "Fri Jan 15 08:00:09 2027"
      const forms = [["7", 7_000], [date, 9_000], [oldest, 9_000], ["soon", 0], ["-1", 0], ["soon 2030", 0]] as const
      for (const [asked, least] of forms) {
        const { url } = yield* Stub.serve(Stub.problem(429, "too-many-requests", { "retry-after": asked }), Stub.aTask)
        const { advance, asleep, outcome } = yield* calling(url, get, { firstWaitMillis: 100 })
        const wait = yield* asleep(isWait)
        expect([wait >= least, wait <= least + 100]).toEqual([true, true])
        yield* advance(wait)
        expect((yield* outcome)._tag).toBe("Success")
      }
    }))
})

describe("a call is given up", () => {
  it.live("when its time is over, whatever it waits for: the request is aborted", () =>
    Effect.gen(function*() {
      const { seen, until, url } = yield* Stub.serve(Stub.silent)
      const { advance, asleep, outcome } = yield* calling(url, update, { attemptMillis: 2 * callMillis })
      yield* until(1)
      yield* asleep((millis) => millis === callMillis)
      yield* advance(callMillis)
      const result = yield* outcome
      expect(result).toMatchObject({
        failure: { _tag: "StoreUnavailable", cause: { _tag: "TimedOut", limitMillis: callMillis } }
      })
      yield* Effect.promise(() => seen[0]!.closed)
      expect(seen.length).toBe(1)
    }))

  it.live("not when only an attempt took too long: that is aborted, and another one made", () =>
    Effect.gen(function*() {
      const { seen, until, url } = yield* Stub.serve(Stub.silent, Stub.changed)
      const { advance, asleep, outcome } = yield* calling(url, update)
      yield* until(1)
      yield* asleep((millis) => millis === attemptMillis)
      yield* advance(attemptMillis)
      yield* Effect.promise(() => seen[0]!.closed)
      yield* advance(yield* asleep(isWait))
      expect((yield* outcome)._tag).toBe("Success")
      expect(new Set(seen.map(keyOf)).size).toBe(1)
    }))

  it.live("at once when the server asks for more time than is left, with what it said last", () =>
    Effect.gen(function*() {
      const contended = Stub.problem(503, "too-contended", { "retry-after": "61" }, {
        kind: "Task",
        id: "t",
        attempts: 64
      })
      const { seen, url } = yield* Stub.serve(contended)
      const { outcome } = yield* calling(url, update)
      expect(yield* outcome).toMatchObject({ failure: { _tag: "TooContended", kind: "Task", id: "t", attempts: 64 } })
      expect(seen.length).toBe(1)
    }))

  it.live("at once when the server asks for more time than anybody has", () =>
    Effect.gen(function*() {
      for (const absurd of ["9999999999", "9".repeat(400), "Fri, 31 Dec 9999 23:59:59 GMT"]) {
        const { seen, url } = yield* Stub.serve(Stub.problem(429, "too-many-requests", { "retry-after": absurd }))
        const { outcome } = yield* calling(url, update)
        expect(yield* outcome).toMatchObject({ failure: { cause: { _tag: "RequestRefused", status: 429 } } })
        expect(seen.length).toBe(1)
      }
    }))

  it.live("not for having waited for a connection: the time of an attempt begins with its turn", () =>
    Effect.gen(function*() {
      const held: Array<() => void> = []
      const hold: Stub.Answer = (...given) => void held.push(() => Stub.changed(...given))
      const { seen, until, url } = yield* Stub.serve(hold)
      const both = Effect.all([update, update], { concurrency: 2 })
      const { advance, outcome } = yield* calling(url, both, { maxConnections: 1 })
      for (const count of [1, 2]) {
        yield* until(count)
        // A request is seen first, and held then.
        yield* Effect.promise(() => Promise.resolve())
        yield* advance(attemptMillis - 1_000)
        held[count - 1]!()
      }
      expect((yield* outcome)._tag).toBe("Success")
      expect(seen.length).toBe(2)
    }))

  it.live("after so many attempts, with why the last one failed", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* Stub.serve(Stub.cut)
      const { advance, asleep, outcome } = yield* calling(url, get, { attempts: 3 })
      for (let times = 0; times < 2; times++) yield* advance(yield* asleep(isWait))
      const result = yield* outcome
      expect(((result as { failure: RecordStore.StoreUnavailable }).failure.cause as Error).name).toBe("Unreachable")
      expect(seen.length).toBe(3)
    }))

  it.live("when its caller is interrupted: the request is aborted, and none follows", () =>
    Effect.gen(function*() {
      const { seen, until, url } = yield* Stub.serve(Stub.silent)
      const { fiber } = yield* calling(url, update)
      yield* until(1)
      yield* Fiber.interrupt(fiber)
      yield* Effect.promise(() => seen[0]!.closed)
      expect(Exit.hasInterrupts(yield* Fiber.await(fiber))).toBe(true)
      expect(seen.length).toBe(1)
    }))

  it.live("when its caller is interrupted while it waits: none follows", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* Stub.serve(Stub.cut)
      const { advance, asleep, fiber } = yield* calling(url, update)
      const wait = yield* asleep(isWait)
      yield* Fiber.interrupt(fiber)
      yield* advance(wait)
      expect(seen.length).toBe(1)
    }))
})
