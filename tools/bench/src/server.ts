/** Measures C, D, E, G and H, side by side in one run. */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { environment } from "./environment.ts"
import { page, type Results } from "./server/Page.ts"
import * as Pgbench from "./server/Pgbench.ts"
import * as Postgres from "./server/Postgres.ts"
import * as Updates from "./server/Updates.ts"

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false } } })
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const full = { rounds: 5, seconds: 3, records: 100_000, connections: [1, 16, 64, 256], hot: 64, clients: 16 }
const plan = options.quick ? { ...full, rounds: 3, seconds: 1, records: 20_000 } : full

// Said at once, and not after minutes.
const pgbench = await Pgbench.version(Pgbench.locate())
const results = await Postgres.use(async (postgres): Promise<Results> => {
  await Postgres.migrated(postgres, "template_updates")
  await Postgres.fill(postgres, "template_updates", plan.records)
  return {
    environment: environment(["effect", "@effect/platform-node", "@effect/sql-pg", "fastify", "pg"]),
    database: { version: postgres.version, settings: postgres.settings, pgbench },
    plan,
    updates: await Updates.measure(postgres, "template_updates", plan, say)
  }
})
const text = page(results)
if (!options.quick) {
  writeFileSync(new URL("../results/server.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(new URL("../results/server.md", import.meta.url), text)
}
process.stdout.write(text)
