import { describe, expect, it } from "@effect/vitest"
import { AgentTaskTracker, Caller, Services, Task, Tasks, Trackers } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { tenant } from "./Records.ts"

const { fromBody } = Task.Task
const tracked = AgentTaskTracker.AgentTaskTracker.fromBody

/** A database, the services over two stores on it, and a look into every row of every table. */
const prepared = Effect.gen(function*() {
  const url = yield* TestDatabase.make()
  const pool = yield* Database.make({ url, maxConnections: 4 })
  const query = (text: string) => Database.through(pool)(text, [])
  const tables = (yield* query(
    "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'"
  )).flat() as ReadonlyArray<string>
  const scan = Effect.map(
    Effect.forEach(tables, (table) => query(`SELECT row_to_json(t)::text FROM ${table} t`)),
    (rows) => rows.flat(2).join("\n")
  )
  const server = Layer.provideMerge(Services.layer, PostgresStore.layer({ url, maxConnections: 4, migrate: false }))
  const on = <A, E>(effect: Effect.Effect<A, E, Tasks | Trackers>) =>
    Effect.provide(effect, Layer.fresh(server)).pipe(
      Effect.provideService(Caller, { tenant, subject: "tester" })
    )
  const waiting = (count: number) =>
    Effect.gen(function*() {
      const waits =
        `SELECT count(*)::int4 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      while ((yield* query(waits))[0]![0] !== count);
    })
  return { on, pool, query, scan, tables, waiting }
})

/** An interrupted task with a tracker. */
const made = Effect.gen(function*() {
  const tasks = yield* Tasks
  const trackers = yield* Trackers
  const { state: { id } } = yield* tasks.create({ agent_ids: ["x"] })
  yield* tasks.move(id, "INTERRUPTED")
  const { state: { id: tracker } } = yield* trackers.assign({ task_id: id, agent_id: "x" })
  return { id, tracker, tasks, trackers }
})

describe("a cleaning", () => {
  it.effect("leaves nothing of what was written in any table of the database", () =>
    Effect.gen(function*() {
      const { on, scan, tables } = yield* prepared
      expect(tables).toEqual(expect.arrayContaining(["tasks", "events", "record_history", "agent_task_trackers"]))
      const mark = "marked-5f2c"
      yield* on(Effect.gen(function*() {
        const tasks = yield* Tasks
        const trackers = yield* Trackers
        const { state: { id } } = yield* tasks.create(
          { params: { a: mark, b: [{ c: mark }] }, task_metadata: { a: mark }, agent_ids: ["x"] },
          { reason: mark }
        )
        const { state: { id: tracker } } = yield* trackers.assign({ task_id: id, agent_id: "x" })
        const event = yield* trackers.append(id, { agent_id: "x", content: [mark] })
        yield* trackers.update(tracker, tracked({ status: mark, last_processed_event_id: event.id }), { reason: mark })
        yield* trackers.update(tracker, tracked({ status: null, status_reason: mark }))
        // As many versions that whole states are kept.
        for (let n = 0; n < 140; n++) {
          yield* tasks.update(id, fromBody({ merge_params: { a: `${mark} ${n}`, [`k${n}`]: { deep: mark } } }))
        }
        yield* tasks.update(id, fromBody({ task_metadata: { n: mark } }))
        yield* tasks.undo(id, 142)
        yield* tasks.restore(id, 1, { reason: mark })
        yield* tasks.move(id, "FAILED", { status_reason: mark })
        expect((yield* scan).split(mark).length).toBeGreaterThan(400)
        yield* tasks.clean(id, { reason: "the law" })
        expect(yield* scan).not.toContain(mark)
        yield* tasks.update(id, fromBody({ merge_params: { a: mark } }))
        yield* tasks.move(id, "DELETED", { status_reason: mark })
        yield* tasks.clean(id)
        expect(yield* scan).not.toContain(mark)
      }))
    }))

  it.effect("is not done where the transaction fails, and nothing of it is half done", () =>
    Effect.gen(function*() {
      const { on, query, scan } = yield* prepared
      yield* on(Effect.gen(function*() {
        const { id, tasks, trackers } = yield* made
        yield* tasks.update(id, fromBody({ merge_params: { a: "kept" } }))
        yield* trackers.append(id, { agent_id: "x", content: "kept" })
        const before = yield* scan
        // The last of its statements is refused.
        yield* query("ALTER TABLE events ADD CONSTRAINT stays CHECK (content <> 'null')")
        expect((yield* Effect.exit(tasks.clean(id)))._tag).toBe("Failure")
        expect(yield* scan).toBe(before)
        yield* query("ALTER TABLE events DROP CONSTRAINT stays")
        expect((yield* tasks.clean(id)).changed).toBe(true)
        expect(yield* scan).not.toContain("kept")
      }))
    }))

  it.effect("waits for what is appended, assigned or written at the same time, and takes that too", () =>
    Effect.gen(function*() {
      const { on, pool, scan, waiting } = yield* prepared
      const session = Database.on(yield* pool.reserve)
      yield* on(Effect.gen(function*() {
        const { id, tasks, tracker, trackers } = yield* made
        yield* trackers.append(id, { agent_id: "x", content: "seen" })
        const overlapping = [
          `INSERT INTO events (tenant, id, sequence_id, task_id, agent_id, created_at, content)
            VALUES ('${tenant}', 'e', 99, '${id}', 'x', now(), '"seen"')`,
          `UPDATE tasks SET task_metadata = '{"a": "seen"}' WHERE id = '${id}'`,
          `UPDATE agent_task_trackers SET status = 'seen', version = version + 1 WHERE id = '${tracker}'`,
          `INSERT INTO agents (tenant, id, version, created_at) VALUES ('${tenant}', 'y', 1, now());
          INSERT INTO agent_task_trackers (tenant, id, version, agent_id, task_id, status, created_at, updated_at)
            VALUES ('${tenant}', 'other', 1, 'y', '${id}', 'seen', now(), now())`
        ]
        for (const statement of overlapping) {
          yield* trackers.append(id, { agent_id: "x", content: "seen" }).pipe(Effect.ignore)
          yield* session("BEGIN", [])
          for (const part of statement.split(";")) yield* session(part, [])
          const cleaning = yield* Effect.forkChild(tasks.clean(id))
          yield* waiting(1)
          yield* session("COMMIT", [])
          yield* Fiber.join(cleaning)
          expect(yield* scan).not.toContain("seen")
        }
      }))
    }))

  it.effect(
    "of a task that several servers write to takes all that was told before, and what follows is sound",
    () =>
      Effect.gen(function*() {
        const { on, scan } = yield* prepared
        const { id, tracker } = yield* on(made)
        const told = new Set<string>()
        const writer = (name: string) =>
          on(Effect.gen(function*() {
            const tasks = yield* Tasks
            const trackers = yield* Trackers
            for (let n = 0; n < 40; n++) {
              const mark = `mark-${name}-${n}-`
              const write: Effect.Effect<unknown, unknown> = n % 4 === 0
                ? tasks.update(id, fromBody({ task_metadata: { mark } }))
                : n % 4 === 1
                ? tasks.update(id, fromBody({ merge_params: { [`k${n}`]: mark } }), { reason: mark })
                : n % 4 === 2
                ? trackers.append(id, { agent_id: "x", content: mark })
                : trackers.update(tracker, tracked({ status: mark }))
              yield* write
              told.add(mark)
            }
          }))
        const cleaner = on(Effect.gen(function*() {
          const tasks = yield* Tasks
          for (let n = 0; n < 12; n++) {
            const before = [...told]
            const { state, version } = yield* tasks.clean(id)
            const everything = yield* scan
            expect(before.filter((mark) => everything.includes(mark))).toEqual([])
            expect([state.params, state.task_metadata]).toEqual([null, null])
            expect(yield* tasks.at(id, version)).toEqual({ version, state })
          }
        }))
        yield* Effect.all([writer("a"), writer("b"), writer("c"), cleaner], { concurrency: "unbounded" })
        yield* on(Effect.gen(function*() {
          const tasks = yield* Tasks
          const { version } = yield* tasks.clean(id)
          expect(yield* scan).not.toContain("mark-")
          const history = yield* tasks.history(id, { limit: 10_000 })
          expect(history.map((entry) => entry.version)).toEqual(Array.from({ length: version }, (_, n) => version - n))
          expect(history.every(({ redacted }) => redacted)).toBe(true)
        }))
      }),
    60_000
  )
})
