/** The connections of a client: kept, bounded, and closed with it. */
import { it } from "@effect/vitest"
import { Services, Tasks } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect } from "vitest"
import { over } from "./Calling.ts"
import { client, serve } from "./Serving.ts"
import * as Stub from "./Stub.ts"

const get = Effect.flatMap(Tasks, (tasks) => tasks.get("t"))

it.live("requests one after the other go over one connection", () =>
  Effect.gen(function*() {
    const { seen, sockets, url } = yield* Stub.serve(Stub.aTask)
    yield* over(url)(Effect.forEach(Array.from({ length: 20 }), () => get))
    expect([seen.length, sockets.ever]).toEqual([20, 1])
  }))

it.live("requests at once go over no more connections than there may be, and each is answered", () =>
  Effect.gen(function*() {
    const { seen, sockets, url } = yield* Stub.serve(Stub.aTask)
    yield* over(url, { maxConnections: 3 })(
      Effect.all(Array.from({ length: 60 }, () => get), { concurrency: "unbounded" })
    )
    expect([seen.length, sockets.most]).toEqual([60, 3])
  }))

it.live("a request that was given up leaves the others their connections", () =>
  Effect.gen(function*() {
    const { until, url } = yield* Stub.serve(Stub.silent, Stub.aTask)
    const task = yield* over(url, { maxConnections: 1 })(
      Effect.andThen(Effect.raceFirst(Effect.exit(get), until(1)), get)
    )
    expect(task.state.id).toBe("t")
  }))

it.live("a connection that the server closed while it was kept is replaced", () =>
  Effect.gen(function*() {
    const last: Stub.Answer = (response) => {
      response.writeHead(200, { "content-type": "application/json", connection: "close" }).end(
        JSON.stringify(Stub.task())
      )
    }
    const { seen, sockets, url } = yield* Stub.serve(last)
    yield* over(url)(Effect.forEach(Array.from({ length: 3 }), () => get))
    expect([seen.length, sockets.ever]).toEqual([3, 3])
  }))

it.live("a body that a server refuses before it has it is told as refused, and is not sent again", () =>
  Effect.gen(function*() {
    const url = yield* serve(Layer.provide(Services.layer, MemoryStore.layer()), { maxBodyBytes: 1_048_576 })
    for (const size of [1_048_577, 3_000_000, 30_000_000]) {
      const create = Effect.flatMap(Tasks, (tasks) => tasks.create({ params: { large: "x".repeat(size) } }))
      const refused = yield* Effect.flip(create).pipe(Effect.provide(client(url, { attempts: 3, firstWaitMillis: 1 })))
      expect(refused).toMatchObject({
        _tag: "InputInvalid",
        problems: [{ path: [], message: expect.stringContaining("1048576") }]
      })
    }
  }))

it.live("a large body that is taken arrives whole", () =>
  Effect.gen(function*() {
    const { seen, url } = yield* Stub.serve(Stub.json(201, Stub.task()))
    const large = "é".repeat(3_000_000)
    yield* over(url)(Effect.flatMap(Tasks, (tasks) => tasks.create({ params: { large } })))
    expect(seen[0]!.body).toBe(JSON.stringify({ params: { large } }))
  }))
