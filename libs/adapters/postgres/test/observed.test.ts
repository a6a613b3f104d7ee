/** What observes the pool, and that nothing does where nobody asks for it. */
import type { PgPool } from "@effect/sql-pg/PgPool"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { describe, expect, it } from "vitest"
import * as Database from "../src/Database.ts"
import * as Observed from "../src/Observed.ts"
import * as TestDatabase from "../src/testing/TestDatabase.ts"

const pool = Effect.flatMap(TestDatabase.make(), (url) => Database.make({ url, maxConnections: 1 }))

/** The values of a metric of a registry, by its labels. */
const values = (registry: Map<string, Metric.Metric.Metadata<any, any>>, id: string) =>
  [...registry.values()].filter((one) => one.id === id).map(({ attributes, hooks }) => [
    Object.values(attributes ?? {}).join(" "),
    hooks.get(Context.empty())
  ])

const counted = <A, E>(use: (pool: PgPool, registry: Map<string, any>) => Effect.Effect<A, E>) => {
  const registry = new Map<string, any>()
  return Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const observed = yield* Observed.make(yield* pool, { metrics: true, maxConnections: 1 })
      return yield* use(observed, registry)
    })).pipe(Effect.provideService(Metric.MetricRegistry, registry), Effect.withTracerEnabled(false))
  )
}

it("without metrics and without a tracer the pool is what it was", async () => {
  const [before, after] = await Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const before = yield* pool
      return [before, yield* Observed.make(before, {})] as const
    })).pipe(Effect.withTracerEnabled(false))
  )
  expect(after).toBe(before)
})

it("statements are timed by what they do and how they ended", () =>
  counted((pool, registry) =>
    Effect.gen(function*() {
      const run = Database.through(pool)
      yield* run("SELECT id FROM tasks WHERE tenant = $1", ["t"])
      yield* run("SELECT id FROM tasks WHERE tenant = $1", ["u"])
      yield* Effect.exit(run("SELECT nothing FROM tasks", []))
      yield* Effect.scoped(Effect.flatMap(pool.reserve, (connection) => Database.on(connection)("BEGIN", [])))
      const found = values(registry, "emend_store_statement_duration_seconds").map(([name, { count }]) => [name, count])
      expect(found).toEqual([["SELECT tasks done", 2], ["SELECT tasks failed", 1], ["BEGIN done", 1]])
    })
  ))

it("who uses a connection and who waits for one is counted, also when he gives up", () =>
  counted((pool, registry) =>
    Effect.gen(function*() {
      const usage = () =>
        [
          ...values(registry, "emend_store_connections"),
          ...values(registry, "emend_store_waiting")
        ].map(([, { value }]) => value)
      const [begun, done] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const first = yield* Effect.forkChild(
        pool.use(() => Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(done)))
      )
      yield* Deferred.await(begun)
      expect(usage()).toEqual([1, 0, 0])
      const waiting = [
        yield* Effect.forkChild(pool.use(() => Effect.void), { startImmediately: true }),
        yield* Effect.forkChild(Effect.asVoid(Effect.scoped(pool.reserve)), { startImmediately: true })
      ]
      expect(usage()).toEqual([1, 0, 2])
      for (const fiber of waiting) yield* Fiber.interrupt(fiber)
      expect(usage()).toEqual([1, 0, 0])
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(first)
      expect(usage()).toEqual([0, 1, 0])
    })
  ))

describe("a statement is told in two words", () => {
  const rows: ReadonlyArray<readonly [text: string, told: string]> = [
    ["SELECT 1", "SELECT"],
    ["BEGIN", "BEGIN"],
    ["select a from b", "SELECT"],
    ["SELECT i.ord FROM unnest($1::text[]) AS i JOIN \"tasks\" t ON true", "SELECT tasks"],
    [
      "WITH i AS (SELECT 1 FROM tasks FOR NO KEY UPDATE OF t), u AS (UPDATE \"board_tasks\" SET a = 1) SELECT",
      "UPDATE board_tasks"
    ],
    ["WITH x AS (INSERT INTO events (a) VALUES (1) ON CONFLICT DO UPDATE SET a = 2) SELECT 1", "INSERT events"],
    ["DELETE FROM memos WHERE a = $1", "DELETE memos"]
  ]
  for (const [text, told] of rows) {
    it(`${text.slice(0, 60)} is ${told}`, () => expect(Observed.summary(text)).toBe(told))
  }
})
