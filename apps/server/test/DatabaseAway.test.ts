/** A server that runs while its PostgreSQL goes away and comes back, stopped or killed. */
import { EmbeddedPostgres } from "@emend/postgres"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type Server as Listener } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { send, start } from "./ServerProcess.ts"

const dataDir = mkdtempSync(join(tmpdir(), "emend-away-"))
let scope = Scope.makeUnsafe()
let database: EmbeddedPostgres.EmbeddedPostgres
let listener: Listener | undefined

const startDatabase = async () => {
  scope = Scope.makeUnsafe()
  const made = EmbeddedPostgres.make({ dataDir, durable: true, exclusive: true })
  database = await Effect.runPromise(Scope.provide(made, scope))
}
const stopDatabase = () => Effect.runPromise(Scope.close(scope, Exit.void))

/** The database behind one address that stays, whichever port it has at present. */
const listen = async () => {
  listener = createServer((client) => {
    const server = connect(Number(new URL(Redacted.value(database.url)).port), "127.0.0.1")
    client.pipe(server).pipe(client)
    for (const [one, other] of [[client, server], [server, client]] as const) {
      one.on("error", () => other.destroy())
      one.on("close", () => other.destroy())
    }
  }).listen(0, "127.0.0.1")
  await once(listener, "listening")
  const url = new URL(Redacted.value(database.url))
  url.port = String((listener!.address() as { readonly port: number }).port)
  return url.href
}

beforeAll(startDatabase, 60_000)

afterAll(async () => {
  listener?.close()
  await stopDatabase()
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)

/** Asks again and again until the answer has a status. */
const until = async (status: number, ask: () => ReturnType<typeof send>) => {
  for (;;) {
    const reply = await ask()
    if (reply.status === status) return reply
    expect(reply.status, JSON.stringify(reply.body)).toBe(503)
  }
}

it("it says so meanwhile, loses nothing that it acknowledged, and works again by itself", async () => {
  const server = start(["--store", "postgres"], { DATABASE_URL: await listen() })
  const address = await server.address
  const ready = () => send(address, "GET", "/health/ready")
  const merge = (key: string) => send(address, "PUT", "/tasks/t1", { merge_params: { [key]: 1 } })
  expect((await send(address, "POST", "/tasks", { id: "t1" })).status).toBe(201)
  expect((await ready()).status).toBe(200)

  const acknowledged: Array<string> = []
  let writes = true
  /** Writers that go on all the time: each answer is that it is done, or that the store is away. */
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 0; writes; n++) {
      const key = `${writer} ${n}`
      const { body, headers, status } = await merge(key)
      if (status === 200) acknowledged.push(key)
      else {
        expect({ status, code: body.code }).toEqual({ status: 503, code: "store-unavailable" })
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0)
      }
    }
  })

  const away = async () => {
    await until(503, ready)
    const refusals = [await ready(), await send(address, "GET", "/tasks/t1"), await send(address, "POST", "/tasks", {})]
    for (const { body, headers, status } of refusals) {
      expect({ status, code: body.code }).toEqual({ status: 503, code: "store-unavailable" })
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0)
    }
    expect((await send(address, "GET", "/health/live")).status).toBe(200)
  }
  const back = async () => {
    await until(200, ready)
    await until(200, () => merge("back"))
    const told = [...acknowledged]
    const { params } = (await until(200, () => send(address, "GET", "/tasks/t1"))).body
    expect(told.filter((key) => !Object.hasOwn(params, key))).toEqual([])
  }

  for (let n = 0; n < 20; n++) {
    expect((await merge(`before ${n}`)).status).toBe(200)
    acknowledged.push(`before ${n}`)
  }
  await stopDatabase()
  await away()
  const before = acknowledged.length
  await startDatabase()
  await back()

  // It is started again on its own, after it recovered.
  process.kill(database.pid, "SIGKILL")
  await back()
  writes = false
  await Promise.all(writers)
  expect(before).toBeGreaterThan(20)
  expect(acknowledged.length).toBeGreaterThan(before)
  await back()
  server.process.kill("SIGTERM")
  expect((await server.exit).code).toBe(0)
}, 120_000)
