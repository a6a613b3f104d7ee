/** The same statement from pgbench: no HTTP, no server between the clients and PostgreSQL. */
import { execFile } from "node:child_process"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { update } from "./statement.ts"

const execute = promisify(execFile)

/** Finds the program, or says how to get it. */
export const locate = (): string => {
  const named = process.env["PGBENCH"]
  const debian = "/usr/lib/postgresql"
  const candidates = named === undefined
    ? [
      ...(existsSync(debian) ? readdirSync(debian).toSorted().reverse().map((n) => join(debian, n, "bin")) : []),
      ...(process.env["PATH"] ?? "").split(delimiter)
    ].map((folder) => join(folder, "pgbench"))
    : [named]
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) {
    throw new Error(
      "This benchmark needs pgbench, and there is none: PGBENCH may name it, or install PostgreSQL's programs " +
        "(Debian: apt-get install postgresql-contrib)"
    )
  }
  return found
}

export const version = async (program: string): Promise<string> => (await execute(program, ["--version"])).stdout.trim()

export interface Outcome {
  readonly answered: number
  readonly failed: number
  readonly millis: number
  readonly averageMillis: number
}

/** Sends updates for some seconds; the first value written is given, and all that follow are different. */
export const run = async (options: {
  readonly program: string
  readonly url: string
  readonly clients: number
  readonly seconds: number
  readonly records: number
  readonly keys: number
}): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), "emend-pgbench-"))
  try {
    const script = join(folder, "update.sql")
    const text = update({
      tenant: "'local'",
      id: "('t' || :id)",
      patch: "jsonb_build_object('k' || :key, :value::bigint)",
      author: "'local'"
    })
    writeFileSync(
      script,
      `\\set id random(1, ${options.records})\n\\set key random(0, ${options.keys - 1})\n` +
        `\\set value random(1, 1000000000000)\n${text};\n`
    )
    const { stdout } = await execute(options.program, [
      "--no-vacuum",
      "--protocol=prepared",
      `--client=${options.clients}`,
      "--jobs=1",
      `--time=${options.seconds}`,
      `--file=${script}`,
      options.url
    ])
    const number = (pattern: RegExp): number => {
      const found = pattern.exec(stdout)
      if (found === null) throw new Error(`pgbench did not say ${pattern}:\n${stdout}`)
      return Number(found[1])
    }
    const answered = number(/transactions actually processed: (\d+)/)
    return {
      answered,
      failed: number(/number of failed transactions: (\d+)/),
      millis: answered / number(/tps = ([\d.]+)/) * 1000,
      averageMillis: number(/latency average = ([\d.]+) ms/)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
