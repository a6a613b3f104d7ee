/** What is no server of ours, and what is no address, is told by an error of its own. */
import { it } from "@effect/vitest"
import { Health, type RecordStore, type Refusals, Task, Tasks } from "@emend/domain"
import { HttpServices, type RemoteFailure } from "@emend/http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer } from "node:net"
import { describe, expect } from "vitest"
import { over } from "./Calling.ts"
import * as Stub from "./Stub.ts"

const get = Effect.flatMap(Tasks, (tasks) => tasks.get("t"))
const update = Effect.flatMap(Tasks, (tasks) => tasks.update("t", Task.Task.fromBody({ merge_params: { a: 1 } })))

/** Why a call failed, as far as it was the wire. */
const failure = (
  url: string,
  options?: Parameters<typeof over>[1],
  program: Effect.Effect<unknown, unknown, Tasks> = get
) =>
  Effect.map(
    Effect.flip(over(url, options)(program)),
    (error) => {
      const { _tag, cause, message } = error as RecordStore.StoreUnavailable
      expect([_tag, message]).toEqual(["StoreUnavailable", (cause as Error).message])
      return cause as RemoteFailure.RemoteFailure
    }
  )

describe("an address that is none", () => {
  const none: ReadonlyArray<readonly [url: string, says: RegExp]> = [
    ["", /is no base URL: expected an address/],
    ["emend.example", /expected an address/],
    ["//emend.example", /expected an address/],
    ["ftp://emend.example", /expected http: or https:/],
    ["https://emend.example?a=1", /no query and no fragment/],
    ["https://emend.example#a", /no query and no fragment/],
    ["https://ann:secret@emend.example", /no user and no password/]
  ]
  for (const [url, says] of none) {
    it.effect(`${JSON.stringify(url)} is refused before anything is sent`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(HttpServices.layer({ baseUrl: url }))))
        expect(error._tag).toBe("BaseUrlInvalid")
        expect(error.message).toMatch(says)
        expect(JSON.stringify(error)).not.toContain("secret")
      }))
  }
})

it.effect("an option that is no number, or too small, is refused by name before anything is sent", () =>
  Effect.gen(function*() {
    const wrong = { maxConnections: 0, attempts: NaN, callMillis: -1, idleMillis: -1, maxAnswerBytes: 0 }
    for (const [option, value] of Object.entries(wrong)) {
      const layer = HttpServices.layer({ baseUrl: "http://127.0.0.1:1", [option]: value })
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      expect(error).toMatchObject({ _tag: "OptionInvalid", option })
    }
  }))

describe("a server that is not ours", () => {
  const html: Stub.Answer = (response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome</html>")
  const foreign: ReadonlyArray<readonly [what: string, answer: Stub.Answer, says: RegExp]> = [
    ["answers in HTML", html, /\(200\) is no Emend server of this version: its answer is not JSON/],
    [
      "is an HTML page of an error",
      (response) => response.writeHead(404, { "content-type": "text/html" }).end("<p>"),
      /not JSON/
    ],
    ["says no content type", (response) => response.writeHead(200).end(JSON.stringify(Stub.task())), /not JSON/],
    ["answers compressed", Stub.json(200, Stub.task(), { "content-encoding": "gzip" }), /not JSON/],
    [
      "ends its JSON too early",
      (response) => response.writeHead(200, { "content-type": "application/json" }).end("{\"version\": 1,"),
      /not JSON/
    ],
    ["answers nothing at all", (response) => response.writeHead(204).end(), /not JSON/],
    [
      "answers in the served form",
      Stub.json(200, Stub.task().state, { "content-type": "application/json" }),
      /another form/
    ],
    ["leaves a field out", Stub.json(200, { version: 1, state: { id: "t" } }), /another form/],
    [
      "answers with another JSON type",
      Stub.json(200, Stub.task(), { "content-type": "application/ld+json" }),
      /none that was asked for/
    ],
    ["has problems of its own", Stub.json(404, { error: "no" }), /no problem of this service/],
    ["has a 422 of its own", Stub.json(422, { error: "no" }), /no refusal of this service/],
    [
      "has a plain JSON error",
      Stub.json(404, { detail: "Not Found" }, { "content-type": "application/json" }),
      /no refusal of this service/
    ]
  ]
  for (const [what, answer, says] of foreign) {
    it.live(`${what}`, () =>
      Effect.gen(function*() {
        const { seen, url } = yield* Stub.serve(answer)
        // It is not asked again: nothing would be better.
        const error = yield* failure(url, { attempts: 5 })
        expect([error._tag, seen.length]).toEqual(["AnswerForeign", 1])
        expect(error.message).toMatch(says)
      }))
  }

  it.live("speaks no HTTP", () =>
    Effect.gen(function*() {
      const server = createServer((socket) => void socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.6\r\n"))
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)))),
        () => Effect.sync(() => server.close())
      )
      const error = yield* failure(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
      expect([error._tag, error.message]).toEqual(["AnswerForeign", expect.stringContaining("does not speak HTTP/1.1")])
    }))

  it.live("serves ours elsewhere: below another path nothing is missing", () =>
    Effect.gen(function*() {
      const { url } = yield* Stub.serve(Stub.problem(404, "route-unknown"))
      expect(yield* failure(url)).toMatchObject({ _tag: "RequestRefused", status: 404, code: "route-unknown" })
    }))
})

it.live("a path of the address comes before those of the operations", () =>
  Effect.gen(function*() {
    const { seen, url } = yield* Stub.serve(Stub.aTask)
    yield* over(`${url}/records/v1/`)(get)
    expect(seen[0]!.url).toBe("/records/v1/tasks/t")
  }))

it.live("a redirect is not followed, and names where it leads", () =>
  Effect.gen(function*() {
    const there = yield* Stub.serve(Stub.aTask)
    for (const status of [301, 302, 307, 308]) {
      const here = yield* Stub.serve((response) => response.writeHead(status, { location: there.url }).end())
      expect(yield* failure(here.url)).toMatchObject({ _tag: "Redirected", status, location: there.url })
    }
    expect(there.seen).toEqual([])
  }))

it.live("an answer that is too large is not read to its end", () =>
  Effect.gen(function*() {
    let sent = 0
    const { url } = yield* Stub.serve((response) => {
      response.writeHead(200, { "content-type": "application/json" })
      const more = () => {
        sent += 65_536
        if (!response.destroyed) response.write("[".repeat(65_536), more)
      }
      more()
    })
    expect(yield* failure(url, { maxAnswerBytes: 1_000_000 })).toMatchObject({
      _tag: "AnswerTooLarge",
      limitBytes: 1_000_000
    })
    expect(sent).toBeLessThan(100_000_000)
  }))

it.live("a server that is not there, or hangs up, cannot be reached", () =>
  Effect.gen(function*() {
    expect(yield* failure("http://127.0.0.1:1")).toMatchObject({ _tag: "Unreachable", code: "ECONNREFUSED" })
    for (const answer of [Stub.cut, Stub.cutWithin]) {
      const { url } = yield* Stub.serve(answer)
      expect(yield* failure(url)).toMatchObject({ _tag: "Unreachable", code: "ECONNRESET" })
    }
  }))

it.live("a refusal that is none of the domain keeps its code, its status and its facts", () =>
  Effect.gen(function*() {
    const { url } = yield* Stub.serve(
      Stub.problem(403, "access-refused", {}, { reason: "insufficient-role", role: "viewer" })
    )
    const error = yield* failure(url, {}, update)
    expect(error).toMatchObject({ _tag: "RequestRefused", status: 403, code: "access-refused" })
    expect((error as RemoteFailure.RequestRefused).facts).toMatchObject({ reason: "insufficient-role", role: "viewer" })
  }))

it.live("what a server finds wrong with a change is said as the domain says it", () =>
  Effect.gen(function*() {
    const detail = [
      { loc: ["body", "params", 3], msg: "Value error, too odd", type: "value_error", ctx: { error: "too odd" } },
      { loc: ["body", "name"], msg: "Field required", type: "missing" },
      { loc: ["header", "change-reason"], msg: "too long", type: "string_too_long" }
    ]
    const large = Stub.problem(413, "body-too-large", {}, { max_bytes: 10 })
    const { url } = yield* Stub.serve(Stub.json(422, { detail }), large)
    const told = over(url)(Effect.flip(update))
    expect(yield* told).toMatchObject({
      _tag: "InputInvalid",
      problems: [
        { path: ["params", 3], message: "too odd" },
        { path: ["name"], message: "Field required" },
        { path: ["header", "change-reason"], message: "too long" }
      ]
    })
    expect(yield* told).toMatchObject({
      _tag: "InputInvalid",
      problems: [{ path: [], message: "It is body-too-large" }]
    })
  }))

it.live("what cannot be said over HTTP is refused with its place, and nothing is sent", () =>
  Effect.gen(function*() {
    const { seen, url } = yield* Stub.serve(Stub.changed)
    const patches = [
      { params: { merge: { unset: ["a"] } } },
      { params: { set: { a: 1 } } },
      { task_metadata: { set: null } }
    ] as const
    const refused = (program: Effect.Effect<unknown, unknown, Tasks>) =>
      Effect.map(over(url)(Effect.flip(program)), (error) => {
        expect(error).toMatchObject({ _tag: "InputInvalid" })
        return (error as Refusals.InputInvalid).problems.map(({ path }) => path)
      })
    const updated = (patch: Parameters<typeof Task.Task.normalise>[0], reason?: string) =>
      Effect.flatMap(
        Tasks,
        (tasks) => tasks.update("t", { patch, advance: {} }, reason === undefined ? {} : { reason })
      )
    const paths = yield* Effect.forEach(patches, (patch) => refused(updated(patch)))
    expect(paths).toEqual([[["merge_params"]], [["merge_params"]], [["task_metadata"]]])
    for (const reason of ["a\nb", "\ud800", "\u0000"]) {
      expect(yield* refused(updated({}, reason))).toEqual([["header", "change-reason"]])
    }
    const create = Effect.flatMap(Tasks, (tasks) => tasks.create({ id: "board", name: "" }))
    expect(yield* refused(create)).toEqual([["id"], ["name"]])
    expect(seen).toEqual([])
  }))

it.live("a server is ready that says so, and nothing else is", () =>
  Effect.gen(function*() {
    const ping = Effect.flatMap(Health, (health) => health.ping)
    const ready = yield* Stub.serve(Stub.json(200, { status: "ok" }))
    yield* over(ready.url)(ping)
    expect(ready.seen.map(({ url }) => url)).toEqual(["/health/ready"])
    const others = [
      Stub.problem(503, "store-unavailable"),
      Stub.json(200, "<p>"),
      Stub.json(200, { status: "no" }),
      Stub.cut
    ]
    for (const other of others) {
      const { url } = yield* Stub.serve(other)
      expect(yield* Effect.flip(over(url)(ping))).toMatchObject({ _tag: "StoreUnavailable" })
    }
  }))
