/** A request with a key is carried out once, and what is wrong with a key is told. */
import { createConnection } from "node:net"
import { beforeAll, expect, it } from "vitest"
import { type Ask, type Reply, testServer } from "./TestServer.ts"

const { ask, port } = testServer()
const project =
  "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
const agent = { name: "A", instruction: "i", llm_model_id: "00000000-0000-4000-8000-00000000000a" }

const post = (path: string, json?: unknown, key?: string) =>
  ask(path, { method: "POST", json, ...(key === undefined ? undefined : { headers: { "idempotency-key": key } }) })
const told = ({ body, headers, status }: Reply) => ({
  status,
  etag: headers.etag,
  location: headers.location,
  body: body?.request_id === undefined ? body : { ...body, request_id: "" }
})
const replayed = ({ headers }: Reply) => headers["idempotent-replayed"]

beforeAll(async () => {
  await post("/tasks", { id: "t1", params: { a: 1 } })
})

it("what is no key is 422, all errors at once, and nothing is done", async () => {
  const refused = [
    ["", "string_too_short"],
    ["x".repeat(256), "string_too_long"],
    ["a b", "string_pattern_mismatch"],
    ["a\tb", "string_pattern_mismatch"],
    ["é", "string_pattern_mismatch"]
  ] as const
  for (const [key, type] of refused) {
    const { body, status } = await send("PUT", "/tasks/t1", { merge_params: [] }, [`idempotency-key: ${key}`])
    expect([key, status]).toEqual([key, 422])
    expect(body.detail).toEqual([
      expect.objectContaining({ loc: ["header", "idempotency-key"], type }),
      expect.objectContaining({ loc: ["body", "merge_params"] })
    ])
  }
  const { body, status } = await send("PUT", "/tasks/t1", { merge_params: { a: 2 } }, [
    "idempotency-key: one",
    "Idempotency-Key: two"
  ])
  expect([status, body.detail[0].type]).toEqual([422, "string_pattern_mismatch"])
  expect((await ask("/tasks/t1")).headers.etag).toBe("\"1\"")
  expect((await post("/tasks", {}, "x".repeat(255))).status).toBe(201)
})

it("a key that came with what was wrong is free", async () => {
  expect((await post("/tasks", { params: [] }, "mended")).status).toBe(422)
  const made = await post("/tasks", { params: {} }, "mended")
  expect([made.status, replayed(made)]).toEqual([201, undefined])
})

it("the same request is the same in whatever order and spelling it comes", async () => {
  const first = await post("/tasks/t1/agents/a%2Fb", { name: "n" }, "spelled")
  const again = await post("/tasks/t1/agents/%61%2fb/", { name: "n" }, "spelled")
  expect([first.status, replayed(first), replayed(again)]).toEqual([201, undefined, "true"])
  expect(told(again)).toEqual(told(first))
  const headers = { "idempotency-key": "ordered", "change-reason": "x" }
  const one = await ask("/tasks", {
    method: "POST",
    raw: `{"name":"o","params":{"a":1,"b":[]}}`,
    headers: json(headers)
  })
  const two = await ask("/tasks", {
    method: "POST",
    raw: `{"params":{"b":[],"a":1.0},"name":"o"}`,
    headers: json(headers)
  })
  expect(told(two)).toEqual(told(one))
  expect(replayed(two)).toBe("true")
})

it("another body, condition or reason is another request", async () => {
  const asked = (more: Ask) => {
    const headers = { "idempotency-key": "other", "if-match": "\"1\"", ...more.headers }
    return ask("/tasks/t1", { method: "PUT", json: { merge_params: { b: 1 } }, ...more, headers })
  }
  expect((await asked({})).status).toBe(200)
  for (
    const more of [
      { json: { merge_params: { b: 2 } } },
      { json: {} },
      { headers: { "if-match": "*" } },
      { headers: { "change-reason": "x" } },
      { headers: { "rebase-from": "\"1\"" } }
    ]
  ) {
    const { body, status } = await asked(more)
    expect([status, body.detail[0].loc]).toEqual([422, ["header", "idempotency-key"]])
  }
  const again = await asked({})
  expect([again.status, again.headers.etag, replayed(again)]).toEqual([200, "\"2\"", "true"])
  // On another path the key is another one.
  expect(await ask("/tasks/t1", { method: "DELETE", headers: { "idempotency-key": "other", "if-match": "\"1\"" } }))
    .toMatchObject({ status: 412 })
})

it("a retried edit of an agent makes one revision and says where it is", async () => {
  const path = (await post(project, agent)).headers.location!
  const edit = () => post(path, { instruction: "j" }, "edit")
  const first = await edit()
  expect(first.headers.location).toMatch(/\/revision\//)
  await post(path, { instruction: "k" })
  expect(told(await edit())).toEqual(told(first))
  expect((await ask(path)).body.revisions.length).toBe(3)
  expect((await ask(path, { method: "DELETE" })).status).toBe(204)
  expect(told(await edit())).toEqual(told(first))
})

it("a read pays no heed to a key, and a rehearsal uses none", async () => {
  const headers = { "idempotency-key": "read me" }
  expect((await ask("/tasks/t1", { headers })).status).toBe(200)
  const { headers: { changes } } = await ask("/tasks", {
    method: "POST",
    json: { name: "dry" },
    headers: { "idempotency-key": "dry", "dry-run": "true" }
  })
  expect(changes).toBeDefined()
  expect(replayed(await post("/tasks", { name: "dry" }, "dry"))).toBeUndefined()
})

it("of many requests with one key at once one is carried out", async () => {
  const event = { agent_id: "a/b", content: 1 }
  const requests = [
    ["/tasks", { name: "race" }, 201],
    ["/tasks/t1/events", event, 201],
    ["/tasks/t1/complete", { reason: "done" }, 200]
  ] as const
  for (const [path, json, status] of requests) {
    const replies = await Promise.all(Array.from({ length: 20 }, () => post(path, json, "race")))
    const done = replies.filter((reply) => reply.status === status)
    expect(done.filter((reply) => replayed(reply) === undefined).length).toBe(1)
    for (const reply of done) expect(told(reply)).toEqual(told(done[0]!))
    for (const reply of replies.filter((reply) => reply.status !== status)) {
      expect(reply).toMatchObject({
        status: 409,
        body: { code: "key-in-use" },
        headers: { "x-should-retry": "true", "retry-after": "1" }
      })
    }
    expect(told(await post(path, json, "race"))).toEqual(told(done[0]!))
  }
  expect((await ask("/events?task_id=t1&agent_id=a%2Fb")).body.length).toBe(1)
})

const json = (headers: Record<string, string>) => ({ "content-type": "application/json", ...headers })

/** Sends headers as they are: a client may send one twice. */
const send = (method: string, path: string, body: unknown, lines: ReadonlyArray<string>) =>
  new Promise<{ readonly status: number; readonly body: any }>((resolve, reject) => {
    const text = JSON.stringify(body)
    const head = [
      `${method} ${path} HTTP/1.1`,
      "host: localhost",
      "connection: close",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(text)}`,
      ...lines
    ]
    const socket = createConnection(
      port(),
      "127.0.0.1",
      () => socket.end(`${head.join("\r\n")}\r\n\r\n${text}`, "latin1")
    )
    const chunks: Array<Buffer> = []
    socket.on("data", (chunk) => chunks.push(chunk))
    socket.on("error", reject)
    socket.on("end", () => {
      const [start, answer] = Buffer.concat(chunks).toString().split("\r\n\r\n") as [string, string]
      resolve({ status: Number(start.split(" ")[1]), body: JSON.parse(answer) })
    })
  })
