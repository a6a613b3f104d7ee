/** Whoever asks for it is given what the services gave, with nothing left out. */
import type { Task } from "@emend/domain"
import { wholeAnswers, wholeType } from "@emend/http-api/operations"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { type Ask, ask as askUnchecked, testServer } from "./TestServer.ts"

const { ask, port } = testServer()
const accept = `${wholeType}, application/problem+json`

const whole = async (path: string, options: Ask = {}) => {
  // The document describes the other form.
  const reply = await askUnchecked(port(), path, { ...options, headers: { accept, ...options.headers } })
  expect(reply.headers["content-type"]).toBe(wholeType)
  expect(reply.headers["vary"]).toBe("accept")
  expect(reply.headers["etag"]).toBeUndefined()
  return reply
}

const fits = (schema: Schema.Codec<any, any>, value: unknown) =>
  Schema.decodeUnknownSync(schema, { onExcessProperty: "error" })(value)

it("what is not asked for whole is answered as ever", async () => {
  await ask("/tasks", { method: "POST", json: { id: "plain" } })
  for (const accept of ["", "*/*", "application/json", "application/*", `${wholeType}x`]) {
    const reply = await ask("/tasks/plain", { headers: { accept } })
    expect([reply.headers["content-type"], reply.headers["etag"], reply.body.id]).toEqual([
      "application/json",
      "\"1\"",
      "plain"
    ])
  }
})

it("a change tells whether it changed anything, and a deletion what it left", async () => {
  const made = await whole("/tasks", { method: "POST", json: { id: "t1", params: { a: 1 } } })
  expect([made.status, made.headers["location"]]).toEqual([201, "/tasks/t1"])
  fits(wholeAnswers.tasks.create, made.body)
  const same = await whole("/tasks/t1", { method: "PUT", json: { merge_params: { a: 1 } } })
  expect(same.body).toEqual({ ...made.body, changed: false })
  const dry = await whole("/tasks/t1", {
    method: "PUT",
    json: { merge_params: { a: 2 } },
    headers: { "dry-run": "true" }
  })
  expect([dry.body.version, dry.body.changed, dry.body.changes]).toEqual([1, true, 1])
  const gone = await whole("/tasks/t1?reason=old", { method: "DELETE" })
  fits(wholeAnswers.tasks.remove, gone.body)
  expect([gone.body.changed, gone.body.state.status, gone.body.state.status_reason]).toEqual([true, "DELETED", "old"])
  await ask("/agents/tasks/", { method: "POST", json: { id: "b1", title: "Work" } })
  const removed = await whole("/agents/tasks/b1", { method: "DELETE" })
  fits(wholeAnswers.board.remove, removed.body)
  expect([removed.status, removed.body.version, removed.body.state.is_deleted]).toEqual([200, 2, true])
})

it("a tracker has the number of its event, a history what takes each change back", async () => {
  await ask("/tasks", { method: "POST", json: { id: "t2" } })
  const tracker = await whole("/tasks/t2/agents/a", { method: "POST" })
  fits(wholeAnswers.trackers.assign, tracker.body)
  expect(tracker.body.created).toBe(true)
  const { body: event } = await ask("/tasks/t2/events", { method: "POST", json: { agent_id: "a", content: 1 } })
  const path = `/tracker/${tracker.body.state.id}`
  await ask(path, { method: "PUT", json: { status: "busy", last_processed_event_id: event.id } })
  const now = await whole(path)
  fits(wholeAnswers.trackers.get, now.body)
  expect(now.body.state.last_processed_event_id).toEqual({ sequence: 1, id: event.id })
  const { body: history } = await whole(`${path}/history`)
  fits(wholeAnswers.trackers.history, history)
  expect(history[0].inverse).toEqual({ status: { set: null } })
  const restored = await whole(`${path}/restore`, { method: "POST", json: { version: 1 } })
  fits(wholeAnswers.trackers.restore, restored.body)
  expect(restored.body.leftAlone).toEqual(["last_processed_event_id"])
})

it("each record of a list has its version and its place", async () => {
  for (const id of ["l1", "l2", "l3"]) await ask("/tasks", { method: "POST", json: { id, task_metadata: { list: 1 } } })
  const query = `task_metadata=${encodeURIComponent("{\"list\":1}")}&order_by=id&order_direction=asc`
  const { body, headers } = await whole(`/tasks?${query}&limit=2`)
  fits(wholeAnswers.tasks.list, body)
  expect(headers["link"]).toContain("rel=\"next\"")
  const places = body.map(({ state, version }: { state: Task.Task; version: number }) => [state.id, version])
  expect(places).toEqual([["l1", 1], ["l2", 1]])
  const rest = await whole(`/tasks?${query}&cursor=${encodeURIComponent(body[0].cursor)}`)
  expect(rest.body.map(({ state }: { state: Task.Task }) => state.id)).toEqual(["l2", "l3"])
})

it("a task that is read has its agents where they are asked for", async () => {
  await ask("/tasks", { method: "POST", json: { id: "t3", name: "three", agent_ids: ["a"] } })
  const agents = [{ id: "a", name: null, created_at: expect.any(String) }]
  for (const path of ["/tasks/t3", "/tasks/name/three"]) {
    const plain = await whole(path)
    const { body } = await whole(`${path}?relationships=agents`, { headers: { "if-none-match": "\"1\"" } })
    fits(wholeAnswers.tasks.get, body)
    expect(body).toEqual({ ...plain.body, agents })
  }
})

it("a refusal is a problem in this form too", async () => {
  const reply = await ask("/tasks/none", { headers: { accept } })
  expect([reply.status, reply.headers["content-type"], reply.body.code]).toEqual([
    404,
    "application/problem+json",
    "record-missing"
  ])
})

describe("what a sender says that its key belongs to", () => {
  const hash = (digit: string) => digit.repeat(64)
  const said = (scope: string, request: string) => ({
    "idempotency-key": "said",
    "idempotency-request": `${hash(scope)}.${hash(request)}`
  })
  const merge = (id: string, key: string, headers: Record<string, string>) =>
    askUnchecked(port(), `/tasks/${id}`, {
      method: "PUT",
      json: { merge_params: { [key]: 1 } },
      headers: { accept, ...headers }
    })

  it("is what it belongs to: of whatever requests say the same, the first is carried out and answered again", async () => {
    for (const id of ["s1", "s2"]) await ask("/tasks", { method: "POST", json: { id } })
    const first = await merge("s1", "a", said("a", "1"))
    const again = await merge("s2", "b", said("a", "1"))
    expect([first.status, again.headers["idempotent-replayed"]]).toEqual([200, "true"])
    expect(again.body).toEqual(first.body)
    expect((await merge("s2", "b", said("a", "2"))).status).toBe(422)
    expect((await merge("s2", "b", said("b", "1"))).body.state.params).toEqual({ b: 1 })
  })

  it("is heard in requests for whole answers alone, and only as two hashes", async () => {
    await ask("/tasks", { method: "POST", json: { id: "s3" } })
    const { "idempotency-request": request } = said("c", "1")
    for (const malformed of ["", "x", hash("a"), `${request}0`, request.replace(".", " "), request.toUpperCase()]) {
      const reply = await merge("s3", "a", { "idempotency-key": "m", "idempotency-request": `${malformed} ` })
      expect([malformed, reply.status, reply.body.header]).toEqual([malformed, 400, "Idempotency-Request"])
    }
    const served = (key: string) => merge("s3", key, { ...said("c", "1"), accept: "application/json" })
    expect([(await served("a")).status, (await served("b")).status]).toEqual([200, 422])
  })
})
