import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Refusals, Services, Task } from "@emend/domain"
import { Identity, Problem } from "@emend/http-api"
import { layer as handlers } from "@emend/http-api/handlers"
import { open } from "@emend/http/promise"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import { expect, test } from "vitest"

/** Runs a test against a server on a real socket, which takes for the subject what stands in the token. */
const withServer = (use: (address: string) => Promise<void>, identity = Layer.empty) => {
  const server = handlers.pipe(
    Layer.provide(Services.layer),
    Layer.provide(MemoryStore.layer()),
    Layer.provideMerge(NodeHttpServer.layerServer(() => createServer(), { port: 0, host: "127.0.0.1" })),
    Layer.provide(identity)
  )
  return Effect.runPromise(Effect.scoped(
    Effect.gen(function*() {
      const { address } = yield* HttpServer.HttpServer
      const { port } = address as { readonly port: number }
      yield* Effect.promise(() => use(`http://127.0.0.1:${port}`))
    }).pipe(Effect.provide(server))
  ))
}

const retries = (retries: number) => Task.Task.fromBody({ merge_params: { retries } })

test("a program that knows promises alone uses a server as if it were here", () =>
  withServer(async (address) => {
    await using emend = await open(address)
    await emend.tasks.create({ id: "a", params: { retries: 1 } })
    const options = { idempotencyKey: "k", reason: "it failed" }
    const changed = await emend.tasks.update("a", retries(2), options)
    await emend.tasks.update("a", retries(3))
    expect(await emend.tasks.update("a", retries(2), options)).toEqual(changed)
    expect((await emend.tasks.history("a")).map(({ reason, version }) => [version, reason])).toEqual([
      [3, null],
      [2, "it failed"],
      [1, null]
    ])
    const late = emend.tasks.update("a", retries(9), { ifMatch: [1] })
    await expect(late).rejects.toBeInstanceOf(Refusals.VersionMismatch)
    await expect(late).rejects.toMatchObject({ present: 3, demanded: [1] })
    const reason = new Error("no longer needed")
    await expect(emend.tasks.get("a", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  }))

test("who calls is whom the token names, and a caller that is named is refused where the token is one for all", () => {
  const identity = Layer.succeed(Identity, {
    authenticate: ({ authorization = "" }) =>
      authorization === ""
        ? Effect.fail(new Problem.Problem({ code: "token-missing", detail: "There is no token" }))
        : Effect.succeed({
          caller: { tenant: "acme", subject: authorization.slice("Bearer ".length) },
          role: "owner",
          scope: null
        }),
    ready: Effect.void
  })
  return withServer(async (address) => {
    await using ann = await open(address, { token: "ann" })
    await ann.tasks.create({ id: "a" })
    expect(await ann.tasks.history("a")).toMatchObject([{ by: "ann" }])
    const other = { tenant: "acme", subject: "bob" }
    await expect(ann.as(other).tasks.get("a")).rejects.toThrow("Who calls is known by the token")
    await expect(ann.tasks.get("a", { caller: other })).rejects.toThrow(TypeError)

    await using all = await open(address, { token: async ({ subject }) => subject })
    await all.as(other).tasks.update("a", retries(1))
    expect(await ann.tasks.history("a", { limit: 1 })).toMatchObject([{ by: "bob" }])
    await using nobody = await open(address)
    await expect(nobody.tasks.get("a")).rejects.toMatchObject({ _tag: "StoreUnavailable" })
  }, identity)
})

test("an address that is none is thrown when it is opened", async () => {
  await expect(open("localhost:8080")).rejects.toMatchObject({ _tag: "BaseUrlInvalid" })
})
