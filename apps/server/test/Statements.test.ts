/** What a request costs the database, counted on the wire between the server and PostgreSQL. */
import { Settings } from "@emend/http-api"
import * as TestDatabase from "@emend/postgres/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { once } from "node:events"
import { connect, createServer, type Server as Listener } from "node:net"
import { afterAll, beforeAll, expect, it } from "vitest"
import * as Limits from "../src/Limits.ts"
import * as Server from "../src/Server.ts"
import { send } from "./ServerProcess.ts"

const scope = Scope.makeUnsafe()
let listener: Listener
let server: Server.Server
let statements = 0

/** Counts the executions that a client asks for; its first message has no type. */
const counting = (count: () => void) => {
  let pending = Buffer.alloc(0)
  let started = false
  return (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const at = started ? 1 : 0
      if (pending.length < at + 4) return
      const end = at + pending.readInt32BE(at)
      if (pending.length < end) return
      const type = started ? String.fromCharCode(pending[0]!) : ""
      if (type === "E" || type === "Q") count()
      // A request for encryption comes before the first message.
      started = started || pending.readInt32BE(4) !== 80877103
      pending = pending.subarray(end)
    }
  }
}

beforeAll(async () => {
  const url = new URL(Redacted.value(await Effect.runPromise(Scope.provide(scope)(TestDatabase.make()))))
  const { hostname, port } = url
  listener = createServer((client) => {
    const database = connect(Number(port), hostname)
    client.on("data", counting(() => statements++))
    client.pipe(database)
    database.pipe(client)
    for (const [one, other] of [[client, database], [database, client]] as const) {
      one.on("error", () => other.destroy())
      one.on("close", () => other.destroy())
    }
  }).listen(0, "127.0.0.1")
  await once(listener, "listening")
  url.hostname = "127.0.0.1"
  url.port = String((listener.address() as { readonly port: number }).port)
  server = await Effect.runPromise(
    Scope.provide(scope)(Server.make({
      host: "127.0.0.1",
      port: 0,
      store: { _tag: "postgres", url: Redacted.make(url.href) },
      wire: Context.get(Context.empty(), Settings),
      cursorPolicy: "reject",
      groupCommit: true,
      logLevel: "Error",
      logFormat: "json",
      limits: Limits.standard,
      traces: undefined
    }))
  )
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  listener.close()
})

const cost = async (method: string, path: string, json?: unknown) => {
  const before = statements
  const reply = await ask(method, path, json)
  return { statements: statements - before, ...reply }
}

const ask = (method: string, path: string, json?: unknown) => send(server.address, method, path, json)

it("an update, a move and a read of a task are one statement each", async () => {
  await ask("POST", "/tasks", { id: "t1", agent_ids: ["ag"] })
  expect(await cost("PUT", "/tasks/t1", { merge_params: { a: 1 }, task_metadata: {} })).toMatchObject({
    status: 200,
    statements: 1
  })
  expect(await cost("PUT", "/tasks/t1", {})).toMatchObject({ status: 200, statements: 1 })
  expect(await cost("GET", "/tasks/t1")).toMatchObject({ status: 200, statements: 1, body: { params: { a: 1 } } })
  expect(await cost("POST", "/tasks/t1/complete")).toMatchObject({ status: 200, statements: 1 })
})

it("an update of a tracker and a patch of a board task are one statement each", async () => {
  const tracker = (await ask("POST", "/tasks/t1/agents/ag")).body.id as string
  const event = (await ask("POST", "/tasks/t1/events", { agent_id: "ag", content: 1 })).body.id as string
  expect(await cost("PUT", `/tracker/${tracker}`, { last_processed_event_id: event, status: "x" })).toMatchObject({
    status: 200,
    statements: 1
  })
  await ask("POST", "/agents/tasks/", { id: "b1", title: "One" })
  expect(await cost("PATCH", "/agents/tasks/b1", { title: "Two" })).toMatchObject({ status: 200, statements: 1 })
  expect(await cost("POST", "/agents/tasks/b1/claim", { user_id: "u" })).toMatchObject({ status: 200, statements: 1 })
})

it("what is refused for its form costs the database nothing", async () => {
  expect(await cost("PUT", "/tasks/t1", { merge_params: 1 })).toMatchObject({ status: 422, statements: 0 })
  expect(await cost("PUT", "/tasks/%00", {})).toMatchObject({ status: 400, statements: 0 })
})

it("a plain request goes the short way, and one with an idempotency key does not", async () => {
  const taken = async (request: () => Promise<{ readonly status: number }>) => {
    const before = server.taken()
    expect((await request()).status).toBe(200)
    return server.taken() - before
  }
  expect(await taken(() => ask("PUT", "/tasks/t1", { merge_params: { short: true } }))).toBe(1)
  expect(await taken(() => ask("GET", "/tasks/t1"))).toBe(1)
  const keyed = { "idempotency-key": "k" }
  expect(await taken(() => send(server.address, "PUT", "/tasks/t1", { merge_params: { short: 1 } }, keyed))).toBe(0)
})
