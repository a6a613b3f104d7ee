/** What a client is told of a record's past, and when it leads it back. */
import { expect, it } from "vitest"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()
const dry = { "dry-run": "true" }

/** Reads the past of a record with three versions, and leads it back; `write` is one more update of it. */
const past = async (
  exchange: (method: string, path: string, options?: object) => Promise<unknown>,
  path: string,
  write: readonly [method: string, json: object]
) => {
  await exchange("GET", `${path}?version=1`)
  await exchange("GET", `${path}?version=9`)
  await exchange("GET", `${path}/diff?from=1`)
  await exchange("GET", `${path}/diff?from=3&to=2`)
  await exchange(write[0], path, { json: write[1], headers: dry })
  await exchange("POST", `${path}/restore`, { json: { version: 1 }, headers: dry })
  await exchange("POST", `${path}/restore`, { json: { version: 1 }, headers: { "change-reason": "a mistake" } })
  await exchange("POST", `${path}/undo`, { json: { revision: 4 } })
  await exchange("POST", `${path}/undo`, { json: { revision: 1 } })
  await exchange(write[0], path, { json: write[1] })
  await exchange("POST", `${path}/undo`, { json: { revision: 2 } })
  await exchange("POST", `${path}/restore`, { json: { version: 1 }, headers: { "if-match": "\"2\"" } })
  await exchange("GET", `${path}/history?limit=3`)
}

it("the past of a task", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/tasks", { json: { id: "t1", params: { model: "a", old: true } } })
  await exchange("PUT", "/tasks/t1", { json: { merge_params: { model: "b", note: 1 }, task_metadata: { team: "x" } } })
  await exchange("POST", "/tasks/t1/complete")
  await past(exchange, "/tasks/t1", ["PUT", { merge_params: { model: "c" } }])
  await exchange("DELETE", "/tasks/t1", { headers: dry })
  await expect(text()).toMatchFileSnapshot("./golden/past-task.http")
})

it("the past of a tracker", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/tasks", { json: { id: "t2", agent_ids: ["ag"] } })
  const { body: tracker } = await exchange("POST", "/tasks/t2/agents/ag")
  const { body: event } = await exchange("POST", "/tasks/t2/events", { json: { agent_id: "ag", content: 1 } })
  const path = `/tracker/${tracker.id}`
  await exchange("PUT", path, { json: { status: "busy", last_processed_event_id: event.id } })
  await exchange("PUT", path, { json: { status_reason: "waiting" } })
  await past(exchange, path, ["PUT", { status: "done" }])
  await expect(text()).toMatchFileSnapshot("./golden/past-tracker.http")
})

it("the past of a board task", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/agents/tasks/", { json: { id: "b1", title: "Call back" } })
  await exchange("PATCH", "/agents/tasks/b1", { json: { title: "Call back today", priority: 1 } })
  await exchange("POST", "/agents/tasks/b1/claim", { json: { user_id: "u1" } })
  await past(exchange, "/agents/tasks/b1", ["PATCH", { priority: 4 }])
  await exchange("DELETE", "/agents/tasks/b1", { headers: dry })
  await expect(text()).toMatchFileSnapshot("./golden/past-board-task.http")
})

it("the past of a task agent", async () => {
  const { exchange, text } = transcript(ask)
  const project =
    "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
  const { headers } = await exchange("POST", project, {
    json: { name: "Helper", instruction: "Help.", llm_model_id: "00000000-0000-4000-8000-00000000000a" }
  })
  const path = headers.location!
  const { body } = await exchange("POST", path, { json: { name: "Aide", instruction: "Help well." } })
  await exchange("POST", path, { json: { active_revision_id: body.revisions[0].id } })
  await past(exchange, path, ["POST", { name: "Other", max_turns: 3 }])
  await expect(text()).toMatchFileSnapshot("./golden/past-task-agent.http")
})
