/** Measure H: from starting the process to its first answer, and its memory then. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Figure, summarise } from "../Figure.ts"
import * as ServerProcess from "../ServerProcess.ts"
import type * as Postgres from "./Postgres.ts"
import * as ProcessorTime from "./ProcessorTime.ts"
import { byHand, handWritten, ours } from "./Updates.ts"

export interface Row {
  readonly name: string
  readonly seconds: Figure
  readonly megabytes: Figure
}

/** Starts each in turn on a database that has the tasks of {@link Postgres.fill}. */
export const measure = async (
  postgres: Postgres.Postgres,
  database: string,
  rounds: number,
  say: (line: string) => void
): Promise<ReadonlyArray<Row>> => {
  const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "emend-bench-"))
  // Where the benchmark runs as root, Postgres runs as another user, who must get in.
  chmodSync(folder, 0o755)
  const env = { DATABASE_URL: postgres.url(database) }
  const cases: ReadonlyArray<readonly [string, () => Promise<ServerProcess.ServerProcess>]> = [
    [`${ours}, a database that is there`, () => ServerProcess.emend(env)],
    [`${byHand}, the same`, () => ServerProcess.program(handWritten, env)],
    [
      `${ours}, embedded PostgreSQL, which is started with it`,
      () => ServerProcess.emend({ EMEND_DATA_DIR: join(folder, "data") }, { args: ["--store", "embedded"] })
    ]
  ]
  const samples = cases.map(() => ({ seconds: [] as Array<number>, megabytes: [] as Array<number> }))
  // The first start makes the embedded database, and all are read into memory.
  for (const [, start] of cases) await (await start()).stop()
  for (let round = 0; round < rounds; round++) {
    for (const [n, [name, start]] of cases.entries()) {
      const began = performance.now()
      const server = await start()
      const status = await answer(server.port)
      const seconds = (performance.now() - began) / 1000
      if (status !== 200 && status !== 404) throw new Error(`${name} answered ${status}`)
      samples[n]!.seconds.push(seconds)
      samples[n]!.megabytes.push(ProcessorTime.memory(server.pid).now)
      await server.stop()
      say(`start ${round + 1}: ${name}: ${seconds.toFixed(2)} s`)
    }
  }
  rmSync(folder, { recursive: true, force: true })
  return cases.map(([name], n) => ({
    name,
    seconds: summarise(samples[n]!.seconds),
    megabytes: summarise(samples[n]!.megabytes)
  }))
}

/** The answer has been to the database and back: that there is no such task is one too. */
const answer = async (port: number): Promise<number> => {
  const { body, status } = await fetch(`http://127.0.0.1:${port}/tasks/t1`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: "{\"merge_params\":{\"k1\":1000}}"
  })
  await body?.cancel()
  return status
}
