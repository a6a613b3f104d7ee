/** Whoever asks for it is given what the services gave, with nothing left out. */
import type { Task } from "@emend/domain"
import { wholeAnswers, wholeType } from "@emend/http-api/operations"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
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
