/** The four update operations answer as they always did: a client that exists must go on working. */
import { expect, it } from "vitest"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()

it("PUT /tasks/{task_id}", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/tasks", { json: { id: "t1", name: "one", params: { model: "a", limits: { tokens: 1 } } } })
  await exchange("PUT", "/tasks/t1", {
    json: { task_metadata: { team: "x" }, merge_params: { limits: { tokens: 2 }, note: null } }
  })
  await exchange("PUT", "/tasks/t1", { json: {} })
  await exchange("PUT", "/tasks/t1", { json: { merge_params: { model: "b" } }, headers: { "if-match": "\"1\"" } })
  await exchange("PUT", "/tasks/t1", { json: { merge_params: { note: "c" } }, headers: { "rebase-from": "\"1\"" } })
  await exchange("PUT", "/tasks/t1", { json: { status: "COMPLETED", merge_params: [] } })
  await exchange("PUT", "/tasks/none", { json: {} })
  await expect(text()).toMatchFileSnapshot("./golden/update-task.http")
})

it("PUT /tracker/{tracker_id}", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/tasks", { json: { id: "t2", agent_ids: ["ag"] } })
  const { body: tracker } = await exchange("POST", "/tasks/t2/agents/ag")
  const { body: event } = await exchange("POST", "/tasks/t2/events", {
    json: { agent_id: "ag", content: { text: "hello" } }
  })
  const path = `/tracker/${tracker.id}`
  await exchange("PUT", path, { json: { last_processed_event_id: event.id, status: "processing" } })
  await exchange("PUT", path, { json: { status: null, status_reason: "waiting", last_processed_event_id: null } })
  await exchange("PUT", path, { json: { last_processed_event_id: "none" } })
  await exchange("PUT", path, { json: { task_id: "t3", status: 1 } })
  await expect(text()).toMatchFileSnapshot("./golden/update-tracker.http")
})

it("PATCH /agents/tasks/{task_id}", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/agents/tasks/", { json: { id: "b1", title: "Call back", assigned_to_user_id: "u1" } })
  await exchange("PATCH", "/agents/tasks/b1", {
    json: { title: "Call back today", priority: 1, assigned_to_user_id: null }
  })
  await exchange("PATCH", "/agents/tasks/b1", { json: { status: "done", priority: 5 } })
  await exchange("POST", "/agents/tasks/b1/transition", { json: { status: "running" } })
  await expect(text()).toMatchFileSnapshot("./golden/update-board-task.http")
})

it("POST /api/v1/org/{org_id}/project/{project_id}/task-agent/{task_agent_id}", async () => {
  const { exchange, text } = transcript(ask)
  const project =
    "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
  const model = "00000000-0000-4000-8000-00000000000a"
  const { headers } = await exchange("POST", project, {
    json: { name: "Helper", instruction: "Help.", llm_model_id: model }
  })
  const path = headers.location!
  const edit = { name: "Aide", instruction: "Help well.", task_tools: [{ task_id: "search" }] }
  const { body } = await exchange("POST", path, { json: edit, headers: { "revision-annotation": "clearer" } })
  await exchange("GET", `${path}/revision/${body.revisions[0].id}`)
  await exchange("POST", path, { json: { active_revision_id: body.revisions[0].id } })
  await exchange("POST", path, { json: { active_revision_id: body.revisions[0].id, name: "Other" } })
  await exchange("POST", path, { json: { max_turns: 501, skills: [{}] } })
  await expect(text()).toMatchFileSnapshot("./golden/update-task-agent.http")
})
