/** What a client is told when it cleans a task, and of the task afterwards. */
import { describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()

const done = async (id: string) => {
  await ask("/tasks", { method: "POST", json: { id, params: { a: "secret" }, agent_ids: ["ag"] } })
  await ask(`/tasks/${id}/events`, { method: "POST", json: { agent_id: "ag", content: "secret" } })
  await ask(`/tasks/${id}/complete`, { method: "POST", json: { reason: "secret" } })
}
const clean = (id: string, headers = {}) => ask(`/tasks/${id}/clean`, { method: "POST", headers })

describe("POST /tasks/{task_id}/clean", () => {
  it("is refused while the task runs, and for another version, and then nothing is done", async () => {
    await ask("/tasks", { method: "POST", json: { id: "c1", params: { a: 1 } } })
    expect(await clean("c1")).toMatchObject({
      status: 409,
      headers: { "x-should-retry": "false" },
      body: { code: "status-refused", status: 409, detail: "The status is RUNNING; nothing was done" }
    })
    await ask("/tasks/c1/interrupt", { method: "POST" })
    expect((await clean("c1", { "if-match": "\"1\"" })).status).toBe(412)
    expect((await clean("c1", { "if-match": "1" })).status).toBe(400)
    expect((await clean("c1", { "dry-run": "perhaps" })).status).toBe(400)
    expect((await ask("/tasks/c1")).body).toMatchObject({ params: { a: 1 }, cleaned_at: null })
    expect((await clean("none")).status).toBe(404)
    expect((await clean("%00")).status).toBe(400)
    expect((await ask("/tasks/c1/clean")).status).toBe(405)
  })

  it("takes a body that it has no use for", async () => {
    await done("c2")
    for (const raw of ["{}", "", "nonsense"]) {
      expect((await ask("/tasks/c2/clean", { method: "POST", raw })).status).toBe(200)
    }
  })

  it("leaves what a version was unknown, and every read of the task possible", async () => {
    await done("c3")
    expect((await clean("c3", { "dry-run": "true" })).headers).toMatchObject({ changes: "3", etag: "\"2\"" })
    const { body, headers } = await clean("c3")
    expect([headers.etag, body.params, body.status_reason]).toEqual(["\"3\"", null, null])
    const uses = [
      ask("/tasks/c3?version=1"),
      ask("/tasks/c3/diff?from=1"),
      ask("/tasks/c3/restore", { method: "POST", json: { version: 2 } }),
      ask("/tasks/c3/undo", { method: "POST", json: { revision: 2 } }),
      ask("/tasks/c3", { method: "PUT", json: { merge_params: { a: 1 } }, headers: { "rebase-from": "\"1\"" } })
    ]
    for (const reply of await Promise.all(uses)) {
      expect(reply).toMatchObject({ status: 409, body: { code: "redacted", present: 3 } })
      expect(reply.headers["x-should-retry"]).toBe("false")
    }
    for (const path of ["", "?version=3", "/history", "/diff?from=3"]) {
      const reply = await ask(`/tasks/c3${path}`)
      expect(reply.status).toBe(200)
      expect(reply.text).not.toContain("secret")
    }
    expect((await ask("/events?task_id=c3&agent_id=ag")).body).toMatchObject([{ sequence_id: 1, content: null }])
  })

  it("leaves nothing that a key remembers to be told again", async () => {
    const keyed = (method: string, path: string, json?: object) =>
      ask(path, { method, json, headers: { "idempotency-key": `${method}-${path}` } })
    const uses = () => [
      () => keyed("POST", "/tasks", { id: "c5", params: { a: "secret" }, agent_ids: ["ag"] }),
      () => keyed("PUT", "/tasks/c5", { task_metadata: { m: "secret" } }),
      () => keyed("POST", "/tasks/c5/events", { agent_id: "ag", content: "secret" }),
      () => keyed("POST", "/tasks/c5/interrupt", { reason: "secret" })
    ]
    for (const use of uses()) expect((await use()).status).toBeLessThan(300)
    for (const use of uses()) expect((await use()).headers["idempotent-replayed"]).toBe("true")
    expect((await keyed("POST", "/tasks/c5/clean")).status).toBe(200)
    for (const use of uses()) expect(await use()).toMatchObject({ status: 409, body: { code: "redacted" } })
    expect(await keyed("POST", "/tasks/c5/clean")).toMatchObject({ status: 200, headers: { etag: "\"4\"" } })
  })

  it("reaches a deleted task, which stays missing to everything else", async () => {
    await done("c4")
    await ask("/tasks/c4", { method: "DELETE" })
    expect(await clean("c4")).toMatchObject({ status: 200, body: { status: "DELETED", params: null } })
    expect((await ask("/tasks/c4")).status).toBe(404)
  })
})

it("POST /tasks/{task_id}/clean, and the task afterwards", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/tasks", {
    json: { id: "g1", name: "report", params: { customer: "Ada", model: "a" }, agent_ids: ["ag"] },
    headers: { "change-reason": "Ada asked" }
  })
  await exchange("PUT", "/tasks/g1", { json: { merge_params: { customer: "Eve" }, task_metadata: { team: "x" } } })
  const { body: tracker } = await exchange("POST", "/tasks/g1/agents/ag")
  await exchange("PUT", `/tracker/${tracker.id}`, { json: { status: "reads of Ada" } })
  const { body: event } = await exchange("POST", "/tasks/g1/events", {
    json: { agent_id: "ag", content: { text: "Ada is ill" } }
  })
  await exchange("POST", "/tasks/g1/clean")
  await exchange("POST", "/tasks/g1/complete", { json: { reason: "Ada is well" } })
  await exchange("POST", "/tasks/g1/clean", { headers: { "dry-run": "true" } })
  await exchange("POST", "/tasks/g1/clean", { headers: { "change-reason": "30 days are over" } })
  await exchange("POST", "/tasks/g1/clean")
  await exchange("GET", "/tasks/g1/history")
  await exchange("GET", "/tasks/g1?version=2")
  await exchange("GET", "/tasks/g1/diff?from=2")
  await exchange("POST", "/tasks/g1/restore", { json: { version: 2 } })
  await exchange("POST", "/tasks/g1/undo", { json: { revision: 2 } })
  const rebased = { json: { merge_params: { customer: "Bob" } }, headers: { "rebase-from": "\"2\"" } }
  await exchange("PUT", "/tasks/g1", rebased)
  await exchange("PUT", "/tasks/name/report", rebased)
  await exchange("GET", `/events/${event.id}`)
  const path = `/tracker/${tracker.id}`
  await exchange("GET", path)
  await exchange("GET", `${path}?version=2`)
  await exchange("GET", `${path}/diff?from=2`)
  await exchange("POST", `${path}/restore`, { json: { version: 2 } })
  await exchange("POST", `${path}/undo`, { json: { revision: 2 } })
  await exchange("PUT", path, { json: { status: "done" }, headers: { "rebase-from": "\"1\"" } })
  await expect(text()).toMatchFileSnapshot("./golden/clean-task.http")
})
