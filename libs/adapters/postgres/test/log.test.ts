import { describe, expect, it } from "@effect/vitest"
import { EventLog } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { agent, append, event, insert, task, tenant, tracker, write } from "./Records.ts"

/** Two stores on one database, and a session that holds the id `e1` in a transaction of its own. */
const overlapping = Effect.gen(function*() {
  const url = yield* TestDatabase.make()
  const pool = yield* Database.make({ url, maxConnections: 4 })
  const store = PostgresStore.layer({ url, maxConnections: 4, migrate: false })
  yield* Effect.provide(
    write(
      insert("Task", task("a")),
      insert("Task", task("b")),
      insert("Agent", agent("g")),
      insert("AgentTaskTracker", tracker("ra", "a", "g")),
      insert("AgentTaskTracker", tracker("rb", "b", "g"))
    ),
    store
  )
  const holder = Database.on(yield* pool.reserve)
  yield* holder("BEGIN", [])
  yield* holder(
    `INSERT INTO events (tenant, id, sequence_id, task_id, agent_id, created_at, content)
      VALUES ('t', 'e1', 1, 'b', 'g', now(), '{}')`,
    []
  )
  /** Waits until so many sessions of the database wait for a lock. */
  const waiting = (count: number) =>
    Effect.gen(function*() {
      const waits =
        `SELECT count(*)::int4 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      while ((yield* Database.through(pool)(waits, []))[0]![0] !== count);
    })
  const read = Effect.flatMap(EventLog.EventLog, (log) => log.read({ tenant, task_id: "a", after: 0, limit: 10 })).pipe(
    Effect.map((events) => events.map(({ id, sequence_id }) => [id, sequence_id] as const)),
    Effect.provide(store)
  )
  const one = (id: string) => Effect.provide(Effect.map(append(event(id, "a", "g")), (results) => results[0]!), store)
  return { holder, waiting, read, one }
})

describe("events of two transactions that overlap", () => {
  it.effect("the later one waits, so that no number becomes visible before a smaller one", () =>
    Effect.gen(function*() {
      const { holder, one, read, waiting } = yield* overlapping
      // The first has its number and waits for the id; the second waits for the first.
      const first = yield* Effect.forkChild(one("e1"))
      yield* waiting(1)
      const second = yield* Effect.forkChild(one("e2"))
      yield* waiting(2)
      expect(yield* read).toEqual([])
      yield* holder("ROLLBACK", [])
      expect(Result.getOrThrow(yield* Fiber.join(first)).sequence_id).toBe(1)
      expect(Result.getOrThrow(yield* Fiber.join(second)).sequence_id).toBe(2)
      expect(yield* read).toEqual([["e1", 1], ["e2", 2]])
    }))

  it.effect("one whose id is taken meanwhile is told so, and its number goes to the next", () =>
    Effect.gen(function*() {
      const { holder, one, read, waiting } = yield* overlapping
      const first = yield* Effect.forkChild(one("e1"))
      yield* waiting(1)
      const second = yield* Effect.forkChild(one("e2"))
      yield* waiting(2)
      yield* holder("COMMIT", [])
      expect(yield* Fiber.join(first)).toEqual(Result.fail({ _tag: "Taken" }))
      expect(Result.getOrThrow(yield* Fiber.join(second)).sequence_id).toBe(1)
      expect(yield* read).toEqual([["e2", 1]])
    }))
})
