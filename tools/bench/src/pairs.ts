/** What the pairs of the metadata in a table of their own, in the order of the lists, would cost and save. */
import { RecordStore } from "@emend/domain"
import { PostgresStore } from "@emend/postgres"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { writeFileSync } from "node:fs"
import { described, environment } from "./environment.ts"
import { summarise } from "./Figure.ts"
import * as Variant from "./pairs/Variant.ts"
import { migrated, type Postgres, use } from "./server/Postgres.ts"
import * as ProcessorTime from "./server/ProcessorTime.ts"

const rounds = 4
const writes = 128
const sizes = [1, 64]
const records = 200_000
/** The oldest tasks, which have {@link many} pairs, the others {@link few}. */
const wide = 20_000
const [few, many] = [3, 20]
const at = "2026-11-21T10:00:00.000000Z"
const author = { at, by: "u", reason: null }

/** What the fill gives the task of a number, with another prefix other values. */
const metadata = (pairs: number, task: number, prefix = "v") =>
  Object.fromEntries(
    Array.from(
      { length: pairs },
      (_, n) => [`k${n}`, n > 0 ? `${prefix}${(task * (n + 7)) % 5_000}` : task > 2 * wide ? "new" : "old"]
    )
  )

const fill = [
  `INSERT INTO tasks (tenant, id, version, status, created_at, updated_at, params, task_metadata)
    SELECT 't', 't' || n, 1, 'RUNNING', at, at, '{"a": 1}', p.of
    FROM generate_series(1, ${records}) n,
      LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 second' AS at) a,
      LATERAL (SELECT jsonb_object_agg('k' || k, CASE WHEN k > 0 THEN 'v' || (n::bigint * (k + 7)) % 5000
        WHEN n <= ${2 * wide} THEN 'old' ELSE 'new' END) AS of
        FROM generate_series(0, CASE WHEN n <= ${wide} THEN ${many} ELSE ${few} END - 1) k) p`,
  `INSERT INTO record_history (tenant, kind, record_id, version, at, by, initial, patch, inverse, moves)
    SELECT 't', 'Task', id, 1, created_at, 'u', '{}', '{}', '{}', '{}' FROM tasks`
]

type Make = (seed: number) => RecordStore.Commit

const create = (pairs: number): Make => (seed) => [{
  _tag: "Insert",
  key: { kind: "Task", tenant: "t", id: `n${seed}` },
  state: {
    id: `n${seed}`,
    name: null,
    status: "RUNNING",
    status_reason: null,
    created_at: at,
    updated_at: at,
    cleaned_at: null,
    params: { step: seed },
    task_metadata: metadata(pairs, seed)
  },
  author
}]
// Neighbours in time are no neighbours here, and none is changed twice: so each has the metadata that it was filled with.
const chosen = (pairs: number, seed: number): number =>
  pairs === many ? 1 + (seed * 7_919) % wide : wide + 1 + (seed * 7_919) % (records - wide)

const change = (pairs: number, patch: (seed: number, task: number) => object): Make => (seed) => {
  const task = chosen(pairs, seed)
  return [{ _tag: "Update", key: { kind: "Task", tenant: "t", id: `t${task}` }, patch: patch(seed, task), author }]
}

const steps: ReadonlyArray<readonly [string, Make]> = [few, many].flatMap((pairs) =>
  [
    [`a task with ${pairs} pairs is created`, create(pairs)],
    [
      `one of ${pairs} pairs is another`,
      change(pairs, (seed, task) => ({ task_metadata: { set: { ...metadata(pairs, task), k1: `m${seed}` } } }))
    ],
    [
      `${pairs} pairs are replaced`,
      change(pairs, (seed) => ({ task_metadata: { set: metadata(pairs, records + seed, "w") } }))
    ],
    [`params are merged, beside ${pairs} pairs`, change(pairs, (seed) => ({ params: { merge: { set: { a: seed } } } }))]
  ] as const
)

const page: RecordStore.Query = {
  kind: "Task",
  tenant: "t",
  contains: { task_metadata: { k0: "old" } },
  order: [{ field: "created_at", direction: "desc" }],
  limit: 50
}

const connected = Effect.fnUntraced(function*(postgres: Postgres, { database, name }: Variant.Variant) {
  const store = Context.get(
    yield* Layer.build(PostgresStore.layer({
      url: Redacted.make(postgres.url(database)),
      maxConnections: 1,
      migrate: false,
      groupCommit: false,
      applicationName: database
    })),
    RecordStore.RecordStore
  )
  yield* store.ping
  const [{ pid }] = yield* Effect.promise(() =>
    postgres.sql("postgres", `SELECT pid FROM pg_stat_activity WHERE application_name = '${database}'`)
  )
  return { name, store, pid: pid as number, samples: new Map<string, Array<number>>() }
})

const results = await use(async (postgres) => {
  await migrated(postgres, "empty")
  await postgres.sql("empty", ...fill)
  for (const { database, statements } of Variant.all) {
    await postgres.sql("postgres", `CREATE DATABASE ${database} TEMPLATE empty`)
    await postgres.sql(database, ...statements, "VACUUM (ANALYZE)")
    process.stderr.write(`${database} is filled\n`)
  }
  const pages: Array<{ readonly name: string; readonly millis: number; readonly rows: number }> = []
  const rows = await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const contestants = yield* Effect.forEach(Variant.all, (variant) => connected(postgres, variant))
    const { pid, store } = contestants[0]!
    const times: Array<number> = []
    let found = 0
    for (let n = 0; n < 5; n++) {
      const from = ProcessorTime.nanosOfThread(pid)
      found = (yield* store.find(page)).length
      times.push((ProcessorTime.nanosOfThread(pid) - from) / 1e6)
    }
    pages.push({ name: Variant.all[0]!.name, millis: summarise(times).median, rows: found })
    const [{ "QUERY PLAN": [plan] }] = yield* Effect.promise(() =>
      postgres.sql(
        Variant.all[1]!.database,
        Variant.page("k0", "old", 50),
        `EXPLAIN (ANALYZE, FORMAT JSON) ${Variant.page("k0", "old", 50)}`
      )
    )
    pages.push({ name: "from the pairs", millis: plan["Execution Time"], rows: plan.Plan["Actual Rows"] })
    let seed = 0
    for (let round = -1; round < rounds; round++) {
      for (const [step, make] of steps) {
        for (const size of sizes) {
          const first = seed
          seed += writes
          for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
            const from = ProcessorTime.nanosOfThread(contestant.pid)
            for (let n = first; n < seed; n += size) {
              const results = yield* contestant.store.commit(Array.from({ length: size }, (_, k) => make(n + k)))
              for (const result of results) {
                if (!Result.getOrThrow(result)[0]!.changed) throw new Error(`${step}: nothing was changed`)
              }
            }
            const key = `${step}|${size}`
            const micros = (ProcessorTime.nanosOfThread(contestant.pid) - from) / writes / 1_000
            if (round >= 0) contestant.samples.set(key, [...contestant.samples.get(key) ?? [], micros])
          }
        }
      }
      process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    }
    return steps.flatMap(([step]) =>
      sizes.map((size) => {
        const of = contestants.map(({ samples }) => samples.get(`${step}|${size}`)!)
        return {
          step,
          size,
          micros: of.map(summarise),
          ratios: of.slice(1).map((own) => summarise(own.map((micros, n) => micros / of[0]![n]!)))
        }
      })
    )
  })))
  return { environment: environment(["effect"]), version: postgres.version, rows, pages }
})

const text = [
  "# Pairs of metadata in the order of the lists",
  "",
  "`npm run bench:pairs -w @emend/bench` writes this page. It measures a table that this server does not have: for each",
  "scalar pair at the top of a task's metadata a row of the tenant, the pair's hash, the creation and the id, kept by",
  "[triggers](../src/pairs/Variant.ts) that touch only the pairs that changed. One trigger looks at all rows of a statement, the",
  "other at each row whose metadata changed.",
  "",
  `${described(results.environment)} PostgreSQL ${results.version}. ${records.toLocaleString("en")} tasks, ${
    wide.toLocaleString("en")
  } of them with ${many} pairs, the others with ${few};`,
  `${rounds} rounds of ${writes} writes for each line. Microseconds of the backend's processor time for a write: medians, and the`,
  "median and range of the ratio to the tables as they are in the same round.",
  "",
  `| write | in a statement | ${Variant.all.map(({ name }, n) => n === 0 ? name : `${name} | ratio | `).join(" | ")} |`,
  `|---|---|${"---|".repeat(1 + 3 * (Variant.all.length - 1))}`,
  ...results.rows.map(({ micros, ratios, size, step }) =>
    `| ${step} | ${size} | ${micros[0]!.median.toFixed(0)} | ${
      ratios.map(({ max, median, min }, n) =>
        `${micros[n + 1]!.median.toFixed(0)} | **${median.toFixed(2)}** | ${min.toFixed(2)} – ${max.toFixed(2)}`
      ).join(" | ")
    } |`
  ),
  "",
  `A page of 50 of the ${
    (2 * wide).toLocaleString("en")
  } oldest tasks by a pair that all of them have, newest first (processor time of the list; time of the statement on the pairs):`,
  "",
  "| | milliseconds | records |",
  "|---|---|---|",
  ...results.pages.map(({ millis, name, rows }) => `| ${name} | ${millis.toFixed(1)} | ${rows} |`),
  ""
].join("\n")
writeFileSync(new URL("../results/pairs.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
writeFileSync(new URL("../results/pairs.md", import.meta.url), text)
process.stdout.write(text)
