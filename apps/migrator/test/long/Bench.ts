/** What the measurements of the migrator share: a server of their own, and a process that is watched. */
import { PostgresStore } from "@emend/postgres"
import * as EmbeddedPostgres from "@emend/postgres/embedded"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { cpus, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import pg from "pg"

export const environment = {
  node: process.version,
  processors: `${cpus().length} × ${cpus()[0]!.model}`,
  memoryGiB: Math.round(totalmem() / 2 ** 30)
}

/** Does something with a server whose data are gone afterwards. */
export const withServer = <A>(use: (url: string, folder: string) => Promise<A>): Promise<A> => {
  const [folder, dataDir] = ["files", "data"].map((name) => mkdtempSync(join(tmpdir(), `emend-bench-${name}-`)))
  return Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        EmbeddedPostgres.make({ dataDir: dataDir!, exclusive: true }),
        ({ url }) => Effect.promise(() => use(Redacted.value(url), folder!))
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

export interface Watched {
  readonly seconds: number
  readonly peakMiB: number
  readonly stdout: string
}

/** Runs the migrator and tells how long it took, from its start to its end, and the most memory that it held. */
export const migrate = async (args: ReadonlyArray<string>, store: string): Promise<Watched> => {
  const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))
  const begun = performance.now()
  const child = spawn(process.execPath, ["--max-semi-space-size=8", "--conditions=@emend/source", main, ...args], {
    env: { PATH: process.env["PATH"], STORE: store },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let [stdout, peak] = ["", 0]
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  const timer = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))
      if (found !== null) peak = Math.max(peak, Number(found[1]))
    } catch {
      // It has ended just now.
    }
  }, 200)
  const [code] = await once(child, "close") as [number]
  clearInterval(timer)
  if (code !== 0) throw new Error(`The migrator ended with ${code}: ${stdout}`)
  return { seconds: (performance.now() - begun) / 1000, peakMiB: Math.round(peak / 1024), stdout }
}

export const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
