import { describe, expect, it } from "@effect/vitest"
import { Caller, RecordStore, Services, TaskAgent, TaskAgents } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ReadStatement from "../src/ReadStatement.ts"
import { tenant } from "./Records.ts"

const versions = 10_000
const scope = {
  organization_id: "00000000-0000-4000-8000-000000000001",
  project_id: "00000000-0000-4000-8000-000000000002"
}
const input = { name: "Ada", instruction: "Do", llm_model_id: "00000000-0000-4000-8000-00000000000a" }

/** How many rows of tables the scans of a plan looked at. */
const rowsRead = (plan: any): number => {
  const own = plan["Relation Name"] === undefined
    ? 0
    : (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
  return (plan["Plans"] ?? []).reduce((sum: number, one: unknown) => sum + rowsRead(one), own)
}

describe("the activations of an agent of many versions", () => {
  it.effect("are read from no other rows than theirs", () =>
    Effect.gen(function*() {
      const url = yield* TestDatabase.make()
      const pool = yield* Database.make({ url, maxConnections: 1 })
      const query = (text: string) => Database.through(pool)(text, [])
      const store = PostgresStore.layer({ url, maxConnections: 1, migrate: false })
      yield* Effect.gen(function*() {
        const agents = yield* TaskAgents
        const made = yield* agents.create(scope, input)
        const id = made.state.id
        const first = made.active_revision!.id
        // Renamed again and again, so that the creation is far away.
        yield* query(`INSERT INTO record_history (tenant, kind, record_id, version, at, by, patch, inverse, moves)
          SELECT tenant, kind, record_id, g, at, by, '{"name": {"set": "b"}}', '{"name": {"set": "a"}}', '{}'
          FROM record_history, generate_series(2, ${versions}) AS g`)
        yield* query(`UPDATE task_agents SET version = ${versions}`)
        yield* query("ANALYZE")
        const { revision_id } = yield* agents.update(scope, id, {
          _tag: "Edit",
          draft: TaskAgent.Edit.fromBody({ max_turns: 2 })
        })
        for (const to of [revision_id!, first]) {
          yield* agents.update(scope, id, { _tag: "Activate", revision_id: to })
        }
        expect((yield* agents.activations(scope, id)).map(({ version }) => version)).toEqual([
          versions + 3,
          versions + 2,
          1
        ])
        const statement = ReadStatement.history({ kind: "TaskAgent", field: "active_revision_id" })
        for (const [limit, below] of [[50, versions + 9], [1, versions + 9], [50, versions]] as const) {
          const [[[{ Plan: plan }]]] = (yield* query(
            `EXPLAIN (ANALYZE, FORMAT JSON) ${
              statement.replace("$1", `'${tenant}'`).replace("$2", "'TaskAgent'").replace("$3", `'${id}'`)
                .replace("$4", String(below)).replace("$5", String(limit))
            }`
          )) as any
          expect(rowsRead(plan), `rows read for ${limit} below ${below}`).toBeLessThanOrEqual(3)
        }
        // The store's own statement has parameters and is planned once for all of them.
        yield* query("SET plan_cache_mode = force_generic_plan")
        yield* query(`PREPARE log (text, text, text, bigint, bigint) AS ${statement}`)
        const plans = yield* query(`EXPLAIN EXECUTE log ('${tenant}', 'TaskAgent', '${id}', 99999, 50)`)
        expect(plans.flat().join("\n")).toContain("record_history_activations_idx")
        const { history } = yield* RecordStore.RecordStore
        expect((yield* history({ kind: "TaskAgent", tenant, id }, { limit: 1, moved: "active_revision_id" })).length)
          .toBe(1)
      }).pipe(
        Effect.provide(Layer.provideMerge(Services.layer, store)),
        Effect.provideService(Caller, { tenant, subject: "tester" })
      )
    }))
})
