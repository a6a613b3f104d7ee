/** A server that is killed after the database has committed and before it can answer. */
import { Database } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { once } from "node:events"
import { connect, createServer, type Server as Listener, type Socket } from "node:net"
import { afterAll, beforeAll, expect, it } from "vitest"
import { send, start } from "./ServerProcess.ts"

const scope = Scope.makeUnsafe()
let listener: Listener
let direct = ""
let proxied = ""
/** Whether an answer of the database may reach the server. */
let passes: () => Promise<boolean> = () => Promise.resolve(true)
let memos: () => Promise<number>

/** Hands on what comes, piece by piece, as long as it may pass. */
const handOn = (from: Socket, to: Socket) => {
  let last = Promise.resolve()
  from.on("data", (chunk) => {
    last = last.then(async () => void (await passes() && to.write(chunk)))
  })
}

beforeAll(async () => {
  const provided = Scope.provide(scope)
  const database = await Effect.runPromise(provided(TestDatabase.make()))
  const pool = await Effect.runPromise(provided(Database.make({ url: database, maxConnections: 1 })))
  memos = () =>
    Effect.runPromise(
      Database.through(pool)("SELECT count(*)::int4 FROM memos", []).pipe(
        Effect.map(([row]) => row![0] as number)
      )
    )
  direct = Redacted.value(database)
  const url = new URL(direct)
  const { hostname, port } = url
  listener = createServer((client) => {
    const server = connect(Number(port), hostname)
    client.pipe(server)
    handOn(server, client)
    for (const [one, other] of [[client, server], [server, client]] as const) {
      one.on("error", () => other.destroy())
      one.on("close", () => other.destroy())
    }
  }).listen(0, "127.0.0.1")
  await once(listener, "listening")
  url.hostname = "127.0.0.1"
  url.port = String((listener.address() as { readonly port: number }).port)
  proxied = url.href
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  listener.close()
})

const requests = [
  ["POST", "/tasks", { id: "t1", name: "n", agent_ids: ["a", "b"] }],
  ["PUT", "/tasks/t1", { merge_params: { a: 1 } }],
  ["POST", "/tasks/t1/events", { agent_id: "a", content: "once" }]
] as const

it("what it did is done once when the request comes again, and is answered then", async () => {
  for (const [n, [method, path, json]] of requests.entries()) {
    const killed = start(["--store", "postgres"], { DATABASE_URL: proxied })
    const address = await killed.address
    const before = await memos()
    passes = async () => {
      // What was committed is there for others: the answer on its way says so.
      if (await memos() === before) return true
      killed.process.kill("SIGKILL")
      return false
    }
    await expect(send(address, method, path, json, { "idempotency-key": `k${n}` })).rejects.toThrow()
    expect((await killed.exit).signal).toBe("SIGKILL")
    passes = () => Promise.resolve(true)
  }
  const server = start(["--store", "postgres"], { DATABASE_URL: direct })
  const address = await server.address
  const answers = []
  for (const [n, [method, path, json]] of requests.entries()) {
    const { body, headers, status } = await send(address, method, path, json, { "idempotency-key": `k${n}` })
    expect(headers.get("idempotent-replayed")).toBe("true")
    answers.push([status, headers.get("etag"), body])
  }
  expect(answers).toEqual([
    [201, "\"1\"", expect.objectContaining({ id: "t1", name: "n", params: null })],
    [200, "\"2\"", expect.objectContaining({ id: "t1", params: { a: 1 } })],
    [201, null, expect.objectContaining({ sequence_id: 1, content: "once" })]
  ])
  expect((await send(address, "GET", "/tasks/t1")).headers.get("etag")).toBe("\"2\"")
  expect((await send(address, "GET", "/events?task_id=t1&agent_id=a")).body.length).toBe(1)
  server.process.kill("SIGTERM")
  expect((await server.exit).code).toBe(0)
})
