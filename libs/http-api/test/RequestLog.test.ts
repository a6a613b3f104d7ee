/** What is logged of requests, and what never is. */
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { beforeEach, describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"

const logged: Array<string> = []
const extra = Layer.succeed(Logger.CurrentLoggers)(
  new Set([Logger.map(Logger.formatJson, (line) => void logged.push(line))])
)

beforeEach(() => void (logged.length = 0))

describe("where all requests are logged", () => {
  const { ask } = testServer({ logRequests: "all" }, { extra })

  it("each is one line with its id, status, route and time, whether it was carried out or refused", async () => {
    const headers = { "x-request-id": "abc" }
    await ask("/tasks", { method: "POST", json: { id: "t1" }, headers })
    await ask("/tasks/t1", { method: "PUT", json: { status: "RUNNING" }, headers })
    await ask("/nothing", { headers })
    await ask("/health/live", { headers: { ...headers, host: "evil.example" } })
    const line = (message: string, status: number, route?: string) => ({
      level: "INFO",
      message,
      annotations: {
        request_id: "abc",
        status,
        duration_ms: expect.any(Number),
        ...(route === undefined ? undefined : { route })
      },
      spans: {},
      timestamp: expect.any(String),
      fiberId: expect.any(String)
    })
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      line("POST /tasks", 201, "/tasks"),
      line("PUT /tasks/t1", 422, "/tasks/:task_id"),
      line("GET /nothing", 404),
      line("GET /health/live", 403)
    ])
  })

  it("the line holds nothing of the body, the query or the headers", async () => {
    await ask("/tasks?task_metadata=secret", {
      method: "POST",
      json: { params: { key: "secret" } },
      headers: { authorization: "Bearer secret", cookie: "secret", "change-reason": "secret" }
    })
    expect(logged).toHaveLength(1)
    expect(logged[0]).not.toContain("secret")
  })
})

describe("where failures are logged", () => {
  const { ask } = testServer({ logRequests: "failures" }, { extra })

  it("nothing is said of what was carried out, or refused for what the client sent", async () => {
    await ask("/tasks", { method: "POST", json: {} })
    await ask("/tasks/none")
    await ask("/tasks", { method: "POST", json: { id: 1 } })
    expect(logged).toEqual([])
  })
})
