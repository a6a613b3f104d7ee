/** What a hostile request costs: an answer of bounded size, work in proportion to what was sent, and bounded time. */
import { RecordStore } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Net from "node:net"
import { describe, expect, it } from "vitest"
import * as Excerpt from "../src/Excerpt.ts"
import { type Ask, testServer } from "./TestServer.ts"

const server = testServer()
const { ask } = server

const project =
  "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
const agent = { name: "A", instruction: "i", llm_model_id: "00000000-0000-4000-8000-00000000000a" }
const big = "k".repeat(200_000)
const many = (count: number, item: string): string => `[${Array(count).fill(item).join()}]`
const unknown = JSON.stringify(Object.fromEntries(Array.from({ length: 80_000 }, (_, i) => [`k${i}`, 1])))

describe("a body that is wrong in very many places", () => {
  const rows: ReadonlyArray<readonly [what: string, path: string, raw: string]> = [
    ["numbers beyond every double", "/tasks", `{"params":{"a":${many(170_000, "1e999")}}}`],
    ["numbers below a key of 200,000 characters", "/tasks", `{"params":{"${big}":${many(20_000, "1e999")}}}`],
    ["NUL characters below such a key", "/tasks", `{"params":{"${big}":${many(80_000, "\"\\u0000\"")}}}`],
    ["unknown keys", "/tasks", unknown],
    [
      "long unknown keys",
      "/tasks",
      `{${Array.from({ length: 100 }, (_, i) => `"${i}${"x".repeat(9000)}":1`).join()},"z":1}`
    ],
    ["nulls as task tools", project, JSON.stringify({ ...agent, task_tools: Array(200_000).fill(null) })],
    ["empty task tools", project, JSON.stringify({ ...agent, task_tools: Array(300_000).fill({}) })],
    ["numbers as agents", "/tasks", JSON.stringify({ agent_ids: Array(250_000).fill(1) })],
    ["deep keys of control characters", "/tasks", deepKeys()]
  ]
  for (const [what, path, raw] of rows) {
    it(`${what}: 100 errors at most are told, and that there are more`, async () => {
      const { body, status, text } = await ask(path, { method: "POST", raw })
      expect(status, text.slice(0, 300)).toBe(422)
      expect(text.length).toBeLessThan(2 * Excerpt.maxLength)
      expect(body.detail.length).toBeLessThanOrEqual(Excerpt.maxErrors + 1)
      expect(body.detail.at(-1)).toMatchObject({
        loc: [],
        type: "value_error",
        ctx: { told: body.detail.length - 1 }
      })
      for (const text of texts(body.detail)) expect(text.length).toBeLessThanOrEqual(Excerpt.maxText + 1)
    })
  }

  it("a list that is too long is told as such, and what else is wrong with the body too", async () => {
    const raw = JSON.stringify({ ...agent, task_tools: Array(1500).fill({ task_id: "t" }), nothing: 1 })
    expect((await ask(project, { method: "POST", raw })).body.detail).toMatchObject([
      { loc: ["body", "nothing"], type: "extra_forbidden" },
      {
        loc: ["body", "task_tools"],
        type: "too_long",
        ctx: { field_type: "List", max_length: 1000, actual_length: 1500 }
      }
    ])
  })

  it("a list of the greatest length is taken, also one in a list", async () => {
    const json = {
      ...agent,
      task_tools: Array.from({ length: 1000 }, (_, i) => ({ task_id: `t${i}` })),
      mcp_servers: [{ task_mcp_server_id: "m", allowed_tool_ids: Array(1000).fill("a") }]
    }
    expect((await ask(project, { method: "POST", json })).status).toBe(201)
    const more = { ...agent, mcp_servers: [{ task_mcp_server_id: "m", allowed_tool_ids: Array(1001).fill("a") }] }
    expect((await ask(project, { method: "POST", json: more })).body.detail).toMatchObject([
      { loc: ["body", "mcp_servers", 0, "allowed_tool_ids"], type: "too_long" }
    ])
  })
})

describe("an excerpt", () => {
  const error = (loc: ReadonlyArray<string>) => ({ loc, msg: "m", type: "t" })

  it("of a hundred errors is these errors, of one more it is a hundred and that there are more", () => {
    const all = Array.from({ length: 101 }, (_, i) => error([String(i)]))
    expect(Excerpt.of(all.slice(1))).toEqual(all.slice(1))
    expect(Excerpt.of(all)).toEqual([...all.slice(0, 100), expect.objectContaining({ ctx: expect.anything() })])
  })

  it("cuts no surrogate pair in two", () => {
    for (const text of ["✓".repeat(300), "🎉".repeat(300), `a${"🎉".repeat(300)}`]) {
      const short = Excerpt.cutText(text)
      expect(short.isWellFormed()).toBe(true)
      expect(short.at(-1)).toBe("…")
      expect(text.startsWith(short.slice(0, -1))).toBe(true)
      expect([255, 256]).toContain(short.length - 1)
    }
    expect(Excerpt.cutText("x".repeat(256))).toBe("x".repeat(256))
  })
})

it("a number of 900,000 digits is refused: a pattern tried anew at each zero would not end within this test", async () => {
  const reply = await ask("/tasks", { method: "POST", raw: `{"params":{"a":1.${"0".repeat(900_000)}1}}` })
  expect(reply.body.detail).toMatchObject([{ loc: ["body", "params", "a"], type: "value_error" }])
  expect(reply.text.length).toBeLessThan(1000)
})

describe("a query", () => {
  it("writes an integer in digits", async () => {
    for (const limit of ["1e2", "0x10", "1.0", "%2B5", "", "Infinity", "1_0", "%D9%A1"]) {
      const { body, status } = await ask(`/events?task_id=t&agent_id=a&limit=${limit}`)
      expect({ status, detail: body.detail }, limit).toMatchObject({
        status: 422,
        detail: [{ loc: ["query", "limit"], type: "int_parsing" }]
      })
    }
    for (const limit of ["-5", "0"]) {
      expect((await ask(`/events?task_id=t&agent_id=a&limit=${limit}`)).body.detail).toMatchObject([{
        type: "greater_than_equal"
      }])
    }
  })
})

describe("a connection", () => {
  it("is closed after a chunked body that is too large, and the answer says so", async () => {
    const raw = " ".repeat(1_048_577)
    const chunked: Ask["headers"] = { "transfer-encoding": "chunked", "content-length": "", connection: "keep-alive" }
    expect(await ask("/tasks", { method: "POST", raw, headers: chunked! })).toMatchObject({
      status: 413,
      headers: { connection: "close" }
    })
  })

  it("on which a request names two hosts, two callers or two media types is refused", async () => {
    for (const [name, other] of [["Host", "evil.example"], ["Authorization", "a"], ["Content-Type", "text/plain"]]) {
      const socket = Net.connect(server.port(), "127.0.0.1")
      socket.write(
        "POST /tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: b\r\nContent-Type: application/json\r\n" +
          `${name!.toLowerCase()}: ${other}\r\nContent-Length: 2\r\n\r\n{}`
      )
      let answer = ""
      for await (const chunk of socket) answer += chunk
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toContain("\"code\":\"malformed-header\"")
      expect(answer).toContain(`"header":"${name}"`)
    }
  })
})

describe("a store that never answers", () => {
  const never = Effect.never
  const hung = Layer.provideMerge(
    Layer.succeed(RecordStore.RecordStore)({
      // Not even an interruption is answered.
      commit: () => Effect.uninterruptible(never),
      get: () => Effect.uninterruptible(never),
      find: () => never,
      count: () => never,
      reach: () => never,
      history: () => never,
      past: () => never,
      recall: () => never,
      remember: () => never,
      ping: Effect.uninterruptible(never)
    }),
    MemoryStore.layer()
  )
  const { ask } = testServer({ requestMillis: 2, readyMillis: 1 }, { store: hung })

  it("is 503 with Retry-After after the time that a request has, and says that a write may have happened", async () => {
    for (
      const [method, path, json, limit_ms] of [
        ["GET", "/tasks/t1", undefined, 2],
        ["PUT", "/tasks/t1", {}, 2],
        ["POST", "/tasks", {}, 2],
        ["GET", "/health/ready", undefined, 1]
      ] as const
    ) {
      expect(await ask(path, { method, json }), path).toMatchObject({
        status: 503,
        headers: { "retry-after": "1" },
        body: { code: "took-too-long", limit_ms, detail: expect.stringContaining("unknown") }
      })
    }
    expect((await ask("/health/live")).status).toBe(200)
  })
})

describe("a store that ends what it does by itself", () => {
  const ended = Layer.effect(RecordStore.RecordStore)(
    Effect.map(RecordStore.RecordStore, (store) => ({ ...store, get: () => Effect.interrupt }))
  ).pipe(Layer.provideMerge(MemoryStore.layer()))
  const servers = [true, false].map((general) => testServer({}, { store: ended, general }))

  it("is answered all the same, whichever way the request goes", async () => {
    const replies = await Promise.all(servers.map((server) => fetch(`http://127.0.0.1:${server.port()}/tasks/t1`)))
    expect(replies.map(({ status }) => status)).toEqual([503, 503])
    expect(servers.map(({ taken }) => taken())).toEqual([0, 1])
  })
})

/** A hundred and one errors, each below thirty keys of characters that JSON writes long. */
function deepKeys(): string {
  const key = `"${"\\u0001".repeat(2000)}"`
  return `{"params":${`{${key}:`.repeat(60)}${many(101, "1e999")}${"}".repeat(60)}}`
}

/** All texts in a JSON value. */
function texts(value: unknown): ReadonlyArray<string> {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : []
}
