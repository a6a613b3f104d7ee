/** A PostgreSQL and its standby, made and changed over as docs/operating.md says. */
import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Account from "./Account.ts"
import * as Guide from "./Guide.ts"
import * as Port from "./Port.ts"

const execute = promisify(execFile)

/** Finds the folder of PostgreSQL's programs: the embedded one lacks what copies a primary. */
export const locate = (): string => {
  const debian = "/usr/lib/postgresql"
  const versions = existsSync(debian) ? readdirSync(debian).toSorted().reverse() : []
  const folders = process.env["PG_BIN"] === undefined
    ? [...versions.map((version) => join(debian, version, "bin")), ...(process.env["PATH"] ?? "").split(":")]
    : [process.env["PG_BIN"]]
  const found = folders.find((folder) => existsSync(join(folder, "pg_basebackup")))
  if (found === undefined) {
    throw new Error(
      "There is no pg_basebackup: PG_BIN may name the folder of PostgreSQL's programs (Debian: postgresql)"
    )
  }
  return found
}

export interface Pair {
  readonly version: string
  /** The address of the primary as it is now. */
  readonly url: () => string
  readonly port: () => number
  /** Kills the primary, with all its processes, and promotes the standby. */
  readonly failOver: () => Promise<void>
  /** Copies the primary to an empty folder, and starts the copy as its standby. */
  readonly addStandby: () => Promise<void>
  readonly stop: () => Promise<void>
}

interface Member {
  readonly data: string
  readonly port: number
}

export const start = async (): Promise<Pair> => {
  const bin = locate()
  const account = Account.unprivileged()
  const folder = mkdtempSync(join(tmpdir(), "emend-pair-"))
  chmodSync(folder, 0o755)
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  const password = randomBytes(16).toString("hex")
  const run = (script: string, env: Readonly<Record<string, string>> = {}): Promise<{ readonly stdout: string }> =>
    execute("sh", ["-e", "-c", script], {
      cwd: folder,
      env: { PATH: `${bin}:${process.env["PATH"]}`, PGPASSWORD: password, LC_ALL: "C", ...env },
      ...account
    })
  let made = 0
  const member = async (): Promise<Member> => ({ data: join(folder, `data${made++}`), port: await Port.free() })
  const kill = (signal: NodeJS.Signals, { data }: Member): void =>
    void process.kill(Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]), signal)

  let primary = await member()
  let standby: Member | undefined
  writeFileSync(join(folder, "password"), password, { mode: 0o600 })
  if (account !== undefined) chownSync(join(folder, "password"), account.uid, account.gid)
  await run(
    `initdb --pgdata "$DATA" --username emend --pwfile password --auth scram-sha-256 --encoding UTF8 --locale C
    echo "unix_socket_directories = ''" >> "$DATA/postgresql.conf"
    pg_ctl --pgdata "$DATA" --options "-p $PORT" --log "$DATA.log" --wait start
    createdb --host 127.0.0.1 --port "$PORT" --username emend emend`,
    { DATA: primary.data, PORT: String(primary.port) }
  )
  const variables = (): Record<string, string> => ({
    PRIMARY_HOST: "127.0.0.1",
    PRIMARY_PORT: String(primary.port),
    STANDBY_HOST: "127.0.0.1",
    STANDBY_PORT: String(standby!.port),
    STANDBY_DATA: standby!.data
  })
  const { stdout } = await run("postgres --version")
  return {
    version: stdout.trim(),
    url: () => `postgres://emend:${password}@127.0.0.1:${primary.port}/emend`,
    port: () => primary.port,
    addStandby: async () => {
      standby = await member()
      await run(Guide.block("sh", "pg_basebackup"), variables())
    },
    failOver: async () => {
      // Its processes end as soon as they find that it is gone; nothing starts it again.
      kill("SIGKILL", primary)
      await run(Guide.block("sh", "promote"), variables())
      primary = standby!
      standby = undefined
    },
    stop: async () => {
      for (const one of [standby, primary]) {
        if (one !== undefined) await run("pg_ctl --pgdata \"$DATA\" --mode fast --wait stop", { DATA: one.data })
      }
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
