import { describe, expect, it } from "@effect/vitest"
import type { RecordStore } from "@emend/domain"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as CountingStream from "./CountingStream.ts"
import {
  agent,
  append,
  commit,
  event,
  history,
  insert,
  merge,
  present,
  task,
  tracker,
  update,
  write
} from "./Records.ts"
import { prepared } from "./Scene.ts"

const all = <A, E, R>(effects: ReadonlyArray<Effect.Effect<A, E, R>>) =>
  Effect.all(effects, { concurrency: "unbounded" })

/** Updates that are asked for one by one, at the same time. */
const together = (...updates: ReadonlyArray<RecordStore.Update>) =>
  Effect.map(all(updates.map((one) => commit([one]))), (results) => results.map(([result]) => result!))

const ids = Array.from({ length: 50 }, (_, n) => `t${n}`)
const tasks = write(...ids.map((id) => insert("Task", task(id))))

describe("commits that are asked for at the same time", () => {
  for (const groupCommit of [true, false]) {
    it.effect(`are ${groupCommit ? "one statement" : "one statement each, where that is wanted"}`, () =>
      Effect.gen(function*() {
        const url = yield* TestDatabase.make()
        const { stream, take } = CountingStream.make(Redacted.value(url))
        const { store } = yield* prepared({ groupCommit, url, stream })
        yield* Effect.gen(function*() {
          yield* tasks
          take()
          const many = yield* together(...ids.map((id) => update(id, { patch: merge({ id }) })))
          expect(many.map((one) => Result.getOrThrow(one)[0]!.state["params"])).toEqual(ids.map((id) => ({ id })))
          expect(take()).toBe(groupCommit ? 1 : ids.length)
          const same = yield* together(...ids.map((id) => update("t0", { patch: merge({ one: id }) })))
          expect(same.map((one) => Result.getOrThrow(one)[0]!.version).sort((a, b) => a - b))
            .toEqual(ids.map((_, n) => n + 3))
          expect(take()).toBe(groupCommit ? 1 : ids.length)
          const read = yield* all([...ids, "nobody"].map((id) => present(id)))
          expect(read.map((one) => one?.state["id"])).toEqual([...ids, undefined])
          expect(take()).toBe(groupCommit ? 1 : ids.length + 1)
          yield* all(["g", "h", "i"].map((id) => write(insert("Agent", agent(id)))))
          expect(take()).toBe(groupCommit ? 1 : 3)
          yield* write(insert("AgentTaskTracker", tracker("r", "t0", "g")))
          take()
          const appended = yield* all(ids.map((id) => append(event(id, "t0", id === "t7" ? "h" : "g"))))
          expect(appended.map(([one]) => Result.isSuccess(one!) ? one.success.sequence_id : one!.failure._tag))
            .toEqual(ids.map((_, n) => n === 7 ? "NotAssigned" : groupCommit ? n + Number(n < 7) : expect.any(Number)))
          expect(take()).toBe(groupCommit ? 1 : ids.length)
        }).pipe(Effect.provide(store))
      }))
  }

  it.effect("of one record take effect in the order in which they came, each with its own answer and revision", () =>
    Effect.gen(function*() {
      const { query, store } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        const writes = () => query("SELECT xmin::text, ctid::text FROM tasks WHERE id = 't0'", [])
        const [before] = yield* writes()
        const results = yield* together(
          update("t0", { patch: merge({ a: 1 }) }),
          update("t0", { patch: merge({ a: 1 }) }),
          update("t0", { patch: merge({ b: 2 }), versions: [1] }),
          update("t0", { patch: merge({ b: 2 }), versions: [2] }),
          update("t0", { patch: { task_metadata: { set: { m: 1 } } }, where: { status: ["FAILED"] } }),
          update("t0", { assign: { status: "FAILED" }, where: { status: ["RUNNING"] } }),
          update("t0", { patch: { task_metadata: { set: { m: 1 } } }, where: { status: ["FAILED"] } })
        )
        expect(results.map((result) =>
          Result.isSuccess(result)
            ? [result.success[0]!.version, result.success[0]!.changed, result.success[0]!.state["params"]]
            : [result.failure._tag, result.failure._tag === "Stale" && result.failure.record.version]
        )).toEqual([
          [2, true, { a: 1 }],
          [2, false, { a: 1 }],
          ["Stale", 2],
          [3, true, { a: 1, b: 2 }],
          ["Stale", 3],
          [4, true, { a: 1, b: 2 }],
          [5, true, { a: 1, b: 2 }]
        ])
        expect((yield* history("t0")).map(({ effect: _, inverse, moves, version }: any) => [version, inverse, moves]))
          .toEqual([
            [5, { task_metadata: { set: null } }, {}],
            [4, {}, { status: { from: "RUNNING", to: "FAILED" } }],
            [3, { params: { merge: { unset: ["b"] } } }, {}],
            [2, { params: { set: null } }, {}],
            [1, {}, {}]
          ])
        expect(yield* present("t0")).toMatchObject({
          version: 5,
          state: { params: { a: 1, b: 2 }, status: "FAILED", task_metadata: { m: 1 } }
        })
        const [after] = yield* writes()
        expect(after).not.toEqual(before)
      }).pipe(Effect.provide(store))
    }))

  it.effect("where another transaction has locked a record, wait for it alone, in order, and delay nothing else", () =>
    Effect.gen(function*() {
      const { session, store, waiting } = yield* prepared({ maxConnections: 4 })
      yield* Effect.gen(function*() {
        yield* tasks
        yield* session("BEGIN", [])
        yield* session("UPDATE tasks SET params = '{\"theirs\": 1}', version = 2 WHERE id = 't0'", [])
        const blocked = yield* Effect.forkChild(together(
          update("t0", { patch: merge({ k: 1 }) }),
          update("t0", { patch: merge({ k: 2 }), versions: [3] })
        ))
        yield* waiting(1)
        const later = yield* Effect.forkChild(together(update("t0", { patch: merge({ k: 3 }) })))
        // All others are done, whether they come with the record that is locked or after it.
        for (const k of [1, 2, 3]) {
          const others = yield* together(...ids.slice(1).map((id) => update(id, { patch: merge({ k }) })))
          expect(others.map((result) => Result.getOrThrow(result)[0]!.version)).toEqual(ids.slice(1).map(() => k + 1))
        }
        yield* waiting(1)
        yield* session("COMMIT", [])
        const results = [...yield* Fiber.join(blocked), ...yield* Fiber.join(later)]
        expect(results.map((result) => Result.getOrThrow(result)[0])).toMatchObject([
          { version: 3, state: { params: { theirs: 1, k: 1 } } },
          { version: 4, state: { params: { theirs: 1, k: 2 } } },
          { version: 5, state: { params: { theirs: 1, k: 3 } } }
        ])
      }).pipe(Effect.provide(store))
    }))

  it.effect("alone, where another transaction has locked its record, is one statement, and delays others for a moment only", () =>
    Effect.gen(function*() {
      const url = yield* TestDatabase.make()
      const { stream, take } = CountingStream.make(Redacted.value(url))
      const { session, store, waiting } = yield* prepared({ maxConnections: 4, url, stream })
      yield* Effect.gen(function*() {
        yield* tasks
        yield* together(update("t1", { patch: merge({ k: 0 }) }))
        take()
        yield* session("BEGIN", [])
        yield* session("SELECT FROM tasks WHERE id = 't0' FOR UPDATE", [])
        const blocked = yield* Effect.forkChild(together(update("t0", { patch: merge({ k: 1 }) })))
        yield* waiting(1)
        const others = yield* together(...ids.slice(1).map((id) => update(id, { patch: merge({ k: 1 }) })))
        expect(others.every(Result.isSuccess)).toBe(true)
        const later = yield* Effect.forkChild(together(update("t0", { patch: merge({ k: 2 }) })))
        yield* together(update("t1", { patch: merge({ k: 2 }) }))
        yield* waiting(1)
        yield* session("COMMIT", [])
        const results = [...yield* Fiber.join(blocked), ...yield* Fiber.join(later)]
        expect(results.map((result) => Result.getOrThrow(result)[0]!.version)).toEqual([2, 3])
        expect(take()).toBe(4)
      }).pipe(Effect.provide(store))
    }))

  it.effect("that insert, where another transaction holds an id, wait for it beside all others", () =>
    Effect.gen(function*() {
      const { session, store, waiting } = yield* prepared({ maxConnections: 6 })
      yield* Effect.gen(function*() {
        yield* session("BEGIN", [])
        yield* session(
          `INSERT INTO tasks (tenant, id, version, created_at, updated_at)
            SELECT 't', id, 1, now(), now() FROM unnest('{theirs,mine}'::text[]) AS id`,
          []
        )
        const make = (id: string) => commit([insert("Task", task(id))])
        const blocked = yield* Effect.forkChild(all(["theirs", "mine", "a"].map(make)))
        yield* waiting(2)
        // All others are done, whether they come with what is held or after it.
        const others = yield* all(["b", "c"].map(make))
        expect(others.map(([result]) => Result.isSuccess(result!))).toEqual([true, true])
        expect((yield* present("a")).version).toBe(1)
        yield* waiting(2)
        yield* session("DELETE FROM tasks WHERE id = 'mine'", [])
        yield* session("COMMIT", [])
        const results = yield* Fiber.join(blocked)
        expect(results.map(([result]) => Result.isSuccess(result!) ? "done" : result!.failure._tag))
          .toEqual(["Taken", "done", "done"])
      }).pipe(Effect.provide(store))
    }))

  it.effect("that append, where another transaction holds a task's log, wait for it beside those of other tasks", () =>
    Effect.gen(function*() {
      const { session, store, waiting } = yield* prepared({ maxConnections: 4 })
      yield* Effect.gen(function*() {
        yield* write(...["t0", "t1"].map((id) => insert("Task", task(id))), insert("Agent", agent("g")))
        yield* write(...["t0", "t1"].map((id) => insert("AgentTaskTracker", tracker(id, id, "g"))))
        yield* append(event("first", "t0", "g"))
        yield* session("BEGIN", [])
        yield* session("SELECT FROM task_event_heads WHERE task_id = 't0' FOR UPDATE", [])
        const tell = (...events: ReadonlyArray<readonly [id: string, task: string]>) =>
          Effect.map(
            all(events.map(([id, task]) => append(event(id, task, "g")))),
            (results) => results.map(([result]) => Result.getOrThrow(result!).sequence_id)
          )
        const blocked = yield* Effect.forkChild(tell(["a", "t0"], ["b", "t0"], ["c", "t1"]))
        yield* waiting(1)
        const later = yield* Effect.forkChild(tell(["d", "t0"]))
        expect(yield* tell(["e", "t1"], ["f", "t1"])).toEqual([2, 3])
        yield* waiting(1)
        yield* session("COMMIT", [])
        expect([yield* Fiber.join(blocked), yield* Fiber.join(later)]).toEqual([[2, 3, 1], [4]])
      }).pipe(Effect.provide(store))
    }))

  it.effect("are told one by one what the database refuses, and the others are done", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        const results = yield* together(
          ...ids.map((id, n) =>
            update(
              n % 2 === 0 ? "t0" : id,
              n === 20
                ? { assign: { status: "ASLEEP" } }
                : n === 22
                ? { assign: { status: "FAILED" } }
                : { patch: merge({ [n]: n }) }
            )
          )
        )
        expect(results.flatMap((result, n) => Result.isFailure(result) ? [[n, result.failure._tag]] : [])).toEqual([[
          20,
          "Refused"
        ]])
        expect((yield* present("t0")).version).toBe(25)
        expect(yield* together(update("nobody", { patch: merge({ k: 1 }) }), update("t1", {}))).toMatchObject([
          { failure: { _tag: "Missing" } },
          { success: [{ changed: false }] }
        ])
      }).pipe(Effect.provide(store))
    }))

  it.effect("never go on from what was only asked for, or from what the database would refuse", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        const results = yield* commit(
          [update("t0", { patch: merge({ k: 1 }) })],
          [update("t0", { patch: merge({ k: 2 }) })],
          [update("t1", { patch: merge({ k: 1 }), dry: true })],
          [update("t2", { assign: { status: "ASLEEP" } })],
          [update("t2", { assign: { status: "FAILED" } })]
        )
        expect(results.map((one) => Result.isSuccess(one) ? one.success[0]!.version : one.failure._tag))
          .toEqual([2, 3, 2, "Refused", 2])
        expect((yield* present("t1")).version).toBe(1)
        expect((yield* history("t2"))[0]!.moves).toEqual({ status: { from: "RUNNING", to: "FAILED" } })
      }).pipe(Effect.provide(store))
    }))

  for (const groupCommit of [true, false]) {
    it.effect(`find what is there beside a key that no record can have, group commit ${groupCommit ? "on" : "off"}`, () =>
      Effect.gen(function*() {
        const { store } = yield* prepared({ groupCommit })
        yield* Effect.gen(function*() {
          yield* write(insert("Task", task("t0")), insert("Task", task("t1")))
          const read = yield* all(["t0", "a\u0000b", "t1", "nobody"].map((id) => present(id)))
          expect(read.map((one) => one?.state["id"])).toEqual(["t0", undefined, "t1", undefined])
          const updates = ["t0", "a\u0000b", "t1"].map((id) => update(id, { patch: merge({ k: id }) }))
          expect(yield* together(...updates)).toMatchObject([
            { success: [{ version: 2 }] },
            { failure: { _tag: "Refused" } },
            { success: [{ version: 2 }] }
          ])
        }).pipe(Effect.provide(store))
      }))
  }

  it.effect("are done although their callers went away", () =>
    Effect.gen(function*() {
      const { session, store, waiting } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        yield* session("BEGIN", [])
        yield* session("SELECT FROM tasks WHERE id = 't0' FOR UPDATE", [])
        const first = yield* Effect.forkChild(together(update("t0", { patch: merge({ k: 1 }) })))
        yield* waiting(1)
        first.interruptUnsafe()
        yield* session("COMMIT", [])
        yield* Fiber.await(first)
        expect((yield* present("t0")).state["params"]).toEqual({ k: 1 })
      }).pipe(Effect.provide(store))
    }))

  it.effect("all learn that nobody knows what became of them when the connection is cut, and those after them are done", () =>
    Effect.gen(function*() {
      const { query, session, store, waiting } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        yield* session("BEGIN", [])
        yield* session("LOCK TABLE tasks IN EXCLUSIVE MODE", [])
        const cut = yield* Effect.forkChild(
          all(ids.map((id) => Effect.flip(commit([update(id, { patch: merge({ k: 1 }) })]))))
        )
        yield* waiting(1)
        const after = yield* Effect.forkChild(commit([update("t0", { patch: merge({ k: 2 }) })]))
        yield* query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'under test' AND datname = current_database()",
          []
        )
        const errors = yield* Fiber.join(cut)
        expect(errors.map(({ _tag }) => _tag)).toEqual(ids.map(() => "StoreUnavailable"))
        yield* session("COMMIT", [])
        expect(yield* Fiber.join(after)).toMatchObject([{ success: [{ version: 2 }] }])
      }).pipe(Effect.provide(store))
    }))
})
