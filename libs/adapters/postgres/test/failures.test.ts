import { describe, expect, it } from "@effect/vitest"
import { Board, RecordStore, Services, Tasks, Trackers } from "@emend/domain"
import { PostgresStore } from "@emend/postgres"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import {
  agent,
  append,
  author,
  commit,
  event,
  history,
  insert,
  key,
  merge,
  present,
  task,
  tracker,
  update,
  write
} from "./Records.ts"
import { prepared } from "./Scene.ts"

const tasks = write(insert("Task", task("a")), insert("Task", task("b")))

const board = (id: string) => ({
  organization_id: "o",
  title: "x",
  created_at: author().at,
  updated_at: author().at,
  id,
  description: null,
  status: "backlog",
  priority: 3,
  assigned_to_type_id: null,
  assigned_to_instance_id: null,
  assigned_to_user_id: null,
  correlation_bucket_id: null,
  created_by: null,
  source: "manual",
  is_deleted: false
})

describe("failures", () => {
  it.effect("a commit that the database refuses for a reason of its own is told so, and all its neighbours are carried out and told", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        const ids = Array.from({ length: 9 }, (_, n) => `b${n}`)
        yield* write(...ids.map((id) => insert("BoardTask", board(id))))
        const results = yield* commit(...ids.map((id, n) =>
          [
            update(id, { key: key(id, "BoardTask"), patch: { priority: { set: n === 4 ? 99 : 1 } } })
          ] as const
        ))
        for (const [n, result] of results.entries()) {
          if (n === 4) {
            const rejection = Result.getOrThrow(Result.flip(result))
            expect(rejection).toMatchObject({ _tag: "Refused", key: key("b4", "BoardTask") })
            expect(rejection).toMatchObject({ reason: expect.stringMatching(/23514.*board_tasks_priority_check/) })
          } else {
            expect(Result.getOrThrow(result)[0]).toMatchObject({ version: 2, changed: true, state: { priority: 1 } })
          }
        }
        const priorities = yield* Effect.forEach(
          ids,
          (id) => Effect.map(present(id, "BoardTask"), ({ state }) => state["priority"])
        )
        expect(priorities).toEqual([1, 1, 1, 1, 3, 1, 1, 1, 1])
        expect(yield* history("b4", "BoardTask")).toHaveLength(1)
      }).pipe(Effect.provide(store))
    }))

  it.effect("values that only the database refuses end the use case of their caller only", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      const services = Layer.provide(Services.layer, store)
      yield* Effect.gen(function*() {
        const boards = yield* Board
        const made = yield* boards.create({ title: "x" })
        const change = (priority: number) =>
          Effect.exit(boards.update(made.state.id, { patch: { priority: { set: priority } }, advance: {} }))
        const [bad, good] = yield* Effect.all([change(99), change(1)], { concurrency: "unbounded" })
        expect(Exit.hasDies(bad)).toBe(true)
        expect(String(Exit.isFailure(bad) && Cause.squash(bad.cause))).toContain("board_tasks_priority_check")
        expect(Exit.isSuccess(good)).toBe(true)
        expect((yield* boards.get(made.state.id)).state.priority).toBe(1)
      }).pipe(Effect.provide(services))
    }))

  it.effect("an event that only the database refuses is told so, and its neighbours are appended without a gap", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* write(
          insert("Task", task("a")),
          insert("Agent", agent("g")),
          insert("AgentTaskTracker", tracker("r", "a", "g"))
        )
        const nul = { ...event("e2", "a", "g"), content: "a\u0000b" }
        const results = yield* append(event("e1", "a", "g"), nul, event("e3", "a", "g"), event("e4", "a", "g"))
        expect(results.map((result) => Result.isSuccess(result) ? result.success.sequence_id : result.failure)).toEqual(
          [
            1,
            { _tag: "Refused", reason: expect.stringMatching(/^The database refuses the values with code 22P0[25]$/) },
            2,
            3
          ]
        )
        const [next] = yield* append({ ...event("e2", "a", "g") })
        expect(Result.getOrThrow(next!).sequence_id).toBe(4)
      }).pipe(Effect.provide(store))
    }))

  it.effect("an event that only the database refuses ends the use case of its caller only", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        const { state: { id } } = yield* (yield* Tasks).create({ agent_ids: ["g"] })
        const trackers = yield* Trackers
        const [bad, good] = yield* Effect.all(
          ["a\u0000b", "fine"].map((content) => Effect.exit(trackers.append(id, { agent_id: "g", content }))),
          { concurrency: "unbounded" }
        )
        expect(Exit.hasDies(bad!)).toBe(true)
        expect(String(Exit.isFailure(bad!) && Cause.squash(bad!.cause))).toContain("refuses the values")
        expect(Exit.isSuccess(good!) && good!.value.sequence_id).toBe(1)
      }).pipe(Effect.provide(Layer.provide(Services.layer, store)))
    }))

  it.effect("a query for a field or a kind that there is not is a defect, not an empty answer", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        const { find } = yield* RecordStore.RecordStore
        const query = { kind: "Task", tenant: "t", where: {}, order: [], limit: 10 }
        for (
          const wrong of [
            { ...query, where: { colour: ["red"] } },
            { ...query, order: [{ field: "colour", direction: "asc" as const }] },
            { ...query, where: { status: [1] }, order: [{ field: "colour", direction: "asc" as const }] },
            { ...query, kind: "Colour" }
          ]
        ) expect(Exit.hasDies(yield* Effect.exit(find(wrong)))).toBe(true)
        expect(yield* find({ ...query, where: { status: [1] } })).toEqual([])
      }).pipe(Effect.provide(store))
    }))

  it.effect("inserts of one kind within a commit take their keys in order, so that two commits never wait in a circle", () =>
    Effect.gen(function*() {
      // Nobody looks for a circle, so nobody resolves it.
      const { session, store, waiting } = yield* prepared({}, "deadlock_timeout = '1h'")
      yield* Effect.gen(function*() {
        const ifAbsent = (id: string) => ({ ...insert("Agent", agent(id)), ifAbsent: true })
        const other = (id: string) =>
          session(`INSERT INTO agents (tenant, id, version, created_at) VALUES ('t', '${id}', 1, now())`, [])
        yield* session("SET deadlock_timeout = '1h'", [])
        yield* session("SET lock_timeout = '1s'", [])
        yield* session("BEGIN", [])
        yield* other("a")
        const waits = yield* Effect.forkChild(commit([insert("Task", task("x")), ifAbsent("b"), ifAbsent("a")]))
        yield* waiting(1)
        // Were b inserted already, this would close the circle.
        yield* other("b")
        yield* session("COMMIT", [])
        const [result] = yield* Fiber.join(waits)
        expect(Result.getOrThrow(result!).map(({ changed }) => changed)).toEqual([true, false, false])
      }).pipe(Effect.provide(store))
    }))

  it.effect("of the inserts of a commit that are one statement, the one that is refused is told, and nothing is written", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* write(insert("Agent", agent("g")), insert("Task", task("x")))
        const trackers = ["r1", "r2", "r3"].map((id, n) =>
          insert("AgentTaskTracker", tracker(id, n === 1 ? "nowhere" : "x", `${n === 0 ? "g" : "h"}`))
        )
        const [dangling] = yield* commit([insert("Task", task("y")), insert("Agent", agent("h")), ...trackers])
        expect(dangling).toMatchObject({ failure: { _tag: "Dangling", field: "task_id", key: { id: "r2" } } })
        const [refused] = yield* commit([
          insert("Task", task("y")),
          insert("Task", task("z", { status: "ASLEEP" })),
          insert("Task", task("w"))
        ])
        expect(refused).toMatchObject({ failure: { _tag: "Refused", key: { id: "z" } } })
        const [taken] = yield* commit([
          insert("Task", task("y", { name: "same" })),
          insert("Task", task("z", { name: "same" }))
        ])
        expect(taken).toMatchObject({ failure: { _tag: "Taken", fields: ["name"], key: { id: "z" } } })
        expect(yield* present("y")).toBeUndefined()
        const twice = { ...insert("Agent", agent("i")), ifAbsent: true }
        const [both] = yield* commit([twice, twice])
        expect(Result.getOrThrow(both!).map(({ changed }) => changed)).toEqual([true, false])
      }).pipe(Effect.provide(store))
    }))

  it.effect("text that is no JSON for the database spoils its own commit only", () =>
    Effect.gen(function*() {
      const { store } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        const results = yield* commit(
          [update("a", { patch: merge({ bad: "\u0000" }) })],
          [update("b", { patch: merge({ good: 1 }) })]
        )
        expect(results.map((result) => Result.isFailure(result) && result.failure._tag)).toEqual(["Refused", false])
        expect((yield* present("a")).version).toBe(1)
        expect((yield* present("b")).state["params"]).toEqual({ good: 1 })
      }).pipe(Effect.provide(store))
    }))

  it.effect("a deadlock is resolved by trying again", () =>
    Effect.gen(function*() {
      // A waiting statement looks for a deadlock once, so late that the circle is closed by then.
      const { session, store, waiting } = yield* prepared({}, "deadlock_timeout = '3s'")
      yield* Effect.gen(function*() {
        yield* tasks
        // The other side never gives way, so the store's statement is the one that is cut off.
        yield* session("SET deadlock_timeout = '1h'", [])
        yield* session("BEGIN", [])
        yield* session("SELECT 1 FROM tasks WHERE id = 'b' FOR UPDATE", [])
        const both = yield* Effect.forkChild(
          commit([update("a", { patch: merge({ k: 1 }) })], [update("b", { patch: merge({ k: 1 }) })])
        )
        yield* waiting(1)
        yield* session("UPDATE tasks SET status_reason = 'other' WHERE id = 'a'", [])
        yield* session("COMMIT", [])
        expect((yield* Fiber.join(both)).map(Result.isSuccess)).toEqual([true, true])
        expect((yield* present("a")).state).toMatchObject({ params: { k: 1 }, status_reason: "other" })
      }).pipe(Effect.provide(store))
    }))

  it.effect("a statement that waited goes on from the row as it is then, and its answer and history say so", () =>
    Effect.gen(function*() {
      const { session, store, waiting } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        yield* session("BEGIN", [])
        yield* session(`UPDATE tasks SET params = '{"theirs": 1, "k": 0}', version = 5 WHERE id = 'a'`, [])
        const merging = yield* Effect.forkChild(write(update("a", { patch: merge({ k: 1 }) })))
        yield* waiting(1)
        yield* session("COMMIT", [])
        const [merged] = yield* Fiber.join(merging)
        expect(merged).toMatchObject({ version: 6, changed: true, state: { params: { theirs: 1, k: 1 } } })
        expect((yield* history("a"))[0]).toMatchObject({
          version: 6,
          inverse: { params: { merge: { set: { k: 0 } } } }
        })

        yield* session("BEGIN", [])
        yield* session(`UPDATE tasks SET params = '{"k": 2}', version = 8 WHERE id = 'a'`, [])
        const nothing = yield* Effect.forkChild(write(update("a", { patch: merge({ k: 2 }) })))
        yield* waiting(1)
        yield* session("COMMIT", [])
        expect((yield* Fiber.join(nothing))[0]).toMatchObject({
          version: 8,
          changed: false,
          state: { params: { k: 2 } }
        })

        yield* session("BEGIN", [])
        yield* session(`UPDATE tasks SET status = 'DELETED' WHERE id = 'a'`, [])
        const late = yield* Effect.forkChild(commit([update("a", { patch: merge({ k: 3 }) })]))
        yield* waiting(1)
        yield* session("COMMIT", [])
        expect((yield* Fiber.join(late))[0]).toMatchObject({ failure: { _tag: "Missing" } })
      }).pipe(Effect.provide(store))
    }))

  it.effect("a name that is freed while an insert waits for it is taken by the insert", () =>
    Effect.gen(function*() {
      const { session, store, waiting } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* write(insert("Task", task("a", { name: "n" })))
        yield* session("BEGIN", [])
        yield* session("UPDATE tasks SET status = 'DELETED' WHERE id = 'a'", [])
        const waits = yield* Effect.forkChild(commit([insert("Task", task("b", { name: "n" }))]))
        yield* waiting(1)
        yield* session("COMMIT", [])
        expect(Result.isSuccess((yield* Fiber.join(waits))[0]!)).toBe(true)
      }).pipe(Effect.provide(store))
    }))

  it.effect("a connection that is cut is told as unavailable, without a word of SQL, and the next request works", () =>
    Effect.gen(function*() {
      const { query, session, store, waiting } = yield* prepared()
      yield* Effect.gen(function*() {
        yield* tasks
        yield* session("BEGIN", [])
        yield* session("SELECT 1 FROM tasks WHERE id = 'a' FOR UPDATE", [])
        const cut = yield* Effect.forkChild(Effect.exit(commit([update("a", { patch: merge({ k: 1 }) })])))
        yield* waiting(1)
        yield* query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'under test' AND datname = current_database()",
          []
        )
        const exit = yield* Fiber.join(cut)
        yield* session("ROLLBACK", [])
        const error = yield* Effect.flip(exit)
        expect(error).toBeInstanceOf(RecordStore.StoreUnavailable)
        expect(error.message).not.toMatch(/select|update|insert|tasks|\$1/i)
        expect((yield* present("a")).version).toBe(1)
      }).pipe(Effect.provide(store))
    }))

  it.effect("a statement that takes too long is told as unavailable, and nothing is written", () =>
    Effect.gen(function*() {
      const { session, store } = yield* prepared({ statementTimeoutMillis: 50 })
      yield* Effect.gen(function*() {
        yield* tasks
        yield* session("BEGIN", [])
        yield* session("SELECT 1 FROM tasks WHERE id = 'a' FOR UPDATE", [])
        const error = yield* Effect.flip(commit([update("a", { patch: merge({ k: 1 }) })]))
        expect(error._tag).toBe("StoreUnavailable")
        yield* session("ROLLBACK", [])
        expect((yield* present("a")).version).toBe(1)
      }).pipe(Effect.provide(store))
    }))

  it.effect("a database that does not answer fails the layer", () =>
    Effect.gen(function*() {
      const url = Redacted.make("postgres://nobody@127.0.0.1:1/nothing")
      const error = yield* Effect.flip(Effect.provide(tasks, PostgresStore.layer({ url })))
      expect(error._tag).toBe("SqlError")
    }))
})
