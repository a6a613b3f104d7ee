/** Measures C, D, E, G and H, side by side in one run. */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { environment } from "./environment.ts"
import * as Lists from "./server/Lists.ts"
import { page, type Results } from "./server/Page.ts"
import * as Pgbench from "./server/Pgbench.ts"
import * as Postgres from "./server/Postgres.ts"
import * as Starts from "./server/Starts.ts"
import * as Updates from "./server/Updates.ts"

const parts = ["updates", "lists", "starts"] as const
const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } }
})
if (options.only !== undefined && !parts.some((part) => part === options.only)) {
  throw new Error(`--only is ${options.only}; it may be ${parts.join(", ")}`)
}
const wants = (part: (typeof parts)[number]): boolean => options.only === undefined || options.only === part
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const full = {
  updates: { rounds: 9, seconds: 3, records: 100_000, connections: [1, 16, 64, 256], hot: 64, clients: 16 },
  lists: { records: 1_000_000, page: 20_000, rounds: 5, requests: 100 },
  starts: 5
}
const quick = {
  updates: { ...full.updates, rounds: 3, seconds: 1, records: 20_000 },
  lists: { records: 100_000, page: 2_000, rounds: 3, requests: 50 },
  starts: 3
}
const plan = options.quick ? quick : full

// Said at once, and not after minutes.
const pgbench = await Pgbench.version(Pgbench.locate())
const results = await Postgres.use(async (postgres): Promise<Results> => {
  await Postgres.migrated(postgres, "empty")
  await postgres.sql("postgres", "CREATE DATABASE filled TEMPLATE empty")
  await Postgres.fill(postgres, "filled", plan.updates.records)
  return {
    environment: environment(["effect", "@effect/platform-node", "@effect/sql-pg", "fastify", "pg"]),
    database: { version: postgres.version, settings: postgres.settings, pgbench },
    plan,
    starts: wants("starts") ? await Starts.measure(postgres, "filled", plan.starts, say) : undefined,
    updates: wants("updates") ? await Updates.measure(postgres, "filled", plan.updates, say) : undefined,
    lists: wants("lists") ? await Lists.measure(postgres, "empty", plan.lists, say) : undefined
  }
})
const text = page(results)
// What is committed is whole.
if (!options.quick && options.only === undefined) {
  writeFileSync(new URL("../results/server.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(new URL("../results/server.md", import.meta.url), text)
}
process.stdout.write(text)
