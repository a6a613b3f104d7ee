/**
 * A database cluster in a data folder: prepared once, started by whoever comes first.
 *
 * No lock of our own is needed: a cluster appears whole, by a rename, and of two servers that start on one folder
 * PostgreSQL itself lets one through.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import * as Fs from "node:fs"
import { createServer } from "node:net"
import * as Path from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { promisify } from "node:util"
import * as Account from "./Account.ts"
import type { Binaries } from "./Binaries.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/**
 * The database user of an embedded server, and the name of its database.
 *
 * @category constants
 * @since 0.1.0
 */
export const user = "emend"

/**
 * A prepared cluster.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cluster {
  readonly folder: string
  readonly password: string
  readonly account: Account.Account | undefined
  readonly binaries: Binaries
  /** False only for clusters that may be lost: a crash of the machine may then damage them. */
  readonly durable: boolean
}

/**
 * A running server of a cluster.
 *
 * @category models
 * @since 0.1.0
 */
export interface Running {
  readonly pid: number
  readonly port: number
}

const execute = promisify(execFile)
const pollMillis = 10

/**
 * Prepares the cluster in a data folder, unless it is there. A preparation that was cut off is done anew.
 *
 * @category constructors
 * @since 0.1.0
 */
export const prepare = (options: {
  readonly dataDir: string
  readonly account: Account.Account | undefined
  readonly binaries: Binaries
  readonly durable: boolean
}): Effect.Effect<Cluster, EmbeddedPostgresError> =>
  attempt("The data folder could not be prepared", async () => {
    const { account } = options
    const dataDir = Path.resolve(options.dataDir)
    // Only the folder itself is private: the user who runs the server must be able to reach it.
    Fs.mkdirSync(Path.dirname(dataDir), { recursive: true, mode: 0o755 })
    Fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    give(account, dataDir)
    const blocked = account === undefined ? undefined : Account.blockedAt(account, dataDir)
    if (blocked !== undefined) {
      throw new EmbeddedPostgresError({
        message: `The data folder ${dataDir} cannot be used: PostgreSQL does not run as root, and the user ` +
          `${account?.name} who runs it cannot enter ${blocked}. Set EMEND_DATA_DIR to a folder whose parents ` +
          `everybody can enter, or allow it with: chmod o+x ${blocked}`
      })
    }
    const folder = Path.join(dataDir, "cluster")
    sweep(dataDir)
    if (!Fs.existsSync(folder)) await initialise(dataDir, folder, options)
    return { ...options, folder, password: Fs.readFileSync(Path.join(folder, "password"), "utf8") }
  })

/**
 * Gives the running server of a cluster, or starts one. It survives this process.
 *
 * @category operations
 * @since 0.1.0
 */
export const start = (
  cluster: Cluster,
  wanted: { readonly port?: number | undefined; readonly timeoutMillis: number }
): Effect.Effect<Running, EmbeddedPostgresError> =>
  attempt("PostgreSQL could not be started", async () => {
    const until = performance.now() + wanted.timeoutMillis
    let refusals = 0
    while (performance.now() < until) {
      const present = status(cluster)
      if (present !== undefined) {
        if (present.ready) return present
        await pause(pollMillis)
        continue
      }
      const log = Path.join(cluster.folder, "log")
      const from = Fs.existsSync(log) ? Fs.statSync(log).size : 0
      const started = await launch(cluster, wanted.port ?? (await freePort()), until)
      if (started !== undefined) return started
      // Either another process was faster, or the port was taken meanwhile, or it does not start at all.
      if (status(cluster) === undefined) {
        dropForeignPid(cluster)
        if (++refusals === 5) {
          throw new EmbeddedPostgresError({
            message: `PostgreSQL does not start in ${cluster.folder}: ${
              Fs.readFileSync(log, "utf8").slice(from).trim().slice(-500)
            }`
          })
        }
        await pause(100)
      }
    }
    throw new EmbeddedPostgresError({ message: `PostgreSQL was not ready within ${wanted.timeoutMillis} ms` })
  })

/**
 * Stops the server of a cluster: clients are cut off, what they committed is on disk.
 *
 * @category operations
 * @since 0.1.0
 */
export const stop = (cluster: Cluster): Effect.Effect<void, EmbeddedPostgresError> =>
  attempt("PostgreSQL could not be stopped", async () => {
    const running = status(cluster)
    await run(cluster, cluster.binaries.pg_ctl, ["-D", data(cluster.folder), "-m", "fast", "-W", "-s", "stop"])
    const until = performance.now() + 30_000
    // The lock file goes a moment before the process does.
    while (running !== undefined && serves(running.pid, cluster.folder) && performance.now() < until) {
      await pause(pollMillis)
    }
  })

/**
 * Gives the server of a cluster as its lock file tells; `undefined` where none is alive.
 *
 * @category queries
 * @since 0.1.0
 */
export const status = (cluster: Pick<Cluster, "folder">): Running & { readonly ready: boolean } | undefined => {
  const lines = lockFile(cluster.folder)?.split("\n")
  const pid = Number(lines?.[0])
  if (lines === undefined || !Number.isInteger(pid) || pid <= 0 || !serves(pid, cluster.folder)) return undefined
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" }
}

const data = (folder: string): string => Path.join(folder, "data")
const lockPath = (folder: string): string => Path.join(data(folder), "postmaster.pid")

const lockFile = (folder: string): string | undefined => {
  try {
    return Fs.readFileSync(lockPath(folder), "utf8")
  } catch {
    return undefined
  }
}

/** Tells whether a process is alive, and a server of this folder where the system says what a process is. */
const serves = (pid: number, folder: string): boolean => {
  if (!alive(pid)) return false
  if (process.platform !== "linux") return true
  try {
    // A server works in its data folder. After a restart of the machine its number may be another program's.
    return Fs.readlinkSync(`/proc/${pid}/cwd`) === Fs.realpathSync(data(folder))
  } catch {
    return false
  }
}

/**
 * Removes a lock file whose number belongs to another program now, which PostgreSQL would respect for ever. It is moved
 * first and looked at again, so that the lock of a server that started meanwhile is put back.
 */
const dropForeignPid = (cluster: Cluster): void => {
  const before = lockFile(cluster.folder)
  if (before === undefined || status(cluster) !== undefined) return
  const moved = `${lockPath(cluster.folder)}.${randomBytes(4).toString("hex")}`
  try {
    Fs.renameSync(lockPath(cluster.folder), moved)
    if (Fs.readFileSync(moved, "utf8") !== before) Fs.linkSync(moved, lockPath(cluster.folder))
    Fs.unlinkSync(moved)
  } catch {
    // Another process does the same.
  }
}

/**
 * What a new cluster is set to beside what PostgreSQL itself thinks of, where others can set it otherwise later. The
 * defaults are for the smallest of machines. The first change of a page after each
 * checkpoint writes the whole page to the log: ten times as much as the change. Recovery after a crash reads that log.
 */
const settings = { shared_buffers: "256MB", max_wal_size: "2GB", checkpoint_timeout: "15min" }

const initialise = async (
  dataDir: string,
  folder: string,
  { account, binaries, durable }: Pick<Cluster, "account" | "binaries" | "durable">
): Promise<void> => {
  const draft = Path.join(dataDir, `.cluster-${process.pid}-${randomBytes(4).toString("hex")}`)
  Fs.mkdirSync(draft, { mode: 0o700 })
  const password = Path.join(draft, "password")
  Fs.writeFileSync(password, randomBytes(32).toString("hex"), { mode: 0o600 })
  give(account, draft)
  give(account, password)
  await run({ account }, binaries.initdb, [
    `--pgdata=${data(draft)}`,
    `--username=${user}`,
    `--pwfile=${password}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-locale",
    "--no-instructions",
    ...Object.entries(settings).map(([name, value]) => `--set=${name}=${value}`),
    ...(durable ? [] : ["--no-sync"])
  ])
  try {
    Fs.renameSync(draft, folder)
  } catch {
    // Another process was faster.
    Fs.rmSync(draft, { recursive: true, force: true })
  }
}

/** Removes preparations whose process is gone. */
const sweep = (dataDir: string): void => {
  for (const name of Fs.readdirSync(dataDir)) {
    const pid = /^\.cluster-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || alive(Number(pid))) continue
    Fs.rmSync(Path.join(dataDir, name), { recursive: true, force: true })
  }
}

/**
 * Tells whether there is a process.
 *
 * @category queries
 * @since 0.1.0
 */
export const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

const launch = async (cluster: Cluster, port: number, until: number): Promise<Running | undefined> => {
  const log = Fs.openSync(Path.join(cluster.folder, "log"), "a", 0o600)
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    // Neither replicas nor an archive read the log of a server that is embedded.
    wal_level: "minimal",
    max_wal_senders: "0",
    log_timezone: "UTC",
    ...(cluster.durable ? undefined : { fsync: "off", full_page_writes: "off" })
  }
  const child: ChildProcess = spawn(
    cluster.binaries.postgres,
    ["-D", data(cluster.folder), ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...options(cluster), detached: true, stdio: ["ignore", log, log] }
  )
  Fs.closeSync(log)
  child.unref()
  let over = false
  child.once("exit", () => (over = true))
  child.once("error", () => (over = true))
  while (!over && performance.now() < until) {
    const present = status(cluster)
    if (present !== undefined && present.pid === child.pid && present.ready) return present
    await pause(pollMillis)
  }
  return undefined
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const options = ({ account }: Pick<Cluster, "account">) => ({
  // A folder that every user can enter; the present one may be private.
  cwd: Path.parse(process.cwd()).root,
  env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC", SystemRoot: process.env["SystemRoot"] ?? "" },
  ...(account === undefined ? undefined : { uid: account.uid, gid: account.gid })
})

const run = async (
  cluster: Pick<Cluster, "account">,
  program: string,
  args: ReadonlyArray<string>
): Promise<void> => {
  await execute(program, args, options(cluster))
}

const give = (account: Account.Account | undefined, path: string): void => {
  if (account !== undefined) Fs.chownSync(path, account.uid, account.gid)
}

const attempt = <A>(what: string, body: () => Promise<A>): Effect.Effect<A, EmbeddedPostgresError> =>
  Effect.tryPromise({
    try: body,
    catch: (cause) =>
      cause instanceof EmbeddedPostgresError
        ? cause
        : new EmbeddedPostgresError({ message: `${what}: ${(cause as Error).message}`, cause })
  })
