/** What a client is told that sends a request with a key: the first time, again, and while it is being carried out. */
import { RecordStore } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { operations, request } from "./Requests.ts"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()
const project =
  "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
const uuid = "00000000-0000-4000-8000-00000000000a"

it("a request with a key, and the same one again", async () => {
  const { exchange, text } = transcript(ask)
  const headers = { "idempotency-key": "3f1c" }
  const dry = { "dry-run": "true" }
  const json = { name: "Weekly digest", params: { day: "Monday" } }
  await exchange("POST", "/tasks", { title: "What would be made", json, headers: dry })
  const { body: { id } } = await exchange("POST", "/tasks", {
    title: "Made once, however often it is sent",
    json,
    headers
  })
  await exchange("POST", "/tasks", { title: "The first answer again", json, headers })
  await exchange("POST", "/tasks", { title: "The key of another request", json: { name: "Other" }, headers })
  const update = { json: { merge_params: { day: "Friday" } }, headers }
  await exchange("PUT", `/tasks/${id}`, update)
  await exchange("POST", `/tasks/${id}/complete`)
  await exchange("PUT", `/tasks/${id}`, { ...update, title: "The record as that request left it" })
  await exchange("POST", `/tasks/${id}/fail`, { headers })
  await exchange("POST", `/tasks/${id}/fail`, { title: "A refusal again", headers })
  const event = { json: { agent_id: "reader", content: "Go on." } }
  await exchange("POST", `/tasks/${id}/agents/reader`, { headers })
  await exchange("POST", `/tasks/${id}/agents/reader`, { title: "Assigned, and said again", headers })
  await exchange("POST", `/tasks/${id}/events`, { ...event, title: "What would be appended", headers: dry })
  await exchange("POST", `/tasks/${id}/events`, { ...event, headers })
  await exchange("POST", `/tasks/${id}/events`, { ...event, title: "The same event", headers })
  const task = { id: "digest", title: "Digest" }
  await exchange("POST", "/agents/tasks/", { title: "What would be made", json: task, headers: dry })
  await exchange("POST", "/agents/tasks/", { json: task, headers })
  await exchange("DELETE", "/agents/tasks/digest", { headers })
  await exchange("DELETE", "/agents/tasks/digest", { title: "Deleted, and said again", headers })
  await ask("/agents/tasks/", { method: "POST", json: { id: "parent", title: "Parent" } })
  const part = { json: { id: "part", title: "Part" } }
  await exchange("POST", "/agents/tasks/parent/subtasks", { ...part, title: "What would be made", headers: dry })
  await exchange("POST", "/agents/tasks/parent/subtasks", { ...part, headers })
  await exchange("POST", "/agents/tasks/parent/subtasks", { ...part, title: "The same subtask", headers })
  const other = { json: { child_id: "other" } }
  await ask("/agents/tasks/", { method: "POST", json: { id: "other", title: "Other" } })
  await exchange("POST", "/agents/tasks/parent/subtasks/link", {
    ...other,
    title: "What would be linked",
    headers: dry
  })
  await exchange("POST", "/agents/tasks/parent/subtasks/link", { ...other, headers })
  await exchange("DELETE", "/agents/tasks/parent/subtasks/other", { title: "What would be unlinked", headers: dry })
  await exchange("DELETE", "/agents/tasks/parent/subtasks/other", { headers })
  await exchange("POST", "/agents/tasks/parent/subtasks/link", { ...other, title: "Linked, and said again", headers })
  const agent = { name: "Digester", instruction: "Digest.", llm_model_id: uuid }
  await exchange("POST", project, { title: "What would be made", json: agent, headers: dry })
  const { headers: { location } } = await exchange("POST", project, { json: agent, headers })
  const edit = { json: { instruction: "Digest well." }, headers }
  await exchange("POST", location!, edit)
  await exchange("POST", location!, { ...edit, title: "One revision, and said again" })
  await exchange("POST", "/tasks", { title: "What is no key", json, headers: { "idempotency-key": "two words" } })
  await expect(text()).toMatchFileSnapshot("./golden/idempotency-key.http")
})

/** A store that answers whether a request is known only when it is let. */
const gate = { arrived: () => {}, open: Promise.resolve() }
const gated = Layer.effect(
  RecordStore.RecordStore,
  Effect.map(RecordStore.RecordStore, (store) => ({
    ...store,
    recall: () =>
      Effect.promise(() => {
        gate.arrived()
        return gate.open
      }).pipe(Effect.as([]))
  }))
).pipe(Layer.provideMerge(MemoryStore.layer()))
const { ask: askGated } = testServer({}, { store: Layer.provideMerge(gated, MemoryStore.layer()) })

it("a request with the key of one that is being carried out", async () => {
  const { exchange, text } = transcript(askGated)
  const values = new Proxy({} as Record<string, string>, {
    get: (_, name: string) => /^(org|project|task_agent|revision)_id$/.test(name) ? uuid : "none"
  })
  for (const operation of operations.filter(({ method }) => method !== "GET")) {
    const { method, path, ...asked } = { ...request(operation, values), headers: { "idempotency-key": "k" } }
    let open = () => {}
    gate.open = new Promise((resolve) => (open = resolve))
    const arrived = new Promise<void>((resolve) => (gate.arrived = resolve))
    const first = askGated(path, { method: method!, ...asked })
    await arrived
    const { body, status } = await exchange(method!, path, asked)
    open()
    expect([operation.name, status, body.code]).toEqual([operation.name, 409, "key-in-use"])
    expect((await first).headers["idempotent-replayed"]).toBeUndefined()
  }
  await expect(text()).toMatchFileSnapshot("./golden/key-in-use.http")
})
