/**
 * Benchmark F: tasks imported with full validation, against COPY of the same rows prepared in advance.
 *
 * `npm run bench:import -w @emend/migrator` imports 1,000,000 tasks in three rounds and writes `results/import.md`;
 * `-- RECORDS [ROUNDS]` tries another number and prints what came out.
 *
 * Both fill the same tables with the same indexes, records and histories, with the same settings of the server, and end
 * with what they wrote committed. The import begins with the start of its process and checks every record; COPY is one
 * statement for each table in a process that runs already, and its rows were prepared before.
 */
import { createReadStream, createWriteStream, existsSync } from "node:fs"
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

interface Round {
  readonly importSeconds: number
  readonly importProcessorSeconds: { readonly migrator: number; readonly database: number }
  readonly peakMiB: number
  readonly copySeconds: number
  readonly copyProcessorSeconds: { readonly database: number }
}

const page = (done: ReadonlyArray<Round>, ratio: number, peakMiB: number): ReadonlyArray<string> => [
  "# Import",
  "",
  `${
    records.toLocaleString("en")
  } tasks from a file of JSON lines, each checked, against COPY of the same rows, prepared in advance, into the`,
  "same tables with the same indexes. Made by `npm run bench:import -w @emend/migrator`.",
  "",
  `**${ratio.toFixed(2)} × the rows per second of COPY** (median; aim: 0.5), **${peakMiB} MiB at most** (aim: 300 MB).`,
  "",
  "| round | import | its processor time: migrator, database | COPY | its processor time: database | ratio | memory |",
  "|---|---|---|---|---|---|---|",
  ...done.map((round, i) => {
    const { copyProcessorSeconds, copySeconds, importProcessorSeconds, importSeconds } = round
    const seconds = (value: number) => `${value.toFixed(1)} s`
    return `| ${i + 1} | ${seconds(importSeconds)} | ${seconds(importProcessorSeconds.migrator)}, ${
      seconds(importProcessorSeconds.database)
    } | ${seconds(copySeconds)} | ${seconds(copyProcessorSeconds.database)} | ${
      (copySeconds / importSeconds).toFixed(2)
    } | ${round.peakMiB} MiB |`
  })
]

// The bundle is made by the first start after a change of the sources: not by one that is timed.
await Bench.migrate(["--help"], "")

await Bench.withServer(async (url, folder, server) => {
  const file = join(folder, "tasks.ndjson")
  write(file, lines())
  const prepared = (table: string) => join(folder, table)

  const importing = async () => {
    const mine = await Bench.database(url, "mine")
    const [{ peakMiB, processorSeconds: migrator, seconds: importSeconds }, database] = await Bench.withProcessor(
      server,
      () => Bench.migrate(["import", file, "--to", "env:STORE", "--json"], mine)
    )
    if (!existsSync(prepared("tasks"))) {
      await copying(mine, async (client) => {
        for (const [table, columns] of Object.entries(tables)) {
          await pipeline(client.query(to(`COPY ${columns} TO STDOUT`)), createWriteStream(prepared(table)))
        }
      })
    }
    await Bench.query(url, "DROP DATABASE mine WITH (FORCE)")
    return { importSeconds, importProcessorSeconds: { migrator, database }, peakMiB }
  }
  const control = async () => {
    const theirs = await Bench.database(url, "theirs")
    const [copySeconds, database] = await Bench.withProcessor(server, () =>
      copying(theirs, async (client) => {
        for (const [table, columns] of Object.entries(tables)) {
          await pipeline(createReadStream(prepared(table)), client.query(from(`COPY ${columns} FROM STDIN`)))
        }
      }))
    await Bench.query(url, "DROP DATABASE theirs WITH (FORCE)")
    return { copySeconds, copyProcessorSeconds: { database } }
  }

  const done: Array<Round> = []
  for (let round = 0; round < rounds; round++) {
    // Who comes second finds a busier disk: they take turns. The rows of COPY are those that the first import made.
    const second = round % 2 === 1 ? await control() : undefined
    const imported = await importing()
    done.push({ ...imported, ...(second ?? await control()) })
    const { copySeconds, importSeconds, peakMiB } = done.at(-1)!
    console.error(
      `round ${round + 1}: import ${importSeconds.toFixed(1)} s, ${peakMiB} MiB; COPY ${copySeconds.toFixed(1)} s`
    )
  }
  const ratio = Bench.median(done.map(({ copySeconds, importSeconds }) => copySeconds / importSeconds))
  const peakMiB = Math.max(...done.map(({ peakMiB }) => peakMiB))
  Bench.report("import", {
    benchmark: "F",
    records,
    rounds: done,
    medianRatioOfRowsPerSecond: ratio,
    peakMiB
  }, process.argv[2] === undefined ? page(done, ratio, peakMiB) : undefined)
})
