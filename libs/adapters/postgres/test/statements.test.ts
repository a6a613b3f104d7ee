import { describe, expect, it } from "@effect/vitest"
import { RecordStore, type Revision, Snapshot } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as CountingStream from "./CountingStream.ts"
import { agent, append, commit, event, insert, merge, task, tracker, update, write } from "./Records.ts"

/** Runs a body over a store whose statements are counted, on a database that can be looked into. */
const counted = <A, E>(
  body: (tools: {
    readonly take: () => number
    readonly query: (text: string) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, unknown>
  }) => Effect.Effect<A, E, RecordStore.RecordStore | import("@emend/domain").EventLog.EventLog>
) =>
  Effect.gen(function*() {
    const url = yield* TestDatabase.make()
    const { stream, take } = CountingStream.make(Redacted.value(url))
    const pool = yield* Database.make({ url, maxConnections: 1 })
    const query = (text: string) => Database.through(pool)(text, [])
    return yield* Effect.provide(
      body({ take, query }),
      PostgresStore.layer({ url, stream, maxConnections: 1, migrate: false })
    )
  })

describe("what goes over the wire", () => {
  it.effect("a blind update of which no whole state is kept is exactly one statement, whatever comes of it", () =>
    counted(({ take }) =>
      Effect.gen(function*() {
        yield* write(insert("Task", task("a")))
        expect(take()).toBe(1)
        const updates = [
          update("a", { patch: merge({ k: 1 }) }),
          update("a", { patch: merge({ k: 1 }) }),
          update("a", { patch: { ...merge({ k: 2 }), task_metadata: { set: { m: [] } } } }),
          update("a", { assign: { status: "FAILED", status_reason: "x" }, where: { status: ["RUNNING"] } }),
          update("a", { assign: { status: "FAILED" }, where: { status: ["RUNNING"] } }),
          update("a", { patch: merge({ k: 3 }), versions: [99] }),
          update("nobody", { patch: merge({ k: 3 }) })
        ]
        for (const one of updates) {
          yield* commit([one])
          expect(take()).toBe(1)
        }
      })
    ))

  it.effect("where the whole state is due, a statement that does nothing says so before the one that keeps it", () =>
    counted(({ query, take }) =>
      Effect.gen(function*() {
        yield* write(insert("Task", task("a")))
        const costs: Array<number> = []
        for (let version = 2; version <= Snapshot.every + 1; version++) {
          take()
          const [result] = yield* write(update("a", { patch: merge({ version }) }))
          expect(result).toMatchObject({ changed: true, version })
          costs.push(take())
        }
        expect(costs).toEqual([...Array.from({ length: Snapshot.every - 2 }, () => 1), 2, 1])
        const kept =
          "SELECT version, state #>> '{params,version}' FROM record_history WHERE state IS NOT NULL AND version > 1"
        expect((yield* query(kept)).map((row) => row.map(Number))).toEqual([[Snapshot.every, Snapshot.every]])
      })
    ))

  it.effect("a cursor is resolved and advanced in the one statement", () =>
    counted(({ take }) =>
      Effect.gen(function*() {
        yield* write(
          insert("Task", task("a")),
          insert("Agent", agent("g")),
          insert("AgentTaskTracker", tracker("r", "a", "g"))
        )
        yield* append(event("e1", "a", "g"))
        take()
        const key = { ...update("r", {}).key, kind: "AgentTaskTracker" }
        const [result] = yield* write(update("r", { key, advance: { last_processed_event_id: "e1" } }))
        expect(result!.state["last_processed_event_id"]).toEqual({ sequence: 1, id: "e1" })
        expect(take()).toBe(1)
      })
    ))

  it.effect("updates of many records are one statement, and so are inserts and events", () =>
    counted(({ take }) =>
      Effect.gen(function*() {
        const ids = Array.from({ length: 100 }, (_, n) => `t${n}`)
        yield* write(...ids.map((id) => insert("Task", task(id))))
        expect(take()).toBe(1)
        yield* write(...ids.map((id) => update(id, { patch: merge({ id }) })))
        expect(take()).toBe(1)
        const store = yield* RecordStore.RecordStore
        yield* store.get(ids.map((id) => update(id, {}).key))
        expect(take()).toBe(1)
        yield* write(
          insert("Agent", agent("g")),
          ...ids.map((id) => insert("AgentTaskTracker", tracker(`r${id}`, id, "g")))
        )
        expect(take()).toBe(2)
        yield* append(...ids.map((id) => event(`e${id}`, id, "g")))
        expect(take()).toBe(1)
      })
    ))

  it.effect("a commit of many inserts is one statement for each kind, in a transaction", () =>
    counted(({ take }) =>
      Effect.gen(function*() {
        const ids = Array.from({ length: 50 }, (_, n) => `g${n}`)
        yield* commit([
          insert("Task", task("a")),
          ...ids.map((id) => insert("Agent", agent(id))),
          ...ids.map((id) => insert("AgentTaskTracker", tracker(`r${id}`, "a", id)))
        ])
        expect(take()).toBe(5)
      })
    ))

  it.effect("large params are not written again when something else changes", () =>
    counted(({ query }) =>
      Effect.gen(function*() {
        // Random text does not compress, so the value is stored outside the row.
        const noise = Array.from({ length: 4_000 }, (_, n) => ((n + 1) * 2_654_435_761 % 4_294_967_296).toString(36))
          .join("")
        yield* write(insert("Task", task("a", { params: { noise } })))
        const [[toast]] =
          (yield* query("SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = 'tasks'::regclass")) as [
            [string]
          ]
        const chunks = () =>
          Effect.map(
            query(`SELECT chunk_id::text, xmin::text FROM ${toast} ORDER BY chunk_id, chunk_seq`),
            (rows) => rows.map(String)
          )
        const before = yield* chunks()
        expect(before.length).toBeGreaterThan(5)
        yield* write(
          update("a", { assign: { status: "COMPLETED" } }),
          update("a", { patch: { task_metadata: { set: { small: true } } } }),
          update("a", { patch: merge({ noise }) })
        )
        expect(yield* chunks()).toEqual(before)
        yield* write(update("a", { patch: merge({ more: 1 }) }))
        expect(yield* chunks()).not.toEqual(before)
      })
    ))

  it.effect("a statement finds rows by key, also on a table that was empty when it was planned", () =>
    counted(({ query }) =>
      Effect.gen(function*() {
        const scans = Effect.map(
          query("SELECT pg_stat_force_next_flush(), seq_scan FROM pg_stat_user_tables WHERE relname = 'tasks'"),
          ([row]) => Number(row![1])
        )
        yield* commit([update("a", { patch: merge({ k: 0 }) })])
        yield* write(...Array.from({ length: 200 }, (_, n) => insert("Task", task(`t${n}`))))
        yield* write(...Array.from({ length: 200 }, (_, n) => update(`t${n}`, { patch: merge({ k: 1 }) })))
        expect(yield* scans).toBe(0)
      })
    ))

  it.effect("many keys are taken out of a map about as fast as they are put in", () =>
    counted(() =>
      Effect.gen(function*() {
        const keys = Array.from({ length: 40_000 }, (_, n) => `k${n}`)
        yield* write(insert("Task", task("a", { params: { kept: 1 } })))
        const millis = (patch: Revision.Row) =>
          Effect.gen(function*() {
            const began = performance.now()
            const [result] = yield* write(update("a", { patch: { params: { merge: patch } } }))
            expect(result!.changed).toBe(true)
            return { millis: performance.now() - began, params: result!.state["params"] }
          })
        const put = yield* millis({ set: Object.fromEntries(keys.map((key) => [key, 0])) })
        const taken = yield* millis({ unset: keys, set: { more: 2 } })
        expect(taken.params).toEqual({ kept: 1, more: 2 })
        // Where each key is compared with each, it is twenty times as slow.
        expect(taken.millis).toBeLessThan(5 * put.millis)
      })
    ))
})
