/** What an operator limits, and what a server that ends still answers. */
import { RecordStore } from "@emend/domain"
import { Lifecycle } from "@emend/http-api"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterAll, describe, expect, it } from "vitest"
import { type Reply, testServer } from "./TestServer.ts"

/** A store whose reads wait, and cannot be interrupted, until they are let through; `asked` when so many wait. */
const gated = (many: number) => {
  let waiting = 0
  let open = (): void => {}
  let begun = (): void => {}
  const asked = new Promise<void>((resolve) => (begun = resolve))
  const gate = new Promise<void>((resolve) => (open = resolve))
  const wait = Effect.uninterruptible(Effect.promise(() => {
    if (++waiting === many) begun()
    return gate
  }))
  const store = Layer.effect(
    RecordStore.RecordStore,
    Effect.gen(function*() {
      const below = yield* RecordStore.RecordStore
      return { ...below, get: (keys) => Effect.andThen(wait, below.get(keys)) }
    })
  )
  return { layer: Layer.provideMerge(store, MemoryStore.layer()), asked, open }
}

const refused = (limit: number) => ({
  status: 429,
  headers: { "retry-after": "1", "content-type": "application/problem+json" },
  body: { code: "too-many-requests", status: 429, limit }
})

describe("more requests at once than the server takes", () => {
  const { asked, layer, open } = gated(2)
  const { ask } = testServer({ maxRequests: 2 }, { store: layer })
  afterAll(open)

  it("are 429 with Retry-After and cost the others nothing; what is in work is answered, and then there is room", async () => {
    const inWork = [ask("/tasks/t1"), ask("/tasks/t2")]
    await asked
    const third = await ask("/tasks/t3")
    expect(third).toMatchObject(refused(2))
    expect(third.headers["x-should-retry"]).toBeUndefined()
    expect(await ask("/nothing")).toMatchObject(refused(2))
    for (const path of ["/health/live", "/health/ready", "/metrics"]) expect((await ask(path)).status, path).toBe(200)
    expect((await ask("/metrics")).text).toContain("\nemend_http_requests_in_flight 2\n")
    open()
    expect((await Promise.all(inWork)).map(({ status }) => status)).toEqual([404, 404])
    expect((await ask("/tasks/t3")).status).toBe(404)
  })
})

describe("a request that was given up", () => {
  const { asked, layer, open } = gated(1)
  const { ask } = testServer({ maxRequests: 1, requestMillis: 1 }, { store: layer })
  afterAll(open)

  it("counts as long as the store does not let go of it, so that none pile up", async () => {
    expect(await ask("/tasks/t1")).toMatchObject({ status: 503, body: { code: "took-too-long" } })
    await asked
    expect(await ask("/tasks/t1")).toMatchObject(refused(1))
    open()
    let reply: Reply
    do reply = await ask("/tasks", { method: "PUT" })
    while (reply.status === 429)
    expect(reply.status).toBe(405)
  })
})

describe("the size of what is sent", () => {
  const { ask } = testServer({ maxBodyBytes: 64, maxJsonDepth: 2 })

  it("is bounded by a setting: a larger body is 413, and one of that size is taken", async () => {
    const body = (bytes: number) => JSON.stringify({ name: "n".repeat(bytes - 11) })
    expect(await ask("/tasks", { method: "POST", raw: body(65) })).toMatchObject({
      status: 413,
      headers: { connection: "close" },
      body: { code: "body-too-large", max_bytes: 64 }
    })
    expect((await ask("/tasks", { method: "POST", raw: body(64) })).status).toBe(201)
  })

  it("is bounded in depth by a setting: a value that nests deeper is 422 with its place", async () => {
    expect(await ask("/tasks", { method: "POST", json: { params: { a: [[]] } } })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ["body", "params", "a", 0], type: "value_error", ctx: { max_depth: 3 } }] }
    })
    expect((await ask("/tasks", { method: "POST", json: { params: { a: [] } } })).status).toBe(201)
  })
})

describe("a server that ends", () => {
  const life: Lifecycle = { phase: "serving" }
  const { ask } = testServer({}, { extra: Layer.succeed(Lifecycle)(life) })

  it("is not ready any more while it drains, and answers everything all the same", async () => {
    expect((await ask("/health/ready")).body).toEqual({ status: "ok" })
    life.phase = "draining"
    expect(await ask("/health/ready")).toMatchObject({
      status: 503,
      headers: { "retry-after": "1" },
      body: { code: "server-stopping" }
    })
    expect((await ask("/tasks", { method: "POST", json: { id: "t1" } })).status).toBe(201)
  })

  it("refuses what comes while it stops, does nothing of it, and tells that it lives", async () => {
    life.phase = "stopping"
    for (
      const [method, path, json] of [["PUT", "/tasks/t1", { merge_params: { a: 1 } }], ["GET", "/nothing"]] as const
    ) {
      expect(await ask(path, { method, json }), path).toMatchObject({
        status: 503,
        headers: { "retry-after": "1", connection: "close", "content-type": "application/problem+json" },
        body: { code: "server-stopping" }
      })
    }
    expect((await ask("/health/ready")).status).toBe(503)
    expect((await ask("/health/live")).status).toBe(200)
    life.phase = "serving"
    expect((await ask("/tasks/t1")).headers.etag).toBe("\"1\"")
  })
})
