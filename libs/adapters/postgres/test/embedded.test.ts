import * as PgConnection from "@effect/sql-pg/PgConnection"
import { afterEach, describe, expect, it } from "@effect/vitest"
import { EmbeddedPostgres, PostgresStore } from "@emend/postgres"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import * as Fs from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { setImmediate } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as Account from "../src/embedded/Account.ts"
import * as Binaries from "../src/embedded/Binaries.ts"
import { insert, present, task, write } from "./Records.ts"

const isRoot = process.getuid?.() === 0
const folders: Array<string> = []
const servers = new Set<number>()
const children: Array<ChildProcess> = []

const folder = (): string => {
  const made = Fs.mkdtempSync(join(tmpdir(), "emend-embedded-"))
  folders.push(made)
  return join(made, "data")
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A process that has ended and whose end nobody took note of is not alive.
    return process.platform !== "linux" || !/\) [ZX]/.test(Fs.readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await setImmediate()
}

const kill = async (pid: number): Promise<void> => {
  if (alive(pid)) process.kill(pid, "SIGKILL")
  await until(() => !alive(pid))
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
  for (const pid of servers) await kill(pid)
  servers.clear()
  for (const made of folders.splice(0)) Fs.rmSync(made, { recursive: true, force: true, maxRetries: 10 })
})

/** Starts the server of a folder in a scope that the test closes itself. */
const start = async (dataDir: string, durable = false) => {
  const scope = Scope.makeUnsafe()
  const { pid, url } = await Effect.runPromise(Scope.provide(scope)(EmbeddedPostgres.make({ dataDir, durable })))
  servers.add(pid)
  return { pid, url: Redacted.value(url), close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

/** Starts the server of a folder in another process. */
const elsewhere = (dataDir: string, detached = false) => {
  const script = fileURLToPath(new URL("./holder.ts", import.meta.url))
  const child = spawn(process.execPath, ["--conditions=@emend/source", script, dataDir], {
    detached,
    stdio: ["ignore", "pipe", "inherit"]
  })
  children.push(child)
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve))
  const ready = new Promise<{ readonly pid: number; readonly url: string }>((resolve, reject) => {
    createInterface(child.stdout!).once("line", (line) => {
      const found = JSON.parse(line)
      servers.add(found.pid)
      resolve(found)
    })
    void exited.then(() => reject(new Error("The process ended before its server was ready")))
  })
  ready.catch(() => undefined)
  return { child, exited, ready }
}

const query = (url: string, text: string): Promise<ReadonlyArray<ReadonlyArray<unknown>>> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(
    PgConnection.make({ url: Redacted.make(url) }),
    (connection) => connection.queryValues(text)
  )))

describe("an embedded server", () => {
  it("is refused, with what to do, below a folder that its user cannot enter; and where there is no other user, it runs", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o700)
    if (isRoot) {
      const error = await start(dataDir).then(() => undefined, (error: Error) => error)
      const { name } = Account.ofServer()!
      expect(error).toBeInstanceOf(EmbeddedPostgres.EmbeddedPostgresError)
      for (const part of [dirname(dataDir), name, "EMEND_DATA_DIR"]) expect(error!.message).toContain(part)
      expect(Fs.readdirSync(dataDir)).toEqual([])
    } else {
      expect(Account.ofServer()).toBeUndefined()
      const { close, url } = await start(dataDir)
      expect(await query(url, "SELECT 1")).toEqual([[1]])
      await close()
    }
  })

  it("is prepared for more than the smallest machine, flushes every commit, and keeps what is set otherwise", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const set = (url: string) =>
      query(
        url,
        `SELECT name, current_setting(name) FROM unnest('{shared_buffers,max_wal_size,checkpoint_timeout,fsync,
          synchronous_commit,full_page_writes}'::text[]) AS name`
      ).then((rows) => Object.fromEntries(rows as ReadonlyArray<readonly [string, string]>))
    const first = await start(dataDir, true)
    const expected = {
      shared_buffers: "256MB",
      max_wal_size: "2GB",
      checkpoint_timeout: "15min",
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on"
    }
    expect(await set(first.url)).toEqual(expected)
    await query(first.url, "ALTER SYSTEM SET checkpoint_timeout = '5min'")
    await first.close()
    const second = await start(dataDir, true)
    expect(await set(second.url)).toEqual({ ...expected, checkpoint_timeout: "5min" })
    await second.close()
  })

  it("makes the folders above its own so that its user can enter them, and its own so that only its user can", async () => {
    const top = dirname(folder())
    Fs.chmodSync(top, 0o755)
    const dataDir = join(top, "var", "lib", "emend", "data")
    const { close, url } = await start(dataDir)
    expect(await query(url, "SELECT 1")).toEqual([[1]])
    if (isRoot) {
      for (const made of ["var", "var/lib", "var/lib/emend"]) {
        expect(Fs.statSync(join(top, made)).mode & 0o001, made).toBe(0o001)
      }
    }
    expect(Fs.statSync(dataDir).mode & 0o077).toBe(0)
    await close()
  })

  it("runs programs that its user cannot reach from a copy that nobody else can write", async () => {
    const account = Account.ofServer()
    const installed = await Effect.runPromise(Binaries.locate(undefined))
    const home = dirname(folder())
    const native = join(home, "native")
    Fs.cpSync(dirname(dirname(installed.postgres)), native, { recursive: true, verbatimSymlinks: true })
    Fs.chmodSync(home, 0o700)
    const copyTo = dirname(folder())
    Fs.chmodSync(copyTo, 0o755)
    const found = await Effect.runPromise(Binaries.locate(account, { native, copyTo }))
    if (account === undefined) {
      expect(found.postgres.startsWith(native)).toBe(true)
      return
    }
    expect(Account.blockedAt(account, join(native, "bin", "postgres"))).toBe(home)
    expect(found.postgres.startsWith(copyTo)).toBe(true)
    expect(Account.blockedAt(account, found.postgres)).toBeUndefined()
    const version = execFileSync(found.initdb, ["--version"], { ...account, encoding: "utf8", cwd: "/" })
    expect(version).toContain("PostgreSQL")
    expect(Fs.statSync(dirname(dirname(found.postgres))).mode & 0o022).toBe(0)
    const again = await Effect.runPromise(Binaries.locate(account, { native, copyTo }))
    expect(again).toEqual(found)
    Fs.chmodSync(dirname(dirname(found.postgres)), 0o777)
    const error = await Effect.runPromise(Effect.flip(Binaries.locate(account, { native, copyTo })))
    expect(error.message).toContain("can be written by others")
  })

  it("lets nobody in without its password, which only its owner can read", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const { close, url } = await start(dataDir)
    const wrong = new URL(url)
    expect(wrong.hostname).toBe("127.0.0.1")
    wrong.password = "guess"
    await expect(query(wrong.href, "SELECT 1")).rejects.toThrow()
    expect(Fs.statSync(join(dataDir, "cluster", "password")).mode & 0o777).toBe(0o600)
    expect(Fs.statSync(join(dataDir, "cluster")).mode & 0o777).toBe(0o700)
    expect(await query(url, "SHOW unix_socket_directories")).toEqual([[""]])
    await close()
  })

  it("keeps its data over a stop, and is gone after it", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const first = await start(dataDir)
    await query(first.url, "CREATE TABLE kept AS SELECT 1 AS n")
    await first.close()
    await until(() => !alive(first.pid))
    const second = await start(dataDir)
    expect(await query(second.url, "SELECT n FROM kept")).toEqual([[1]])
    await second.close()
  })

  it("holds a store, brought to the present form, also when it is found through DATABASE_URL", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const created = write(insert("Task", task("a")))
    const [first] = await Effect.runPromise(
      Effect.provide(created, EmbeddedPostgres.layer({ dataDir, durable: false }))
    )
    expect(first!.version).toBe(1)
    const { close, url } = await start(dataDir)
    const environment = ConfigProvider.layer(ConfigProvider.fromUnknown({ DATABASE_URL: url }))
    const stored = await Effect.runPromise(
      Effect.provide(present("a"), PostgresStore.layerConfig.pipe(Layer.provide(environment)))
    )
    expect(stored).toEqual({ version: 1, state: first!.state })
    await close()
  })

  it("outlives a process that is killed, and the next one takes it over", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const { child, exited, ready } = elsewhere(dataDir)
    const left = await ready
    child.kill("SIGKILL")
    await exited
    expect(alive(left.pid)).toBe(true)
    const taken = await start(dataDir)
    expect([taken.pid, taken.url]).toEqual([left.pid, left.url])
    await taken.close()
    await until(() => !alive(left.pid))
  })

  it("is stopped by a process that ends in order", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const { child, exited, ready } = elsewhere(dataDir)
    const { pid } = await ready
    child.kill("SIGTERM")
    expect(await exited).toBe(0)
    await until(() => !alive(pid))
  })

  it("is stopped when who starts it is told to stop before it is ready", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    await (await start(dataDir)).close()
    const starting = Effect.runFork(Effect.scoped(EmbeddedPostgres.make({ dataDir, durable: false })))
    const lock = join(dataDir, "cluster/data/postmaster.pid")
    let pid = 0
    await until(() => (pid = Fs.existsSync(lock) ? Number.parseInt(Fs.readFileSync(lock, "utf8")) : 0) > 0)
    servers.add(pid)
    await Effect.runPromise(Fiber.interrupt(starting))
    expect(alive(pid)).toBe(false)
    expect(Fs.existsSync(lock)).toBe(false)
  })

  it("is one server for processes that start at once on a new folder", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const all = [elsewhere(dataDir), elsewhere(dataDir), elsewhere(dataDir)]
    const ready = await Promise.all(all.map(({ ready }) => ready))
    expect(new Set(ready.map(({ pid, url }) => `${pid} ${url}`)).size).toBe(1)
    expect(Fs.readdirSync(dataDir)).toEqual(["cluster"])
  })

  it("is stopped by the last that uses it, and not while another client is connected", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const one = await start(dataDir)
    const two = await start(dataDir)
    expect(two.pid).toBe(one.pid)
    await one.close()
    expect(await query(two.url, "SELECT 1")).toEqual([[1]])
    await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const connection = yield* PgConnection.make({ url: Redacted.make(two.url) })
      yield* Effect.promise(two.close)
      expect(yield* connection.queryValues("SELECT 2")).toEqual([[2]])
    })))
    const three = await start(dataDir)
    expect(three.pid).toBe(one.pid)
    await three.close()
    await until(() => !alive(one.pid))
  })

  it("comes back after a crash, with what was committed, whatever its lock file says", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const { child, exited, ready } = elsewhere(dataDir)
    const first = await ready
    await query(first.url, "CREATE TABLE kept AS SELECT 1 AS n")
    child.kill("SIGKILL")
    await exited
    await kill(first.pid)
    const lock = join(dataDir, "cluster", "data", "postmaster.pid")
    const text = Fs.readFileSync(lock, "utf8")
    // The number now belongs to a program that is no server: this one.
    Fs.writeFileSync(lock, text.replace(/^\d+/, String(process.pid)))
    const second = await start(dataDir)
    expect(second.pid).not.toBe(first.pid)
    expect(await query(second.url, "SELECT n FROM kept")).toEqual([[1]])
    await second.close()
  })

  it("is started again at the same address when it dies under those who use it", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const { close, pid, url } = await start(dataDir)
    await query(url, "CREATE TABLE kept AS SELECT 1 AS n")
    await kill(pid)
    const again = async (): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
      const rows = await query(url, "SELECT n FROM kept").catch(() => undefined)
      return rows ?? again()
    }
    expect(await again()).toEqual([[1]])
    const lock = Fs.readFileSync(join(dataDir, "cluster", "data", "postmaster.pid"), "utf8")
    servers.add(Number.parseInt(lock))
    await close()
    await until(() => !alive(Number.parseInt(lock)))
  })

  it("says so when it died and cannot be started again, so that nobody waits for it", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const logged: Array<string> = []
    const log = Logger.make<unknown, void>(({ logLevel, message }) => void logged.push(`${logLevel}: ${message}`))
    await Effect.runPromise(
      Effect.scoped(Effect.gen(function*() {
        const { lost, pid } = yield* EmbeddedPostgres.make({ dataDir, durable: false })
        servers.add(pid)
        Fs.rmSync(join(dataDir, "cluster", "data", "PG_VERSION"))
        yield* Effect.promise(() => kill(pid))
        const error = yield* Effect.flip(lost)
        expect(error).toBeInstanceOf(EmbeddedPostgres.EmbeddedPostgresError)
        expect(error.message).toContain(dataDir)
        expect(logged).toEqual(["Error: The embedded PostgreSQL is gone and cannot be started again"])
      })).pipe(Effect.provideService(Logger.CurrentLoggers, new Set([log])))
    )
  })

  it("is prepared anew where a preparation was cut off", async () => {
    const dataDir = folder()
    Fs.chmodSync(dirname(dataDir), 0o755)
    const { child, exited } = elsewhere(dataDir, true)
    const begun = () => Fs.existsSync(dataDir) && Fs.readdirSync(dataDir).some((name) => name.startsWith(".cluster-"))
    await until(begun)
    // With what it started, which would go on to fill the folder whoever has removed it.
    process.kill(-child.pid!, "SIGKILL")
    await exited
    expect(Fs.existsSync(join(dataDir, "cluster"))).toBe(false)
    const { close, url } = await start(dataDir)
    expect(await query(url, "SELECT 1")).toEqual([[1]])
    expect(Fs.readdirSync(dataDir)).toEqual(["cluster"])
    await close()
  })
})
