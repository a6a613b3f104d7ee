/** Whose token goes with a request, and when it is renewed. */
import { it } from "@effect/vitest"
import { Caller, Tasks } from "@emend/domain"
import { Tokens } from "@emend/http"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expect } from "vitest"
import { over } from "./Calling.ts"
import * as HandClock from "./HandClock.ts"
import * as Stub from "./Stub.ts"

const get = Effect.flatMap(Tasks, (tasks) => tasks.get("t"))
const sent = ({ seen }: Stub.Stub) => seen.map(({ headers }) => headers.authorization)

/** Gives the tokens 1, 2, 3 …, each for so many milliseconds. */
const issuer = (millis: number) => {
  let given = 0
  const provider = Effect.map(Clock.currentTimeMillis, (now) => ({
    value: Redacted.make(`token-${++given}`),
    expiresAt: now + millis
  }))
  return { provider, given: () => given }
}

it.live("a token is kept, and renewed ahead of its end", () =>
  Effect.gen(function*() {
    const stub = yield* Stub.serve(Stub.aTask)
    const hand = HandClock.make()
    const { provider } = issuer(60_000)
    yield* over(stub.url, { tokens: Tokens.refreshing(provider, { aheadMillis: 10_000 }) })(Effect.gen(function*() {
      yield* get
      yield* hand.advance(49_999)
      yield* get
      yield* hand.advance(1)
      yield* get
      yield* get
    })).pipe(Effect.provideService(Clock.Clock, hand.clock))
    expect(sent(stub)).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"])
  }))

it.live("a token that the server does not accept is renewed once, and then the refusal is told", () =>
  Effect.gen(function*() {
    const denied = Stub.problem(401, "token-invalid")
    const stub = yield* Stub.serve(denied, Stub.aTask, denied, denied)
    const { given, provider } = issuer(60_000)
    yield* over(stub.url, { attempts: 5, tokens: Tokens.refreshing(provider) })(Effect.gen(function*() {
      yield* get
      expect(yield* Effect.flip(get)).toMatchObject({
        _tag: "StoreUnavailable",
        cause: { status: 401, code: "token-invalid" }
      })
    }))
    expect(sent(stub)).toEqual(["Bearer token-1", "Bearer token-2", "Bearer token-2", "Bearer token-3"])
    expect(given()).toBe(3)
  }))

it.live("however many calls need a token, it is asked for once, also when all of them were refused", () =>
  Effect.gen(function*() {
    const stub = yield* Stub.serve((response, seen, number) =>
      (seen.headers.authorization === "Bearer token-1" ? Stub.problem(401, "token-invalid") : Stub.aTask)(
        response,
        seen,
        number
      )
    )
    const { given, provider } = issuer(60_000)
    yield* over(stub.url, { tokens: Tokens.refreshing(provider) })(
      Effect.all(Array.from({ length: 20 }, () => get), { concurrency: "unbounded" })
    )
    expect(given()).toBe(2)
  }))

it.live("a caller who goes away does not take the token from those who wait for it", () =>
  Effect.gen(function*() {
    const stub = yield* Stub.serve(Stub.aTask)
    const asked = yield* Deferred.make<void>()
    let given = 0
    const provider = Effect.suspend(() =>
      ++given === 1
        ? Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
        : Effect.succeed({ value: Redacted.make("token") })
    )
    yield* over(stub.url, { tokens: Tokens.refreshing(provider) })(Effect.gen(function*() {
      yield* Effect.raceFirst(Effect.exit(get), Deferred.await(asked))
      yield* get
    }))
    expect(sent(stub)).toEqual(["Bearer token"])
  }))

it.live("where no token can be had nothing is sent, and the call says so", () =>
  Effect.gen(function*() {
    const stub = yield* Stub.serve(Stub.aTask)
    const why = new Error("the issuer is down")
    for (const tokens of [Tokens.refreshing(Effect.fail(why)), Tokens.perCall(Effect.fail(why))]) {
      expect(yield* Effect.flip(over(stub.url, { attempts: 5, tokens })(get))).toMatchObject({
        _tag: "StoreUnavailable",
        cause: { _tag: "TokenUnavailable", cause: why }
      })
    }
    expect(stub.seen).toEqual([])
  }))

it.live("what is no token is not sent, and not told", () =>
  Effect.gen(function*() {
    const stub = yield* Stub.serve(Stub.aTask)
    for (const text of ["", undefined as never, "se cret", "secret\r\nx-evil: 1", "sécret"]) {
      const tokens = Tokens.perCall(Effect.succeed(Redacted.make(text)))
      const error = yield* Effect.flip(over(stub.url, { attempts: 5, tokens })(get))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", cause: { _tag: "TokenUnavailable" } })
      expect(JSON.stringify(error)).not.toContain("cret")
    }
    expect(stub.seen).toEqual([])
  }))

it.live("the token of each call is its caller's, and no other's", () =>
  Effect.gen(function*() {
    const stub = yield* Stub.serve(Stub.aTask)
    const tokens = Tokens.perCall(Effect.map(Caller, ({ subject }) => Redacted.make(subject)))
    const subjects = Array.from({ length: 20 }, (_, n) => `s${n}`)
    yield* over(stub.url, { tokens })(
      Effect.forEach(subjects, (subject) => Effect.provideService(get, Caller, { tenant: "t", subject }), {
        concurrency: "unbounded"
      })
    )
    expect([...sent(stub)].sort()).toEqual(subjects.map((subject) => `Bearer ${subject}`).sort())
  }))

it.live("without tokens no request has one", () =>
  Effect.gen(function*() {
    const stub = yield* Stub.serve(Stub.aTask)
    yield* over(stub.url)(get)
    expect(sent(stub)).toEqual([undefined])
  }))
