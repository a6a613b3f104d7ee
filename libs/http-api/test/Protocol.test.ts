/** What holds of every request, whatever it asks for. */
import { RecordStore } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Net from "node:net"
import { beforeAll, describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"

const server = testServer()
const { ask } = server

beforeAll(async () => {
  await ask("/tasks", { method: "POST", json: { id: "t1" } })
  await ask("/agents/tasks/", { method: "POST", json: { id: "b1", title: "One" } })
})

describe("paths and methods", () => {
  it("an unknown path is 404", async () => {
    for (const path of ["/", "/nothing", "/tasks/t1/nothing", "//tasks/t1", "/Tasks/t1", "/tasks/t1/complete/x"]) {
      expect(await ask(path), path).toMatchObject({ status: 404, body: { code: "route-unknown", instance: path } })
    }
  })

  it("a method that a path does not have is 405, and Allow names those it has", async () => {
    expect(await ask("/tasks/t1", { method: "PATCH", json: {} })).toMatchObject({
      status: 405,
      headers: { allow: "GET, PUT, DELETE, HEAD, OPTIONS" },
      body: { code: "method-refused", allowed: ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"] }
    })
    expect((await ask("/tasks/t1/complete")).headers.allow).toBe("POST, OPTIONS")
    expect((await ask("/agents/tasks/b1", { method: "PUT", json: {} })).headers.allow).toBe(
      "GET, PATCH, DELETE, HEAD, OPTIONS"
    )
    expect((await ask("/tasks", { method: "PROPFIND" })).status).toBe(405)
  })

  it("OPTIONS tells the methods, HEAD answers as GET without a body", async () => {
    expect(await ask("/tasks/t1", { method: "OPTIONS" })).toMatchObject({
      status: 204,
      text: "",
      headers: { allow: /PUT/ }
    })
    const [get, head] = [await ask("/tasks/t1"), await ask("/tasks/t1", { method: "HEAD" })]
    expect(head).toMatchObject({
      status: 200,
      text: "",
      headers: { etag: get.headers.etag, "content-length": get.headers["content-length"] }
    })
  })

  it("a path with and without a trailing slash is the same", async () => {
    for (
      const [method, path, json] of [
        ["GET", "/tasks/t1", undefined],
        ["PUT", "/tasks/t1", {}],
        ["GET", "/agents/tasks/b1", undefined],
        ["PATCH", "/agents/tasks/b1", {}],
        ["GET", "/agents/tasks/b1/transitions", undefined]
      ] as const
    ) {
      const [without, with_] = [await ask(path, { method, json }), await ask(`${path}/`, { method, json })]
      expect([without.status, with_.status], path).toEqual([200, 200])
      expect(with_.body).toEqual(without.body)
    }
    expect((await ask("/agents/tasks", { method: "POST", json: { title: "x" } })).status).toBe(201)
  })

  it("an id that cannot be one is 400 and names the parameter", async () => {
    for (const id of ["%00", "a%0Ab", "%7F", ".", "%2E%2E", "name", "board", "a".repeat(256)]) {
      expect(await ask(`/tasks/${id}`), id).toMatchObject({
        status: 400,
        body: { code: "malformed-path", parameter: "task_id" }
      })
    }
    for (const path of ["/tasks/%zz", "/tasks/%ff", `/tasks/${"%61".repeat(5000)}`, "/tasks/t1;x=1"]) {
      expect((await ask(path)).body, path.slice(0, 20)).toMatchObject({ status: 400, code: "malformed-path" })
    }
  })

  it("an id may hold anything else, and is not another record's", async () => {
    for (
      const id of [
        "a/b",
        "a b",
        "é✓🎉",
        "a;b",
        "a?b",
        "a#b",
        "100%",
        "..a",
        "T1",
        "x".repeat(255),
        "✓".repeat(255),
        "a%2Fb"
      ]
    ) {
      const created = await ask("/tasks", { method: "POST", json: { id } })
      expect(created.status, id).toBe(201)
      expect((await ask(created.headers.location!)).body.id).toBe(id)
      expect((await ask(`/tasks/${encodeURIComponent(id)}`)).body.id).toBe(id)
    }
  })

  it("a UUID that is none is 422 with its place", async () => {
    expect((await ask("/api/v1/org/x/project/00000000-0000-0000-0000-000000000000/task-agent/y")).body.detail)
      .toMatchObject([
        { loc: ["path", "org_id"], type: "uuid_parsing", input: "x" },
        { loc: ["path", "task_agent_id"], type: "uuid_parsing", input: "y" }
      ])
  })
})

describe("bodies", () => {
  const put = (raw: string | Uint8Array, headers: Record<string, string> = {}) =>
    ask("/tasks/t1", { method: "PUT", raw, headers })
  const limit = 1_048_576
  const sized = (bytes: number) => `{"task_metadata":{"a":"${"x".repeat(bytes - 26)}"}}`.padEnd(bytes, " ")

  it("one byte beyond the limit is 413, before it is sent and while it is", async () => {
    expect(await put(sized(limit + 1))).toMatchObject({
      status: 413,
      body: { code: "body-too-large", max_bytes: limit }
    })
    expect(await put(sized(limit + 1), { "transfer-encoding": "chunked", "content-length": "" })).toMatchObject({
      status: 413
    })
    expect((await put("{".padEnd(limit, " "))).status).toBe(422)
  })

  it("a body without end is given up at the limit", async () => {
    const socket = Net.connect(server.port(), "127.0.0.1")
    socket.write(
      "PUT /tasks/t1 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    const chunk = `10000\r\n${" ".repeat(65536)}\r\n`
    let answer = ""
    let sent = 0
    await new Promise<void>((resolve) => {
      const more = () => {
        while (!socket.destroyed && sent < 64 * limit && socket.write(chunk)) sent += 65536
      }
      socket.on("drain", more)
      socket.on("data", (data) => (answer += data))
      socket.on("error", () => {})
      socket.on("close", () => resolve())
      more()
    })
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(sent).toBeLessThan(16 * limit)
  })

  it("another media type, charset or encoding is 415", async () => {
    for (
      const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/merge-patch+json",
        "application/json; charset=latin1",
        ""
      ]
    ) {
      expect(await put("{}", { "content-type": type }), type).toMatchObject({
        status: 415,
        headers: { accept: "application/json" },
        body: { code: "media-type-refused" }
      })
    }
    expect((await put("{}", { "content-encoding": "gzip" })).status).toBe(415)
    expect(
      (await put("x", { "content-type": "text/plain", "transfer-encoding": "chunked", "content-length": "" })).status
    ).toBe(415)
  })

  it("JSON in UTF-8 is read, however the header writes it", async () => {
    for (
      const type of [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=\"UTF-8\"",
        "application/json; x=y"
      ]
    ) {
      expect((await put("{}", { "content-type": type })).status, type).toBe(200)
    }
  })

  it("no body where one is needed is missing, and where none is needed is none", async () => {
    const missing = { status: 422, body: { detail: [{ loc: ["body"], type: "missing", input: null }] } }
    expect(await ask("/tasks/t1", { method: "PUT" })).toMatchObject(missing)
    expect(await put("")).toMatchObject(missing)
    expect(await put("", { "transfer-encoding": "chunked", "content-length": "" })).toMatchObject(missing)
    await ask("/tasks", { method: "POST", json: { id: "t2" } })
    expect((await ask("/tasks/t2/complete", { method: "POST" })).status).toBe(200)
  })
})

describe("requests", () => {
  it("have an id that is theirs, or one that is made, in the answer and in the problem", async () => {
    expect((await ask("/tasks/t1", { headers: { "x-request-id": "abc-1" } })).headers["x-request-id"]).toBe("abc-1")
    const { body, headers } = await ask("/tasks/none", { headers: { "x-request-id": "x".repeat(129) } })
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/)
    expect(body.request_id).toBe(headers["x-request-id"])
    expect((await ask("/tasks/t1", { headers: { "x-request-id": "a b" } })).headers["x-request-id"]).toMatch(
      /^[0-9a-f-]{36}$/
    )
  })

  it("of pages that are not of this machine are refused, with the reason", async () => {
    const refused = (reason: string) => ({ status: 403, body: { code: "access-refused", reason } })
    for (
      const host of [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.256",
        "127.0.0",
        "128.0.0.1",
        "::1",
        "[localhost]",
        "[::2]",
        "localhost:x"
      ]
    ) {
      expect(await ask("/tasks/t1", { headers: { host } }), host).toMatchObject(refused("foreign-host"))
    }
    for (
      const origin of [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "ftp://localhost"
      ]
    ) {
      expect(await ask("/tasks/t1", { headers: { origin } }), origin).toMatchObject(refused("foreign-origin"))
    }
    expect(
      (await ask("/tasks/t1", {
        method: "PUT",
        json: { merge_params: { a: 1 } },
        headers: { origin: "https://evil.example" }
      })).status
    ).toBe(403)
    expect((await ask("/tasks/t1")).headers.etag).toBe("\"1\"")
  })

  it("of this machine are let in", async () => {
    for (
      const host of [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.2:80",
        "127.255.255.254",
        "[::1]",
        "[::1]:8080"
      ]
    ) {
      expect((await ask("/tasks/t1", { headers: { host } })).status, host).toBe(200)
    }
    for (const origin of ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8080"]) {
      expect((await ask("/tasks/t1", { headers: { origin } })).status, origin).toBe(200)
    }
  })
})

describe("a header that says nothing to an operation", () => {
  it("a change under a condition that its operation does not heed is refused by the condition's name, and nothing is done", async () => {
    for (
      const [header, method, path, json] of [
        ["If-Match", "POST", "/tasks", { id: "t9" }],
        ["Rebase-From", "POST", "/tasks", { id: "t9" }],
        ["Rebase-From", "POST", "/tasks/t1/complete", undefined],
        ["Rebase-From", "DELETE", "/tasks/t1", undefined],
        ["Revision-Base", "PUT", "/tasks/t1", { merge_params: { a: 1 } }],
        ["Revision-Annotation", "PATCH", "/agents/tasks/b1", { title: "Two" }]
      ] as const
    ) {
      expect(await ask(path, { method, json, headers: { [header.toLowerCase()]: "\"1\"" } })).toMatchObject({
        status: 400,
        body: { code: "malformed-header", header }
      })
    }
    expect((await ask("/tasks/t9")).status).toBe(404)
    expect((await ask("/tasks/t1")).headers.etag).toBe("\"1\"")
    expect((await ask("/agents/tasks/b1")).body.title).toBe("One")
  })

  it("a read is answered whatever it asks for", async () => {
    expect((await ask("/tasks/t1", { headers: { "idempotency-key": "k", "dry-run": "true" } })).status).toBe(200)
  })
})

describe("a store that is away", () => {
  const gone = Effect.fail(new RecordStore.StoreUnavailable({ message: "SELECT secret FROM passwords" }))
  const away = Layer.provideMerge(
    Layer.succeed(RecordStore.RecordStore)({
      commit: () => gone,
      get: () => gone,
      find: () => gone,
      count: () => gone,
      reach: () => gone,
      history: () => gone,
      past: () => gone,
      recall: () => gone,
      remember: () => gone,
      ping: gone
    }),
    MemoryStore.layer()
  )
  const logged: Array<string> = []
  const extra = Layer.succeed(Logger.CurrentLoggers)(
    new Set([Logger.map(Logger.formatJson, (line) => void logged.push(line))])
  )
  const { ask } = testServer({}, { store: away, extra })

  it("is 503 with Retry-After, tells nothing of the inside, and is logged with the id of the request", async () => {
    for (
      const [method, path, json] of [
        ["GET", "/tasks/t1", undefined],
        ["PUT", "/tasks/t1", {}],
        ["POST", "/tasks", {}],
        ["GET", "/health/ready", undefined]
      ] as const
    ) {
      const reply = await ask(path, { method, json, headers: { "x-request-id": `away-${path}` } })
      expect(reply, path).toMatchObject({
        status: 503,
        headers: { "retry-after": "1" },
        body: { code: "store-unavailable" }
      })
      expect(reply.text).not.toContain("SELECT")
      expect(JSON.parse(logged.at(-1)!)).toEqual({
        level: "WARN",
        message: `${method} ${path} was not done: SELECT secret FROM passwords`,
        annotations: {
          request_id: `away-${path}`,
          status: 503,
          route: path.replace("t1", ":task_id"),
          duration_ms: expect.any(Number)
        },
        spans: {},
        timestamp: expect.any(String),
        fiberId: expect.any(String)
      })
    }
    expect((await ask("/health/live")).status).toBe(200)
  })
})

describe("a defect", () => {
  const broken = Effect.die(new Error("SELECT secret FROM passwords"))
  const defective = Layer.provideMerge(
    Layer.succeed(RecordStore.RecordStore)({
      commit: () => broken,
      get: () => broken,
      find: () => broken,
      count: () => broken,
      reach: () => broken,
      history: () => broken,
      past: () => broken,
      recall: () => broken,
      remember: () => broken,
      ping: broken
    }),
    MemoryStore.layer()
  )
  const logged: Array<string> = []
  const extra = Layer.succeed(Logger.CurrentLoggers)(
    new Set([Logger.map(Logger.formatJson, (line) => void logged.push(line))])
  )
  const { ask } = testServer({}, { store: defective, extra })

  it("is 500 with the id of the request and nothing of the inside, which the log has", async () => {
    const reply = await ask("/tasks/t1", { headers: { "x-request-id": "defect-1" } })
    expect(reply).toMatchObject({ status: 500, body: { code: "internal-error", request_id: "defect-1" } })
    expect(reply.text).not.toContain("SELECT")
    expect(logged.at(-1)).toContain("SELECT secret")
    expect(logged.at(-1)).toContain("\"request_id\":\"defect-1\"")
  })
})
