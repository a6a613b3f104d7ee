/** What becomes of requests when more wait for the database than there is room for. */
import { Settings } from "@emend/http-api"
import { Database } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, expect, it } from "vitest"
import * as Limits from "../src/Limits.ts"
import * as Server from "../src/Server.ts"
import { send } from "./ServerProcess.ts"

/** As many requests of one form may wait. */
const maxWaiting = 3
const scope = Scope.makeUnsafe()
let address = ""
let session: Database.Run

beforeAll(async () => {
  const within = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Scope.provide(scope)(effect))
  const url = await within(TestDatabase.make())
  session = await within(Effect.flatMap(Database.make({ url }), (pool) => Effect.map(pool.reserve, Database.on)))
  ;({ address } = await within(
    Server.make({
      host: "127.0.0.1",
      port: 0,
      store: { _tag: "postgres", url },
      wire: Context.get(Context.empty(), Settings),
      cursorPolicy: "reject",
      groupCommit: true,
      logLevel: "Error",
      logFormat: "json",
      limits: { ...Limits.standard, maxWaiting },
      traces: undefined
    })
  ))
}, 60_000)

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

it("what finds no room is 503 with Retry-After and is not done; what waits is done, and then there is room", async () => {
  const put = (id: string, n: number) => send(address, "PUT", `/tasks/${id}`, { merge_params: { [n]: n } })
  for (const id of ["locked", "free"]) expect((await send(address, "POST", "/tasks", { id })).status).toBe(201)
  await Effect.runPromise(session("BEGIN", []))
  await Effect.runPromise(session("SELECT FROM tasks WHERE id = 'locked' FOR UPDATE", []))
  const asked = Array.from({ length: maxWaiting + 1 }, (_, n) => put("locked", n))
  // None is answered while the record is locked, but the one that is too many.
  for (const refused of [await Promise.race(asked), await put("free", 0)]) {
    expect({ status: refused.status, code: refused.body.code, again: refused.headers.get("retry-after") })
      .toEqual({ status: 503, code: "store-unavailable", again: "1" })
  }
  // What is of another form has room of its own.
  expect(await send(address, "GET", "/tasks/free")).toMatchObject({ status: 200, body: { params: null } })
  expect((await send(address, "POST", "/tasks", { id: "other" })).status).toBe(201)

  await Effect.runPromise(session("COMMIT", []))
  const answers = await Promise.all(asked)
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 503])
  const { body, headers } = await send(address, "GET", "/tasks/locked")
  const done = answers.flatMap(({ status }, n) => status === 200 ? [[n, n]] : [])
  expect([body.params, headers.get("etag")]).toEqual([Object.fromEntries(done), `"${maxWaiting + 1}"`])
  expect((await put("free", 1)).status).toBe(200)
})
