/** What the table beside the tasks costs those who write tasks: time with and without the triggers that keep it. */
import { RecordStore } from "@emend/domain"
import { PostgresStore } from "@emend/postgres"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { writeFileSync } from "node:fs"
import { described, environment } from "./environment.ts"
import { summarise } from "./Figure.ts"
import { migrated, use } from "./server/Postgres.ts"

const rounds = 5
const writes = 1_280
const together = 128
const at = "2026-11-21T10:00:00.000000Z"
const author = { at, by: "u", reason: null }
const pairs = (n: number) => ({
  team: `team ${n % 50}`,
  priority: n % 4,
  region: "eu",
  run: `run ${n}`,
  done: n % 2 === 0
})

const create = (round: string) => (n: number): RecordStore.Commit => [{
  _tag: "Insert",
  key: { kind: "Task", tenant: "t", id: `${round} ${n}` },
  state: {
    id: `${round} ${n}`,
    name: null,
    status: "RUNNING",
    status_reason: null,
    created_at: at,
    updated_at: at,
    cleaned_at: null,
    params: { step: n },
    task_metadata: pairs(n)
  },
  author
}]
const assign = (round: string) => (n: number): RecordStore.Commit => [{
  _tag: "Insert",
  key: { kind: "AgentTaskTracker", tenant: "t", id: `${round} ${n}` },
  state: {
    id: `${round} ${n}`,
    agent_id: "a",
    task_id: `${round} ${n}`,
    status: null,
    status_reason: null,
    last_processed_event_id: null,
    created_at: at,
    updated_at: at
  },
  author
}]
const change = (patch: (n: number) => object) => (round: string) => (n: number): RecordStore.Commit => [
  { _tag: "Update", key: { kind: "Task", tenant: "t", id: `${round} ${n}` }, patch: patch(n), author }
]
const steps = [
  ["a task with five pairs of metadata is created", create],
  ["an agent is assigned", assign],
  ["params are merged", change((n) => ({ params: { merge: { set: { step: n + 1 } } } }))]
] as const

await use(async (postgres) => {
  await migrated(postgres, "filters")
  await postgres.sql("filters", "INSERT INTO agents (tenant, id, version, created_at) VALUES ('t', 'a', 1, now())")
  const samples = steps.map(() => ({ on: [] as Array<number>, off: [] as Array<number> }))
  await Effect.runPromise(
    Effect.gen(function*() {
      const store = yield* RecordStore.RecordStore
      for (let round = -1; round < rounds; round++) {
        for (const state of round % 2 === 0 ? ["on", "off"] as const : ["off", "on"] as const) {
          yield* Effect.promise(() =>
            postgres.sql(
              "filters",
              ...["tasks", "agent_task_trackers"].map((table) =>
                `ALTER TABLE ${table} ${state === "on" ? "ENABLE" : "DISABLE"} TRIGGER USER`
              )
            )
          )
          for (const [step, [, commit]] of steps.entries()) {
            const commits = Array.from({ length: writes }, (_, n) => commit(`${state} ${round}`)(n))
            const from = performance.now()
            for (let first = 0; first < writes; first += together) {
              const results = yield* store.commit(commits.slice(first, first + together))
              if (results.some(Result.isFailure)) throw new Error(JSON.stringify(results.find(Result.isFailure)))
            }
            if (round >= 0) samples[step]![state].push((performance.now() - from) / writes * 1_000)
          }
        }
      }
    }).pipe(
      Effect.provide(PostgresStore.layer({ url: Redacted.make(postgres.url("filters")) })),
      Effect.scoped
    )
  )
  const results = steps.map(([name], step) => {
    const { off, on } = samples[step]!
    return { name, off: summarise(off), on: summarise(on), ratio: summarise(on.map((micros, n) => micros / off[n]!)) }
  })
  const where = environment(["effect"])
  const text = [
    "# What ordered filters cost writers",
    "",
    `\`npm run bench:filters -w @emend/bench\` writes this page. Microseconds for a write, ${together} in a statement, with the`,
    `triggers that keep the tasks of each agent in order and without; medians of ${rounds} rounds of ${writes} writes each way, with`,
    "the range of the ratio. The indexes of the lists are there both ways.",
    "",
    `${described(where)} PostgreSQL ${postgres.version}.`,
    "",
    "| write | without | with | ratio | |",
    "|---|---|---|---|---|",
    ...results.map(({ name, off, on, ratio }) =>
      `| ${name} | ${off.median.toFixed(0)} | ${on.median.toFixed(0)} | ${ratio.median.toFixed(2)} | ${
        ratio.min.toFixed(2)
      } – ${ratio.max.toFixed(2)} |`
    ),
    ""
  ].join("\n")
  writeFileSync(
    new URL("../results/filters.json", import.meta.url),
    `${JSON.stringify({ environment: where, results }, null, 2)}\n`
  )
  writeFileSync(new URL("../results/filters.md", import.meta.url), text)
  process.stdout.write(text)
})
