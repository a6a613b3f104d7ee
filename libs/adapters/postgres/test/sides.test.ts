import { describe, expect, it } from "@effect/vitest"
import { Caller, Services, Task, Tasks, Trackers } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Migration from "../src/Migration.ts"
import { migrations } from "../src/migrations.ts"
import { orderedFilters } from "../src/migrations/0008_ordered_filters.ts"

const as = Effect.provideService(Caller, { tenant: "t", subject: "tester" })
const range = (length: number) => Array.from({ length }, (_, n) => n)

const opened = Effect.fnUntraced(function*(options: { readonly empty?: boolean } = {}) {
  const url = yield* TestDatabase.make(options)
  const pool = yield* Database.make({ url, maxConnections: 2 })
  const query = (text: string) => Database.through(pool)(text, [], true)
  return { pool, query, services: Layer.provideMerge(Services.layer, PostgresStore.layer({ url, migrate: false })) }
})

/** What the tables beside the tasks hold, and what they should: said another way than the database says it. */
const held = Effect.fnUntraced(function*(query: Effect.Success<ReturnType<typeof opened>>["query"]) {
  const rows = (text: string) => Effect.map(query(text), (rows) => rows.map((row) => row.join(" ")).sort())
  const living = "t.status IS DISTINCT FROM 'DELETED'"
  return {
    agents: yield* rows("SELECT agent_id, created_at::text, id FROM tasks_by_agent"),
    wantedAgents: yield* rows(`SELECT agent_id, t.created_at::text, t.id FROM tasks t, agent_task_trackers k
      WHERE (k.tenant, k.task_id) = (t.tenant, t.id) AND ${living}`)
  }
})

describe("the table beside the tasks", () => {
  it.effect(
    "holds each living task once for each of its agents, whatever is done",
    () =>
      Effect.gen(function*() {
        const { query, services } = yield* opened()
        yield* Effect.gen(function*() {
          const [tasks, trackers] = [yield* Tasks, yield* Trackers]
          const ids = range(12).map((n) => `t${n}`)
          yield* Effect.forEach(range(240), (n) =>
            Effect.gen(function*() {
              const id = yield* Random.choice(ids)
              const agent_id = `a${yield* Random.nextIntBetween(0, 4, { halfOpen: true })}`
              const dice = yield* Random.nextIntBetween(0, 100, { halfOpen: true })
              const step: Effect.Effect<unknown, unknown, any> = dice < 25
                ? tasks.create({ id, agent_ids: [agent_id, "a9"] })
                : dice < 50
                ? tasks.update(id, Task.Task.fromBody({ task_metadata: { n } }))
                : dice < 60
                ? tasks.update(id, Task.Task.fromBody({ merge_params: { n } }))
                : dice < 85
                ? trackers.assign({ task_id: id, agent_id })
                : dice < 90
                ? tasks.move(id, "DELETED")
                : dice < 95
                ? tasks.move(id, "COMPLETED")
                : tasks.clean(id)
              yield* Effect.ignore(step)
            }), { concurrency: 4 })
        }).pipe(Effect.provide(services), as)
        const { agents, wantedAgents } = yield* held(query)
        expect(agents.length).toBeGreaterThan(3)
        expect(agents).toEqual(wantedAgents)
      }).pipe(Random.withSeed("sides")),
    30_000
  )

  it.effect("is filled when a database of an earlier version comes to this one", () =>
    Effect.gen(function*() {
      const { pool, query } = yield* opened({ empty: true })
      yield* Migration.run(pool, migrations.slice(0, orderedFilters.number - 1))
      yield* query(`INSERT INTO tasks (tenant, id, version, status, created_at, updated_at, task_metadata)
        SELECT 't', 't' || n, 1, CASE WHEN n % 5 = 0 THEN 'DELETED' END, timestamptz '2026-01-01' + n * interval '1 s', now(),
          jsonb_build_object('n', n % 3, 'list', '[]'::jsonb) FROM generate_series(1, 20) n`)
      yield* query(`INSERT INTO agents (tenant, id, version, created_at) VALUES ('t', 'a', 1, now())`)
      yield* query(`INSERT INTO agent_task_trackers (tenant, id, version, agent_id, task_id, created_at, updated_at)
        SELECT tenant, 'k' || id, 1, 'a', id, now(), now() FROM tasks`)
      yield* Migration.run(pool, migrations)
      const { agents, wantedAgents } = yield* held(query)
      expect(agents.length).toBe(16)
      expect(agents).toEqual(wantedAgents)
    }))
})
