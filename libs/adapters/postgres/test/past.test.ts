import { describe, expect, it } from "@effect/vitest"
import { Caller, type RecordStore, Services, Snapshot, Tasks } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ReadStatement from "../src/ReadStatement.ts"
import { insert, merge, present, task, tenant, update, write } from "./Records.ts"

/** Runs a body over the store on one connection, beside another that can be used to look into the database. */
const looking = <A, E>(
  body: (
    query: (text: string) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, unknown>
  ) => Effect.Effect<A, E, RecordStore.RecordStore | Tasks>
) =>
  Effect.gen(function*() {
    const url = yield* TestDatabase.make()
    const pool = yield* Database.make({ url, maxConnections: 1 })
    const store = PostgresStore.layer({ url, maxConnections: 1, migrate: false })
    return yield* Effect.provide(
      body((text) => Database.through(pool)(text, [])),
      Layer.provideMerge(Services.layer, store)
    ).pipe(Effect.provideService(Caller, { tenant, subject: "tester" }))
  })

const revisions = 10_000

/** How many rows of the table the scans of a plan looked at. */
const rowsRead = (plan: any): number => {
  const inner = ((plan["Plan"] === undefined ? plan["Plans"] : [plan["Plan"]]) ?? []) as ReadonlyArray<unknown>
  const own = plan["Relation Name"] === undefined
    ? 0
    : (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
  return inner.reduce<number>((sum, one) => sum + rowsRead(one), own)
}

/** Gives a task a past of many versions; the whole states stand where the store would have put them. */
const longPast = (query: (text: string) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function*() {
    yield* write(insert("Task", { ...task("a", { params: { n: 1 } }) }))
    const state = `to_jsonb(t) - 'tenant' - 'version' || jsonb_build_object('params', jsonb_build_object('n', g),
      'created_at', initial->'created_at', 'updated_at', initial->'updated_at')`
    yield* query(`INSERT INTO record_history (tenant, kind, record_id, version, at, by, patch, inverse, moves, state)
      SELECT h.tenant, kind, record_id, g, at, by,
        jsonb_build_object('params', jsonb_build_object('merge', jsonb_build_object('set', jsonb_build_object('n', g)))),
        jsonb_build_object('params', jsonb_build_object('merge', jsonb_build_object('set', jsonb_build_object('n', g - 1)))),
        '{}', CASE WHEN g % ${Snapshot.every} = 0 THEN ${state} END
      FROM record_history h JOIN tasks t ON t.id = h.record_id, generate_series(2, ${revisions}) AS g`)
    yield* query(`UPDATE tasks SET version = ${revisions}, params = jsonb_build_object('n', ${revisions})`)
  })

describe("the past of a record", () => {
  it.effect("of many revisions is read from few rows", () =>
    looking((query) =>
      Effect.gen(function*() {
        yield* longPast(query)
        const tasks = yield* Tasks
        for (const version of [1, 2, 127, 128, 129, 5_000, 9_983, 9_984, 9_999, 10_000]) {
          expect(yield* tasks.at("a", version)).toMatchObject({ version, state: { params: { n: version } } })
          const statement = ReadStatement.past.replaceAll("$1", `'${tenant}'`).replaceAll("$2", "'Task'")
            .replaceAll("$3", "'a'").replaceAll("$4", String(version))
          const [[[plan]]] = (yield* query(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`)) as any
          expect(rowsRead(plan), `rows read for version ${version}`).toBeLessThanOrEqual(2 * Snapshot.every)
          expect(rowsRead(plan)).toBeGreaterThan(0)
        }
        const { conflicts } = yield* Effect.flip(tasks.undo("a", 5_000)) as Effect.Effect<any>
        expect(conflicts).toEqual([{ path: "/params/n", base: 5_000, theirs: 10_000, mine: 4_999 }])
        const restored = yield* tasks.restore("a", 77)
        expect([restored.version, restored.state.params]).toEqual([10_001, { n: 77 }])
      })
    ))

  it.effect("is kept whole every so often, a large record more rarely, in proportion to what changes", () =>
    looking((query) =>
      Effect.gen(function*() {
        const filler = "x".repeat(Snapshot.ordinaryBytes)
        yield* write(insert("Task", task("small")), insert("Task", task("large", { params: { filler } })))
        const kept: Array<unknown> = []
        for (let version = 2; version <= 2 * Snapshot.every + 1; version++) {
          const [small] = yield* write(
            update("small", { patch: merge({ n: version }) }),
            update("large", { patch: merge({ n: version }) })
          )
          if (version % Snapshot.every === 0) kept.push(small!.state)
        }
        const snapshots = (id: string) =>
          query(`SELECT version::float8, state, octet_length(state::text)::float8 FROM record_history
            WHERE record_id = '${id}' AND state IS NOT NULL ORDER BY version`)
        const small = yield* snapshots("small")
        expect(small.map(([version]) => version)).toEqual([Snapshot.every, 2 * Snapshot.every])
        expect(small.map(([, state]) => state)).toEqual(kept)
        const large = yield* snapshots("large")
        expect(large.map(([version]) => version)).toEqual([2 * Snapshot.every])
        for (const [version, , bytes] of [...small, ...large]) {
          expect(Snapshot.isDue(version as number, bytes as number)).toBe(true)
        }
        expect(Snapshot.isDue(Snapshot.every, large[0]![2] as number)).toBe(false)
        expect((yield* present("large")).version).toBe(2 * Snapshot.every + 1)
      })
    ))

  it.effect("that was written before there were whole states is read from its beginning", () =>
    looking((query) =>
      Effect.gen(function*() {
        yield* longPast(query)
        yield* query("UPDATE record_history SET state = NULL")
        expect((yield* (yield* Tasks).at("a", 9_999)).state.params).toEqual({ n: 9_999 })
      })
    ))
})
