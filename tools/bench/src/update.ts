/** What one update costs PostgreSQL: ours against the hand-written statement, alone and with others in a statement. */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { environment } from "./environment.ts"
import * as Postgres from "./server/Postgres.ts"
import * as Page from "./update/Page.ts"
import * as Statements from "./update/Statements.ts"
import * as Variant from "./update/Variant.ts"

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false } } })
const plan: Statements.Plan = options.quick
  ? { records: 10_000, rounds: 8, updates: 128, sizes: [1, 16, 64] }
  : { records: 50_000, rounds: 24, updates: 128, sizes: [1, 16, 64] }
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const results = await Postgres.use(async (postgres): Promise<Page.Results> => {
  await Postgres.migrated(postgres, "empty")
  await postgres.sql("postgres", "CREATE DATABASE filled TEMPLATE empty")
  await Postgres.fill(postgres, "filled", plan.records)
  for (const { database, statements } of Variant.all) {
    await Postgres.copy(postgres, "filled", database)
    await postgres.sql(database, ...statements, "VACUUM (ANALYZE)")
  }
  return {
    environment: environment(["effect", "@effect/sql-pg", "pg"]),
    database: { version: postgres.version, settings: postgres.settings },
    plan,
    rows: await Statements.measure(postgres, plan, say)
  }
})
const text = Page.page(results)
if (!options.quick) {
  writeFileSync(new URL("../results/update.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(new URL("../results/update.md", import.meta.url), text)
}
process.stdout.write(text)
