import { describe, expect, layer } from "@effect/vitest"
import {
  Board,
  Caller,
  kinds,
  type Lists,
  RecordStore,
  Services,
  TaskAgents,
  type TaskQuery,
  Tasks,
  Trackers
} from "@emend/domain"
import { Database, PostgresStore, tables } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FindStatement from "../src/FindStatement.ts"
import * as Migration from "../src/Migration.ts"
import { migrations } from "../src/migrations.ts"
import { lists as listIndexes } from "../src/migrations/0006_lists.ts"
import * as ReachStatement from "../src/ReachStatement.ts"
import * as Relation from "../src/Relation.ts"

const many = 200_000
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const big = { organization_id: uuid(1), project_id: uuid(1) }
const small = { organization_id: uuid(1), project_id: uuid(2) }

const texts = (prefix: string) => `'${prefix}' || lpad(n::text, 7, '0')`
const numbers = `generate_series(1, ${many}) n`
const at = `timestamptz '2026-01-01' + n * interval '1 second'`
const shuffled = `timestamptz '2026-06-01' + (n * 7919::bigint % 200003) * interval '1 second'`

/**
 * An assignee or a bucket. Ten have `few`. Of `mixed` the oldest are done and the newest in the backlog, and between them only
 * others are done: an index of either filter alone begins with thousands that the other one leaves out.
 */
const assigned = (others: string) =>
  `CASE WHEN n % 20000 = 7 THEN 'few' WHEN n % 4 = 2 AND n NOT BETWEEN 20000 AND 60000 THEN 'mixed'
    WHEN n < 40000 THEN 'old' ${others} END`

/** 200,000 living records of each kind in one tenant; values that nearly all have, and values that ten have. */
const load = [
  `INSERT INTO tasks (tenant, id, version, name, status, created_at, updated_at, params, task_metadata)
    SELECT CASE WHEN n % 10 = 1 THEN 'other' ELSE 't' END, ${texts("t")}, 1,
      CASE WHEN n % 2 = 0 THEN 'name ' || md5(n::text) END,
      CASE WHEN n % 20000 = 7 THEN 'FAILED' WHEN n % 10 = 3 THEN 'DELETED' WHEN n % 3 = 0 THEN 'COMPLETED'
        WHEN n % 1000 = 9 THEN NULL ELSE 'RUNNING' END,
      ${at}, ${shuffled}, jsonb_build_object('a', n),
      jsonb_build_object('team', 'all', 'n', n, 'tens', n % 20000, 'many', n % 3, 'first', n < 20
)
    FROM generate_series(1, ${many} * 5 / 4) n`,
  `INSERT INTO agents (tenant, id, version, name, created_at)
    SELECT 't', ${
    texts("a")
  }, 1, CASE WHEN n < 100000 THEN 'Ann' WHEN n BETWEEN 199990 AND 199994 THEN 'Bob' ELSE 'agent ' || n END, ${at} FROM ${numbers}`,
  `INSERT INTO agent_task_trackers (tenant, id, version, agent_id, task_id, created_at, updated_at)
    SELECT 't', 'w' || t.id, 1, 'a0000001', t.id, t.created_at, t.updated_at FROM tasks t WHERE tenant = 't'`,
  `INSERT INTO agent_task_trackers (tenant, id, version, agent_id, task_id, created_at, updated_at)
    SELECT 't', 'x' || t.id, 1, 'a0199999', t.id, t.created_at, t.updated_at FROM tasks t
    WHERE tenant = 't' AND (task_metadata ->> 'tens')::int = 5`,
  `INSERT INTO agent_task_trackers (tenant, id, version, agent_id, task_id, created_at, updated_at)
    SELECT 't', 'y' || n, 1, ${texts("a")}, 't0000002', ${at}, ${at} FROM generate_series(2, 100) n`,
  // Agents of the oldest tasks, and of the newest ones; those of one name share some.
  `INSERT INTO agent_task_trackers (tenant, id, version, agent_id, task_id, created_at, updated_at)
    SELECT 't', a || t.id, 1, a, t.id, ${at}, ${at}
    FROM tasks t, generate_series(1, 1) n, unnest('{a0199990,a0199991,a0199995}'::text[]) a
    WHERE tenant = 't' AND CASE a WHEN 'a0199995' THEN t.id > 't0210000' ELSE t.id < 't0040000' END`,
  `INSERT INTO board_tasks (tenant, id, version, organization_id, title, created_at, updated_at, status, priority,
      assigned_to_type_id, assigned_to_instance_id, assigned_to_user_id, correlation_bucket_id, source, is_deleted)
    SELECT 't', ${texts("b")}, 1, 't', 'title', ${at}, ${shuffled},
      CASE WHEN n % 20000 = 7 THEN 'review' WHEN n < 60000 THEN 'done' ELSE 'backlog' END,
      CASE WHEN n % 20000 = 7 THEN 1 ELSE 3 END,
      ${["ELSE 'all'", "ELSE 'all'", "WHEN n % 2 = 0 THEN 'half'", "ELSE 'all'"].map(assigned).join(", ")},
      CASE WHEN n % 20000 = 7 THEN 'triage' ELSE 'manual' END, n % 10 = 3
    FROM generate_series(1, ${many} * 10 / 9) n`,
  `INSERT INTO task_agents (tenant, id, version, organization_id, project_id, name, task_agent_run_visibility, is_deleted,
      created, modified, active_revision_id, tip_revision_id, revision_count)
    SELECT 't', '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 1, '${big.organization_id}',
      CASE WHEN n % 20000 = 7 THEN '${small.project_id}' ELSE '${big.project_id}' END, 'name', 'owner_only', n % 10 = 3,
      ${at}, ${shuffled}, '00000000-0000-4000-8001-' || lpad(n::text, 12, '0'),
      '00000000-0000-4000-8001-' || lpad(n::text, 12, '0'), CASE WHEN n = 2 THEN ${many} ELSE 1 END
    FROM generate_series(1, ${many} * 10 / 9) n`,
  `INSERT INTO task_agent_revisions (tenant, id, version, task_agent_id, number, created, created_by, content_hash,
      instruction, mode, task_tools, mcp_servers, integrations, skills)
    SELECT 't', '00000000-0000-4000-8001-' || lpad(n::text, 12, '0'), 1, '${uuid(2)}', n, ${at}, 'u', repeat('0', 64),
      'Do', 'agentic', '[]', '[]', '[]', '[]' FROM ${numbers}`,
  // A tree of four subtasks each, a chain, a ladder in which two to the 24th ways lead to the end, and a fan.
  ...[
    [`'tree' || (n - 1) / 4`, `'tree' || n`, `generate_series(1, ${many}) n`],
    [`'chain' || (n - 1)`, `'chain' || n`, `generate_series(1, 9000) n`],
    [
      `'l' || n || a`,
      `'l' || (n + 1) || b`,
      `generate_series(0, 23) n, unnest('{a,b}'::text[]) a, unnest('{a,b}'::text[]) b`
    ],
    [`'fan'`, `'f' || n`, `generate_series(1, 20000) n`]
  ].map(([parent, child, rows]) =>
    `INSERT INTO board_links (tenant, id, version, parent_id, child_id, parent_created_at, child_created_at, linked,
      created_at, updated_at, created_by)
    SELECT 't', md5(parent || ' ' || child), 1, parent, child, now(), now(), true, now(), now(), 'u'
    FROM (SELECT ${parent} AS parent, ${child} AS child FROM ${rows}) t`
  )
]

interface Node {
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  readonly "Rows Removed by Filter"?: number
  readonly "Rows Removed by Index Recheck"?: number
  readonly "Node Type": string
  readonly Plans?: ReadonlyArray<Node>
}

/** How many rows of tables and indexes a plan read: those given, and those looked at in vain. */
const rowsRead = (node: Node): number => {
  const below = (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), 0)
  if (!node["Node Type"].endsWith("Scan") || /^(CTE|Subquery|Function|WorkTable|Bitmap Heap)/.test(node["Node Type"])) {
    return below
  }
  const removed = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0)
  return below + (node["Actual Rows"] + removed) * node["Actual Loops"]
}

class Reads extends Context.Service<Reads, {
  /** How many rows the statements read since it was asked last. */
  readonly take: () => number
}>()("Reads") {}

/** The store, whose every query is also explained, as it is planned when it is prepared. */
const explained = Layer.effectContext(Effect.gen(function*() {
  const url = yield* TestDatabase.make({ empty: true })
  const pool = yield* Database.make({ url, maxConnections: 1, statementTimeoutMillis: 0 })
  const query = Database.through(pool)
  // The indexes of the lists are made over records that are there: as a database of an earlier version gets them.
  yield* Migration.run(pool, migrations.slice(0, listIndexes.number - 1))
  yield* query("SET session_replication_role = replica", [])
  for (const statement of load) yield* query(statement, [])
  yield* Migration.run(pool, migrations)
  yield* query("ANALYZE", [])
  const inner = yield* Layer.build(PostgresStore.layer({ url, migrate: false, maxConnections: 1 }))
  const store = Context.get(inner, RecordStore.RecordStore)
  const relations = Relation.join(kinds, tables)
  const literal = (value: string | ReadonlyArray<string>) =>
    Relation.literal(typeof value === "string" ? value : `{${value.map((text) => JSON.stringify(text)).join()}}`)
  let read = 0
  const explain = Effect.fnUntraced(function*(statement: FindStatement.Statement) {
    const parameters = statement.parameters.map(literal).join(", ")
    if (statement.isOnce !== true) yield* query(`PREPARE explained AS ${statement.text}`, [], true)
    const explained = statement.isOnce === true ? statement.text : `EXECUTE explained (${parameters})`
    const [row] = yield* query(`EXPLAIN (ANALYZE, FORMAT JSON) ${explained}`, [], true)
    yield* query("DEALLOCATE ALL", [], true)
    const [{ Plan: plan }] = (typeof row![0] === "string" ? JSON.parse(row![0]) : row![0]) as [{ readonly Plan: Node }]
    read += rowsRead(plan)
  })
  return inner.pipe(
    Context.add(RecordStore.RecordStore, {
      ...store,
      find: (asked) => Effect.andThen(Effect.orDie(explain(FindStatement.page(relations, asked)!)), store.find(asked)),
      reach: (asked) =>
        Effect.andThen(Effect.orDie(explain(ReachStatement.make(relations, asked)!)), store.reach(asked))
    }),
    Context.add(Reads, {
      take: () => {
        const taken = read
        read = 0
        return taken
      }
    })
  )
}))

const services = Services.layer.pipe(Layer.provideMerge(explained), Layer.orDie)

type List<R> = (range: Lists.Range) => Effect.Effect<ReadonlyArray<{ readonly cursor: string }>, unknown, R>

const tasks = (query: TaskQuery): List<Tasks> => (range) =>
  Effect.flatMap(Tasks, ({ list }) => list({ ...query, ...range }))
const board = (query: object): List<Board> => (range) =>
  Effect.flatMap(Board, ({ list }) => list({ ...query, ...range }))
const trackers = (query: object): List<Trackers> => (range) =>
  Effect.flatMap(Trackers, ({ list }) => list({ ...query, ...range }))

const orders = ["created_at", "updated_at", "name", "status", "id"] as const
const trackerOrders = ["created_at", "id", "agent_id", "task_id"] as const
const directions = ["asc", "desc"] as const
const taskFilters: ReadonlyArray<TaskQuery> = [
  {},
  { status: "RUNNING" },
  { status: "FAILED" },
  { status: "DELETED" },
  { task_metadata: { team: "all" } },
  { task_metadata: { tens: 5 } },
  { task_metadata: { first: true } },
  { task_metadata: { nothing: 1 } },
  { task_metadata: {} },
  { agent_id: "a0000001" },
  { agent_id: "a0199999" },
  { agent_id: "nobody" },
  { agent_name: "Ann" },
  { agent_name: "agent 199999" },
  { agent_id: "a0000001", status: "FAILED" },
  { agent_id: "a0199999", status: "RUNNING", task_metadata: { many: 1 } },
  { agent_id: "a0000001", status: "COMPLETED", task_metadata: { team: "all" } }
]
/** What is dense in the list and absent where a page begins: among the newest for one direction, the oldest for the other. */
const elsewhere: ReadonlyArray<readonly [Lists.Direction, TaskQuery]> = [
  ["desc", { agent_id: "a0199990" }],
  ["asc", { agent_id: "a0199995" }],
  ["desc", { agent_name: "Bob" }],
  ["asc", { agent_name: "agent 199995" }],
  ["desc", { agent_id: "a0199990", status: "RUNNING" }],
  ["desc", { agent_name: "Bob", task_metadata: { many: 1 } }],
  ["asc", { agent_id: "a0199995", status: "COMPLETED", task_metadata: { team: "all" } }]
]
const filters = ["assigned_to_type_id", "assigned_to_instance_id", "assigned_to_user_id", "correlation_bucket_id"]

type Row = readonly [name: string, list: List<Tasks | Board | Trackers | TaskAgents>]
const lists: ReadonlyArray<Row> = [
  ...taskFilters.flatMap((filter) =>
    orders.flatMap((order_by) =>
      directions.filter((_, n) => filter === taskFilters[0] || n === orders.indexOf(order_by) % 2).map((
        order_direction
      ): Row => [
        `tasks ${JSON.stringify({ ...filter, order_by, order_direction })}`,
        tasks({ ...filter, order_by, order_direction })
      ])
    )
  ),
  ...elsewhere.map(([order_direction, filter]): Row => [
    `tasks ${JSON.stringify({ ...filter, order_by: "created_at", order_direction })}`,
    tasks({ ...filter, order_by: "created_at", order_direction })
  ]),
  ...[{}, { agent_id: "a0000001" }, { agent_id: "a0199999" }, { task_id: "t0000002" }, { task_id: "t0000004" }, {
    agent_id: "a0000007",
    task_id: "t0000002"
  }].flatMap((query) =>
    trackerOrders.flatMap((order_by) =>
      directions.map((order_direction): Row => [
        `trackers ${JSON.stringify({ ...query, order_by, order_direction })}`,
        trackers({ ...query, order_by, order_direction })
      ])
    )
  ),
  ...[
    {},
    { status: "backlog" },
    { status: "review" },
    { status: "done" },
    { priority: 1 },
    { priority: 3 },
    { source: "triage" },
    { source: "manual" },
    ...filters.flatMap((field) => ["all", "few", "half", "old", "mixed", "none"].map((value) => ({ [field]: value }))),
    { status: "backlog", priority: 3, source: "manual" },
    { status: "review", priority: 3 },
    { status: "backlog", assigned_to_user_id: "few" },
    ...filters.flatMap((field) =>
      ["all", "few", "half", "old", "mixed"].flatMap((value) => [
        { status: "done", [field]: value },
        { status: "backlog", [field]: value }
      ])
    )
  ].map((query): Row => [`board ${JSON.stringify(query)}`, board(query)]),
  ["agents of a large project", (range) => Effect.flatMap(TaskAgents, ({ list }) => list(big, range))],
  ["agents of a small project", (range) => Effect.flatMap(TaskAgents, ({ list }) => list(small, range))],
  ["revisions", (range) => Effect.flatMap(TaskAgents, ({ revisions }) => revisions(big, uuid(2), range))]
]

/**
 * How many rows of tables and indexes a list reads for a page of 50 where all its filters are in one index, and
 * elsewhere: 20 for each row of the page, of each of three tables, once more to count them, and the few that match.
 */
const bounds = { exact: 50 * 5, searched: 50 * 20 * 4 + 250 }

/** Lists of one filter, and of the orders that have an index, are exact. */
const isExact = (name: string): boolean => {
  const [, kind, query] = /^(\w+) (\{.*)/.exec(name) ?? []
  if (query === undefined) return true
  const { order_by, order_direction: _, ...filters } = JSON.parse(query)
  const count = Object.keys(filters).length
  if (kind === "board") return count < 2 || (count === 2 && "status" in filters && !("priority" in filters))
  if (kind === "trackers") {
    return count < 2
  }
  // Ann is the name of more agents than are looked up.
  if (count === 1 && order_by === "created_at" && ("agent_id" in filters || /agent \d|Bob/.test(filters.agent_name))) {
    return true
  }
  return count === 0 ? order_by !== "id" : count === 1 && "status" in filters && /created_at|status/.test(order_by)
}

/** Where links are followed from and to, how far, and how many there are to follow. */
const ways: ReadonlyArray<readonly [string, Partial<RecordStore.Reach>, number]> = [
  ["down a chain of 9000", { from: ["chain0"] }, 9_000],
  ["up a chain of 9000", { from: ["chain9000"], by: "child_id", to: "parent_id" }, 9_000],
  ["to a target", { from: ["chain0"], target: "chain100" }, 100],
  ["down a ladder in which millions of ways lead to the end", { from: ["l0a"] }, 2 + 4 * 23],
  ["down a tree, two steps far", { from: ["tree1"], depth: 2 }, 4 + 16],
  ["down a tree, until there are 50", { from: ["tree1"], enough: { beyond: 0, count: 50 } }, 4 + 16 + 64],
  ["down a tree of which too much is asked", { from: ["tree1"], limit: 1_000 }, 1_001],
  ["out of a fan of which too much is asked", { from: ["fan"] }, 10_001]
]

describe("at 200,000 records of each kind, a page of a list reads few rows", () => {
  layer(services, { excludeTestServices: true, timeout: "5 minutes" })((it) => {
    for (const [name, list] of lists) {
      it.effect(name, () =>
        Effect.gen(function*() {
          const reads = yield* Reads
          const ask = (range: Lists.Range) =>
            Effect.gen(function*() {
              reads.take()
              const page = yield* list({ limit: 50, ...range })
              const read = reads.take()
              expect(read, name).toBeLessThan(isExact(name) ? bounds.exact : bounds.searched)
              return page
            })
          const page = yield* ask({})
          if (page.length < 50) return
          // As deep as it gets without reading all of it here.
          const far = yield* list({ limit: 1, skip: 30_000 })
          reads.take()
          if (far.length > 0) yield* ask({ cursor: far[0]!.cursor })
          yield* ask({ cursor: page.at(-1)!.cursor })
        }).pipe(Effect.provideService(Caller, { tenant: "t", subject: "s" })), 60_000)
    }
    for (const [name, asked, count] of ways) {
      it.effect(`following links ${name} reads each once`, () =>
        Effect.gen(function*() {
          const [reads, store] = [yield* Reads, yield* RecordStore.RecordStore]
          reads.take()
          yield* store.reach({
            kind: "BoardLink",
            tenant: "t",
            where: { linked: [true] },
            by: "parent_id",
            to: "child_id",
            from: [],
            depth: Infinity,
            limit: 10_000,
            ...asked
          })
          const read = reads.take()
          expect(read, name).toBeGreaterThanOrEqual(count)
          expect(read, name).toBeLessThanOrEqual(count + 10)
        }), 60_000)
    }
  })
})
