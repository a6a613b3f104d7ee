import * as PgClient from "@effect/sql-pg/PgClient"
import { describe, expect, layer } from "@effect/vitest"
import {
  Agent,
  AgentTaskTracker,
  Board,
  BoardChange,
  BoardTask,
  Caller,
  EventLog,
  IdempotencyKey,
  RecordStore,
  Services,
  Task,
  Tasks,
  Trackers
} from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import { StoreContract } from "@emend/testkit"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"

const client = Layer.unwrap(
  Effect.map(TestDatabase.make(), (url) =>
    PgClient.layer({
      url,
      maxConnections: 4,
      maxMessageSize: 256 * 1024 * 1024,
      startupParameters: Database.parameters
    }))
)
const joined = PostgresStore.layerClient({ migrate: false })

/** The store, each of whose calls is made within a transaction of the embedding program. */
const within = Layer.effectContext(Effect.gen(function*() {
  const { withTransaction } = yield* PgClient.PgClient
  const store = yield* RecordStore.RecordStore
  const log = yield* EventLog.EventLog
  const failing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.catchTag(withTransaction(effect), "SqlError", (error) => Effect.die(error)) as Effect.Effect<A, E, R>
  const wrapped = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, verb]) => [
        name,
        typeof verb === "function"
          ? (...given: ReadonlyArray<unknown>) => failing(verb(...given))
          : Effect.isEffect(verb)
          ? failing(verb)
          : verb
      ])
    ) as Port
  return Context.make(RecordStore.RecordStore, wrapped(store)).pipe(Context.add(EventLog.EventLog, wrapped(log)))
})).pipe(Layer.provide(joined), Layer.provide(client))

// These kinds have every fact between them.
StoreContract.suite("transactions of the embedding program", within, {
  // These have every fact between them.
  kinds: [
    Task.taskKind,
    Agent.agentKind,
    AgentTaskTracker.trackerKind,
    BoardTask.boardTaskKind,
    BoardChange.boardChangeKind
  ]
})

const services = Services.layer.pipe(Layer.provide(joined), Layer.provideMerge(client))
const retries = (retries: number) => Task.Task.fromBody({ merge_params: { retries } })

layer(services)("the update and a row of the embedding program, in one transaction", (it) => {
  const orders = Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    yield* sql`CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, task_id text NOT NULL)`
    return {
      add: (id: string, task: string) => sql`INSERT INTO orders (id, task_id) VALUES (${id}, ${task})`,
      of: (task: string) =>
        Effect.map(
          sql<{ readonly id: string }>`SELECT id FROM orders WHERE task_id = ${task} ORDER BY id`,
          (rows) => rows.map(({ id }) => id)
        ),
      together: sql.withTransaction
    }
  })

  it.effect("are both taken back when it is rolled back: the change, its history, its key, and the record that was made", () =>
    Effect.gen(function*() {
      const { add, of, together } = yield* orders
      const tasks = yield* Tasks
      yield* tasks.create({ id: "a", params: { retries: 1 } })
      const key = { scope: "s", key: "k", request: 1 }
      const change = Effect.provideService(tasks.update("a", retries(2)), IdempotencyKey, key)
      const exit = yield* Effect.exit(together(Effect.gen(function*() {
        yield* add("o1", "a")
        expect((yield* change).version).toBe(2)
        yield* tasks.create({ id: "b", agent_ids: ["x"] })
        expect((yield* tasks.get("a")).state.params).toEqual({ retries: 2 })
        return yield* Effect.fail("changed my mind")
      })))
      expect(exit).toEqual(Exit.fail("changed my mind"))
      expect(yield* of("a")).toEqual([])
      expect(yield* tasks.get("a")).toMatchObject({ version: 1, state: { params: { retries: 1 } } })
      expect((yield* tasks.history("a")).map(({ version }) => version)).toEqual([1])
      expect(yield* Effect.flip(tasks.get("b"))).toMatchObject({ _tag: "RecordMissing" })
      expect(yield* (yield* Trackers).list({ task_id: "b" })).toEqual([])
      // Its key is free again: nothing was done under it.
      expect((yield* change).changed).toBe(true)
    }))

  it.effect("are both there when it is committed, with the history", () =>
    Effect.gen(function*() {
      const { add, of, together } = yield* orders
      const tasks = yield* Tasks
      yield* together(Effect.gen(function*() {
        yield* tasks.create({ id: "c" })
        yield* add("o2", "c")
        yield* tasks.update("c", retries(1), { reason: "ordered" })
        yield* tasks.move("c", "COMPLETED")
      }))
      expect(yield* of("c")).toEqual(["o2"])
      expect((yield* tasks.history("c")).map(({ reason, version }) => [version, reason])).toEqual([
        [3, null],
        [2, "ordered"],
        [1, null]
      ])
    }).pipe(Effect.provideService(Caller, { tenant: "acme", subject: "ann" })))

  it.effect("go on after a refusal: what is refused is taken back alone", () =>
    Effect.gen(function*() {
      const { add, of, together } = yield* orders
      const tasks = yield* Tasks
      const board = yield* Board
      yield* board.create({ id: "p", title: "P" })
      yield* board.createSubtask("p", { id: "q", title: "Q" })
      const tags = yield* together(Effect.gen(function*() {
        yield* tasks.create({ id: "d" })
        const refused = yield* Effect.forEach([
          tasks.create({ id: "d" }),
          tasks.update("d", retries(1), { ifMatch: [7] }),
          tasks.update("missing", retries(1)),
          board.link("q", "p"),
          board.transition("p", "done")
        ], (call) =>
          Effect.map(Effect.flip(call as Effect.Effect<unknown, { readonly _tag: string }>), ({ _tag }) => _tag))
        yield* add("o3", "d")
        yield* tasks.update("d", retries(2))
        yield* board.remove("p")
        return refused
      }))
      expect(tags).toEqual(["AlreadyTaken", "VersionMismatch", "RecordMissing", "CycleRefused", "TransitionRefused"])
      expect([yield* of("d"), (yield* tasks.get("d")).version]).toEqual([["o3"], 2])
      expect(yield* Effect.flip(board.get("p"))).toMatchObject({ _tag: "RecordMissing" })
    }))

  it.effect("leave out what a nested transaction takes back", () =>
    Effect.gen(function*() {
      const { add, of, together } = yield* orders
      const tasks = yield* Tasks
      yield* together(Effect.gen(function*() {
        yield* tasks.create({ id: "e" })
        yield* Effect.exit(together(Effect.andThen(
          Effect.all([add("o4", "e"), tasks.create({ id: "f", agent_ids: ["x"] }), tasks.update("e", retries(9))]),
          Effect.fail("no")
        )))
        yield* tasks.update("e", retries(1))
      }))
      expect([yield* of("e"), (yield* tasks.history("e")).length]).toEqual([[], 2])
      expect(yield* Effect.flip(tasks.get("f"))).toMatchObject({ _tag: "RecordMissing" })
    }))

  it.effect("do not wait in the process for one that waits for the transaction in the database", () =>
    Effect.gen(function*() {
      const { together } = yield* orders
      const sql = yield* PgClient.PgClient
      const board = yield* Board
      yield* board.create({ id: "g", title: "G" })
      const assign = (id: string) => board.assign("g", { field: "assigned_to_user_id", id })
      const assigned = yield* Deferred.make<void>()
      const other = yield* Effect.forkChild(Effect.andThen(Deferred.await(assigned), assign("bob")))
      yield* together(Effect.gen(function*() {
        yield* assign("ann")
        yield* Deferred.succeed(assigned, undefined)
        while (
          (yield* sql<{ n: number }>`SELECT count(*)::int4 AS n FROM pg_locks WHERE NOT granted`)[0]!.n === 0
        );
        yield* assign("cid")
      }))
      expect((yield* Fiber.join(other)).state.assigned_to_user_id).toBe("bob")
      expect((yield* board.history("g")).map(({ version }) => version)).toEqual([4, 3, 2, 1])
    }))

  it.effect("fail at once where another transaction is in the way, and the other one goes on", () =>
    Effect.gen(function*() {
      const { together } = yield* orders
      const tasks = yield* Tasks
      yield* Effect.all([tasks.create({ id: "h" }), tasks.create({ id: "i" })])
      const [first, second] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const cross = (one: string, two: string, mine: Deferred.Deferred<void>, other: Deferred.Deferred<void>) =>
        Effect.exit(together(Effect.gen(function*() {
          yield* tasks.update(one, retries(1))
          yield* Deferred.succeed(mine, undefined)
          yield* Deferred.await(other)
          yield* tasks.update(two, retries(2))
        })))
      const exits = yield* Effect.all([cross("h", "i", first, second), cross("i", "h", second, first)], {
        concurrency: 2
      })
      expect(exits.filter(Exit.isSuccess)).toHaveLength(1)
      const failed = exits.find(Exit.isFailure)!
      expect(Cause.squash(failed.cause)).toMatchObject({
        _tag: "StoreUnavailable",
        cause: { message: "Another transaction was in the way: try the whole anew" }
      })
      const versions = yield* Effect.forEach(["h", "i"], (id) => Effect.map(tasks.get(id), ({ version }) => version))
      expect(versions).toEqual([2, 2])
    }))
})

describe("the client", () => {
  layer(services)("outside of a transaction", (it) => {
    it.effect("serves the services like any pool", () =>
      Effect.gen(function*() {
        const tasks = yield* Tasks
        yield* tasks.create({ id: "z", agent_ids: ["x"] })
        const updates = Effect.all(Array.from({ length: 20 }, (_, n) => tasks.update("z", retries(n))), {
          concurrency: "unbounded"
        })
        yield* updates
        expect((yield* tasks.history("z")).length).toBeGreaterThan(15)
      }))
  })
})
