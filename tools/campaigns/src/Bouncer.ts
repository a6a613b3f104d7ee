/** A PgBouncer in transaction mode, set as docs/operating.md says. */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Client } from "pg"
import * as Account from "./Account.ts"
import * as Guide from "./Guide.ts"
import * as Port from "./Port.ts"

/** Since then it keeps prepared statements apart from the connections that they were prepared on. */
const oldest = [1, 21] as const

/** Finds a program that is new enough, or says what is lacking. */
export const locate = (): { readonly path: string; readonly version: string } => {
  const candidates = process.env["PGBOUNCER"] === undefined
    ? [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin"].map((folder) => join(folder, "pgbouncer"))
    : [process.env["PGBOUNCER"]]
  const path = candidates.find((path) => existsSync(path))
  const need = `PgBouncer ${oldest.join(".")} or newer is needed: PGBOUNCER may name the program`
  if (path === undefined) throw new Error(`There is no pgbouncer. ${need}`)
  const version = execFileSync(path, ["--version"], { encoding: "utf8" }).split("\n")[0]!
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version)!.map(Number)
  if (major! < oldest[0] || (major === oldest[0] && minor! < oldest[1])) {
    throw new Error(`${path} is ${version}, which forgets prepared statements in transaction mode. ${need}`)
  }
  return { path, version }
}

export interface Bouncer {
  /** The same database, through it. */
  readonly url: string
  /** Sends it to a PostgreSQL on another port, and breaks the connections that it has. */
  readonly pointAt: (port: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Sets a database up for it, and starts one in front of it. */
export const start = async (url: string): Promise<Bouncer> => {
  const { hostname, password, pathname, port, username } = new URL(url)
  const database = pathname.slice(1)
  const account = Account.unprivileged()
  const folder = mkdtempSync(join(tmpdir(), "emend-bouncer-"))
  chmodSync(folder, 0o755)
  const own = await Port.free()
  const target = (at: number | string) => `host=${hostname} port=${at} dbname=${database}`
  const settings = Guide.block("ini", "max_prepared_statements")
    .replace(/^emend = .*$/m, `${database} = ${target(port)}`)
    .replace(/^listen_port = .*$/m, `listen_port = ${own}`)
    .replace(/^auth_file = .*$/m, `auth_file = ${join(folder, "userlist.txt")}`)
    .concat(`admin_users = ${username}\nunix_socket_dir =\n`)
  const file = join(folder, "pgbouncer.ini")
  writeFileSync(file, settings)
  writeFileSync(join(folder, "userlist.txt"), `"${username}" "${password}"\n`, { mode: 0o600 })
  if (account !== undefined) chownSync(join(folder, "userlist.txt"), account.uid, account.gid)
  await asked(url, Guide.block("sql", "plan_cache_mode").replaceAll("ROLE emend", `ROLE ${username}`))
  const child = spawn(locate().path, ["-q", file], { stdio: ["ignore", "ignore", "inherit"], ...account })
  const exited = once(child, "exit")
  const through = Object.assign(new URL(url), { port: String(own) })
  await Port.opened(own)
  return {
    url: through.href,
    pointAt: async (at) => {
      writeFileSync(file, settings.replace(target(port), target(at)))
      const console = Object.assign(new URL(through), { pathname: "/pgbouncer" })
      await asked(console.href, "RELOAD")
      await asked(console.href, `RECONNECT ${database}`)
    },
    stop: async () => {
      child.kill("SIGINT")
      await exited
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

const asked = async (url: string, text: string): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
