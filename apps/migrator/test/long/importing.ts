/**
 * Benchmark F: tasks imported with full validation, against COPY of the same rows prepared in advance.
 *
 * `npm run bench:import -w @emend/migrator -- [RECORDS] [ROUNDS]`, by default 1,000,000 and 3.
 */
import { createReadStream, createWriteStream } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import pg from "pg"
import { from, to } from "pg-copy-streams"
import { write } from "../exports/ExportFile.ts"
import * as Bench from "./Bench.ts"

const records = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 3)

function* lines(): Generator<string> {
  for (let i = 0; i < records; i++) {
    const at = new Date(1_700_000_000_000 + i * 1000).toISOString().replace(
      "Z",
      `${String(i % 1000).padStart(3, "0")}Z`
    )
    yield JSON.stringify({
      id: `018bcfe5-6800-7000-8000-${i.toString(16).padStart(12, "0")}`,
      name: i % 3 === 0 ? `run ${i}` : null,
      status: ["RUNNING", "COMPLETED", "FAILED"][i % 3],
      status_reason: i % 3 === 0 ? null : "Task ended",
      created_at: at,
      updated_at: at,
      cleaned_at: null,
      params: {
        model: "small",
        retries: i % 7,
        prompt: `summarise document ${i} and "quote" it`,
        nested: { parts: [1, 2.5, null] }
      },
      task_metadata: { owner: `user ${i % 100}`, labels: ["nightly", "report"] }
    })
  }
}

const tables = {
  tasks: "tasks",
  record_history:
    "record_history (tenant, kind, record_id, version, at, by, reason, initial, patch, inverse, moves, state, redacted)"
}

const copying = async (url: string, use: (client: pg.Client) => Promise<void>): Promise<number> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const begun = performance.now()
  await use(client)
  await client.end()
  return (performance.now() - begun) / 1000
}

await Bench.withServer(async (url, folder) => {
  const file = join(folder, "tasks.ndjson")
  write(file, lines())
  const imports: Array<Bench.Watched> = []
  const copies: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    const mine = await Bench.database(url, "mine")
    imports.push(await Bench.migrate(["import", file, "--to", "env:STORE", "--json"], mine))
    if (round === 0) {
      await copying(mine, async (client) => {
        for (const [table, columns] of Object.entries(tables)) {
          await pipeline(client.query(to(`COPY ${columns} TO STDOUT`)), createWriteStream(join(folder, table)))
        }
      })
    }
    await Bench.query(url, "DROP DATABASE mine WITH (FORCE)")
    const theirs = await Bench.database(url, "theirs")
    copies.push(
      await copying(theirs, async (client) => {
        for (const [table, columns] of Object.entries(tables)) {
          await pipeline(createReadStream(join(folder, table)), client.query(from(`COPY ${columns} FROM STDIN`)))
        }
      })
    )
    await Bench.query(url, "DROP DATABASE theirs WITH (FORCE)")
    const { peakMiB, seconds } = imports.at(-1)!
    console.error(
      `round ${round + 1}: import ${seconds.toFixed(1)} s, ${peakMiB} MiB; COPY ${copies.at(-1)!.toFixed(1)} s`
    )
  }
  const ratios = imports.map(({ seconds }, i) => copies[i]! / seconds)
  console.log(JSON.stringify(
    {
      benchmark: "F",
      environment: Bench.environment,
      records,
      rounds: imports.map(({ peakMiB, seconds }, i) => ({ importSeconds: seconds, copySeconds: copies[i], peakMiB })),
      medianRatioOfRowsPerSecond: Bench.median(ratios),
      peakMiB: Math.max(...imports.map(({ peakMiB }) => peakMiB))
    },
    undefined,
    2
  ))
})
