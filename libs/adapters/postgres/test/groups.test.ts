import { Equality } from "@emend/algebra"
import { type EventLog, RecordStore } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, expect, test } from "vitest"
import * as Asked from "./Asked.ts"
import * as Asks from "./Asks.ts"
import * as CountingStream from "./CountingStream.ts"

/** `EMEND_GROUP_SEED` makes others, and `EMEND_GROUP_REPLAY` is the token of one that failed. */
const cases = Number(process.env["EMEND_GROUP_CASES"] ?? 40)
const seed = process.env["EMEND_GROUP_SEED"] ?? "groups"

type Both = RecordStore.RecordStore | EventLog.EventLog

const scope = Scope.makeUnsafe()
const within = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Scope.provide(scope)(effect))

/** Two stores: one that gathers, and one that does one after the other. */
let stores: ReadonlyArray<{
  readonly run: <A, E>(effect: Effect.Effect<A, E, Both>) => Promise<A>
  readonly take: () => number
  readonly query: Database.Run
}>

beforeAll(async () => {
  stores = await Promise.all([false, true].map(async (groupCommit) => {
    const url = await within(TestDatabase.make())
    const { stream, take } = CountingStream.make(Redacted.value(url))
    const layer = PostgresStore.layer({ url, stream, groupCommit, maxConnections: 4, migrate: false })
    const runtime = await within(
      Effect.acquireRelease(
        Effect.sync(() => ManagedRuntime.make(layer)),
        (runtime) => Effect.promise(() => runtime.dispose())
      )
    )
    const query = Database.through(await within(Database.make({ url, maxConnections: 1 })))
    return { run: (effect) => runtime.runPromise(effect), take, query }
  }))
})

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** How often requests were answered in each way. */
const told = new Map<string, number>()
/** How many statements each store made for the groups of which nothing had to be done by itself. */
const statements = [0, 0]

/** Asks both stores for a program, each in a tenant of its own, and gives what they answered and have afterwards. */
const transcripts = async (program: Asks.Program): Promise<readonly [unknown, unknown]> => {
  const tenants = [crypto.randomUUID(), crypto.randomUUID()]
  const [one, grouped] = stores as [typeof stores[number], typeof stores[number]]
  for (const { run } of stores) for (const tenant of tenants) await run(Asked.settle(tenant))
  const keys = tenants.flatMap(Asked.keys)
  const records = Effect.flatMap(RecordStore.RecordStore, (store) => store.get(keys))
  const answers: [Array<unknown>, Array<unknown>] = [[], []]
  for (const [number, asks] of program.entries()) {
    const seen: Seen = new Map(
      (await one.run(records)).map((stored, at) => [
        Asked.nameOf(keys[at]!),
        new Map([[stored?.version ?? 0, stored?.state]])
      ])
    )
    const versions = new Map([...seen].map(([name, states]) => [name, Math.max(...states.keys())]))
    const requests = Asked.requests({ asks, number, tenants, versions })
    stores.forEach(({ take }) => take())
    const expected = await one.run(Effect.forEach(requests, Asked.answered))
    const given = await grouped.run(Effect.all(requests.map(Asked.answered), { concurrency: "unbounded" }))
    const counts = stores.map(({ take }) => take())
    if (!expected.some(divides)) counts.forEach((count, at) => (statements[at]! += count))
    expected.forEach(tell)
    requests.forEach((request, at) => learn(seen, request, expected[at]))
    // A read between is answered by any of the states that there were.
    requests.forEach((request, at) => {
      if (request._tag !== "Read") return
      given[at] = wasThere(seen, request.key, given[at]) ? expected[at] : { never: given[at] }
    })
    answers[0].push(expected)
    answers[1].push(given)
  }
  const [left, right] = await Promise.all(
    stores.map(({ query }) => Effect.runPromise(Effect.forEach(tenants, (tenant) => Asked.everything(query, tenant))))
  )
  return [{ answers: answers[0], left }, { answers: answers[1], left: right }]
}

type Seen = Map<string, Map<number, unknown>>

const learn = (seen: Seen, request: Asked.Request, answer: any): void => {
  if (request._tag !== "Write" || request.write.dry === true) return
  for (const { state, version } of answer.done ?? []) seen.get(Asked.nameOf(request.write.key))?.set(version, state)
}

const wasThere = (seen: Seen, key: RecordStore.RecordKey, found: any): boolean => {
  const states = seen.get(Asked.nameOf(key))
  if (states === undefined || found === undefined) return (states?.has(0) ?? true) && found === undefined
  return states.has(found.version) && Equality.same(states.get(found.version), found.state)
}

/** What the database refuses, or finds taken, takes statements of its own. */
const divides = (answer: any): boolean => ["Refused", "Repeated", "Dangling", "Taken"].includes(answer?.refused?._tag)

const tell = (answer: any): void => {
  const [done] = Array.isArray(answer?.done) ? answer.done : []
  const outcome = answer?.refused?._tag ?? (done === undefined ? "told" : done.changed ? "done" : "same")
  told.set(outcome, (told.get(outcome) ?? 0) + 1)
}

test("requests that share statements have the answers, and leave what, the same have one after the other", async () => {
  const result = await Effect.runPromise(
    Arbitrary.checkEffect(
      Asks.programs,
      (program) => Effect.promise(async () => Equality.same(...await transcripts(program))),
      {
        runs: cases,
        seed,
        size: 40,
        maxShrinks: 100,
        maxDiscards: 10_000,
        replay: process.env["EMEND_GROUP_REPLAY"] || undefined
      }
    )
  )
  if (result._tag === "Falsified") {
    const [expected, given] = await transcripts(result.shrunkInput)
    expect({ replay: result.replay, program: result.shrunkInput, given })
      .toStrictEqual({ replay: result.replay, program: result.shrunkInput, given: expected })
  }
  expect(result._tag).toBe("Passed")
}, 60_000 + 2_000 * cases)

test("of these requests, many shared statements, and many updates were folded into one change of a row", async () => {
  const [one, grouped] = statements as [number, number]
  const folded = await Promise.all(stores.map(async ({ query }) => {
    const [row] = await Effect.runPromise(query(
      `SELECT coalesce(sum(n), 0)::int4, coalesce(max(n), 0)::int4 FROM (
        SELECT count(*) AS n FROM record_history GROUP BY transaction, tenant, kind, record_id HAVING count(*) > 1
      ) folds`,
      []
    ))
    return row as [number, number]
  }))
  expect(grouped / one).toBeLessThan(0.5)
  expect(folded[0]).toEqual([0, 0])
  expect(folded[1]![0]).toBeGreaterThan(cases)
  expect(folded[1]![1]).toBeGreaterThan(2)
  // Each way to be answered was met.
  const ways = ["done", "same", "Missing", "Stale", "Taken", "Dangling", "UnknownEntry", "Backwards", "Repeated"]
  const others = ["TooLarge", "Refused", "TaskMissing", "NotAssigned"]
  expect([...ways, ...others].filter((way) => (told.get(way) ?? 0) === 0)).toEqual([])
})
