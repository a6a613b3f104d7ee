/** What clients do, as the document shows it: the exchanges with titles are its examples. */
import { expect, it } from "vitest"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()

it("tasks", async () => {
  const { exchange, text } = transcript(ask)
  const task = "/tasks/market-research"
  const json = {
    id: "market-research",
    name: "Market research",
    params: { model: "large", limits: { tokens: 20000 } },
    task_metadata: { team: "growth" },
    agent_ids: ["researcher"]
  }
  await exchange("POST", "/tasks", { title: "A task with parameters and an agent", json })
  await exchange("POST", "/tasks", { title: "A task of that name is there", json: { name: "Market research" } })
  await exchange("GET", task, { title: "A running task" })
  await exchange("GET", `${task}?relationships=agents`, { title: "A task with its agents" })
  await exchange("PUT", task, {
    title: "Replaces the metadata and merges two parameters",
    json: { task_metadata: { quarter: 3 }, merge_params: { model: "small", note: null } }
  })
  await exchange("PUT", task, {
    title: "Demands the version that was read",
    json: { merge_params: { model: "large" } },
    headers: { "if-match": "\"2\"", "change-reason": "Quality%20first" }
  })
  await exchange("PUT", task, {
    title: "Other parameters were written since version 2",
    json: { merge_params: { language: "de" } },
    headers: { "rebase-from": "\"2\"" }
  })
  await exchange("PUT", task, {
    title: "The same parameter was written since",
    json: { merge_params: { model: "medium" } },
    headers: { "rebase-from": "\"2\"" }
  })
  const named = "/tasks/name/Market%20research"
  await exchange("GET", named, { title: "The task of that name" })
  await exchange("GET", `${named}?relationships=agents`, { title: "The task of that name with its agents" })
  await exchange("PUT", named, { title: "Adds a parameter", json: { merge_params: { depth: 2 } } })
  await exchange("PUT", named, {
    title: "The same parameter was written since",
    json: { merge_params: { depth: 3 } },
    headers: { "rebase-from": "\"4\"" }
  })
  await exchange("PUT", task, {
    title: "What would change",
    json: { merge_params: { language: "fr" } },
    headers: { "dry-run": "true" }
  })
  await exchange("PUT", task, { title: "What updates do not touch", json: { status: "COMPLETED", merge_params: [] } })
  await exchange("GET", `${task}?version=1`, { title: "The task as it was at its creation" })
  await exchange("GET", `${task}/history?limit=2`, { title: "The newest two changes" })
  await exchange("GET", `${task}/diff?from=1`, { title: "From the creation to now" })
  await exchange("POST", `${task}/interrupt`, { title: "Waits for a person", json: { reason: "Waiting for approval" } })
  await exchange("POST", `${task}/resume`, { title: "Goes on" })
  await exchange("POST", `${task}/complete`, { title: "Done", json: { reason: "Report delivered" } })
  for (const move of ["complete", "fail", "cancel", "interrupt", "terminate", "timeout", "resume"]) {
    const [id, other] = [`to-${move}`, `deaf-to-${move}`]
    await ask("/tasks", { method: "POST", json: { id } })
    if (move === "resume") await ask(`/tasks/${id}/interrupt`, { method: "POST" })
    if (move !== "complete" && move !== "interrupt" && move !== "resume") {
      await exchange("POST", `/tasks/${id}/${move}`, { title: "With the reason of the move" })
    }
    await ask("/tasks", { method: "POST", json: { id: other } })
    await ask(`/tasks/${other}/${move === "complete" ? "fail" : "complete"}`, { method: "POST" })
    await exchange("POST", `/tasks/${other}/${move}`, { title: "The task ended otherwise" })
  }
  await exchange("POST", `${task}/restore`, { title: "Leads back to the creation", json: { version: 1 } })
  await exchange("POST", `${task}/undo`, { title: "Takes one change back", json: { revision: 4 } })
  const running = "status=RUNNING&relationships=agents&order_by=name&order_direction=asc"
  await ask("/tasks", { method: "POST", json: { id: "digest", name: "Weekly digest", agent_ids: ["writer"] } })
  await exchange("GET", `/tasks?${running}&agent_id=writer&limit=1`, { title: "A page of the tasks of an agent" })
  await exchange("DELETE", "/tasks/name/Weekly%20digest", { title: "Deleted by its name" })
  await exchange("DELETE", task, { title: "The name is free again" })
  await expect(text()).toMatchFileSnapshot("./golden/example-tasks.http")
})

it("trackers and events", async () => {
  const { exchange, text } = transcript(ask)
  await ask("/tasks", { method: "POST", json: { id: "inbox" } })
  await exchange("POST", "/tasks/inbox/agents/reader", { title: "The tracker is new", json: { name: "Reader" } })
  const { body: tracker } = await exchange("POST", "/tasks/inbox/agents/reader", { title: "It was assigned already" })
  await ask("/tasks/inbox/agents/writer", { method: "POST" })
  const append = (agent_id: string, message: string, title?: string) =>
    exchange("POST", "/tasks/inbox/events", {
      json: { agent_id, content: { message } },
      ...(title === undefined ? {} : { title })
    })
  const { body: first } = await append("reader", "An order came in", "A message for an agent")
  const { body: second } = await append("reader", "It was paid")
  const { body: foreign } = await append("writer", "Write the answer")
  await exchange("POST", "/tasks/inbox/events", {
    title: "The agent is not assigned",
    json: { agent_id: "nobody", content: null }
  })
  await exchange("GET", `/events?task_id=inbox&agent_id=reader&last_processed_event_id=${first.id}`, {
    title: "The events after the cursor"
  })
  await exchange("GET", "/events?task_id=inbox&agent_id=reader&limit=1", { title: "The first page" })
  await exchange("GET", "/events?task_id=inbox&agent_id=reader&last_processed_event_id=unknown", {
    title: "A cursor that is no event"
  })
  await exchange("GET", `/events/${first.id}`, { title: "An event" })
  const path = `/tracker/${tracker.id}`
  await exchange("GET", path, { title: "A tracker before the first event" })
  await exchange("PUT", path, {
    title: "Advances the cursor and sets the status",
    json: { last_processed_event_id: second.id, status: "processing" }
  })
  await exchange("PUT", path, {
    title: "Clears the status and leaves the cursor",
    json: { status: null, status_reason: null, last_processed_event_id: null }
  })
  await exchange("PUT", path, { title: "The cursor does not go back", json: { last_processed_event_id: first.id } })
  await exchange("PUT", path, { title: "An event of another agent", json: { last_processed_event_id: foreign.id } })
  await exchange("PUT", path, {
    title: "The status was written since",
    json: { status: "waiting" },
    headers: { "rebase-from": "\"2\"" }
  })
  await exchange("PUT", path, { title: "What updates do not touch", json: { task_id: "outbox", status: 1 } })
  await exchange("GET", `${path}/history`, { title: "Every change, newest first" })
  await exchange("GET", `${path}/diff?from=1&to=2`, { title: "What the first update did" })
  await exchange("POST", `${path}/undo`, { title: "Takes the clearing back", json: { revision: 3 } })
  await exchange("POST", `${path}/restore`, { title: "Leads back, but for the cursor", json: { version: 1 } })
  await exchange("GET", "/tracker?task_id=inbox&agent_id=reader", { title: "The tracker of a task and an agent" })
  await expect(text()).toMatchFileSnapshot("./golden/example-trackers.http")
})

it("the board", async () => {
  const { exchange, text } = transcript(ask)
  const task = "/agents/tasks/refund-1042"
  await exchange("POST", "/agents/tasks/", {
    title: "A task in the backlog",
    json: {
      id: "refund-1042",
      title: "Refund order 1042",
      description: "The customer sent it back unopened.",
      priority: 2,
      source: "triage",
      assigned_to_type_id: "refund-agent"
    }
  })
  await exchange("POST", "/agents/tasks/", { title: "The id is taken", json: { id: "refund-1042", title: "Refund" } })
  await exchange("GET", task, { title: "A task of the backlog" })
  await exchange("PATCH", task, {
    title: "Raises the priority and clears the description",
    json: { priority: 1, description: null },
    headers: { "change-reason": "The customer called" }
  })
  await exchange("PATCH", task, {
    title: "The priority was written since",
    json: { priority: 4 },
    headers: { "rebase-from": "\"1\"" }
  })
  await exchange("PATCH", task, {
    title: "The status moves by transitions",
    json: { status: "done", priority: 5 }
  })
  await exchange("POST", `${task}/assign`, { title: "Assigns a user", json: { user_id: "ann" } })
  await exchange("GET", `${task}/transitions`, { title: "Where it may move" })
  await exchange("POST", `${task}/claim`, { title: "An instance takes it", json: { instance_id: "refund-agent-3" } })
  await exchange("POST", `${task}/claim`, { title: "Another one was faster", json: { instance_id: "refund-agent-4" } })
  await exchange("POST", `${task}/transition`, {
    title: "Asks for a review",
    json: { status: "review", reason: "Above the limit" }
  })
  await exchange("POST", `${task}/transition`, { title: "No such move", json: { status: "backlog" } })
  await exchange("GET", `${task}/history?limit=2`, { title: "The newest two changes" })
  await exchange("GET", "/agents/tasks/?status=review&source=triage", { title: "What waits for a review" })
  await exchange("GET", `${task}/diff?from=1`, { title: "From the creation to now" })
  await exchange("POST", `${task}/undo`, { title: "Takes the change of the priority back", json: { revision: 2 } })
  await exchange("POST", `${task}/restore`, { title: "Leads back, but for the status", json: { version: 1 } })
  await exchange("DELETE", task, { title: "Deleted" })
  await expect(text()).toMatchFileSnapshot("./golden/example-board.http")
})

it("task agents", async () => {
  const { exchange, text } = transcript(ask)
  const agents =
    "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
  const model = "00000000-0000-4000-8000-00000000000a"
  const { headers } = await exchange("POST", agents, {
    title: "An agent with its first revision",
    json: {
      name: "Triage",
      instruction: "Sort what comes in.",
      llm_model_id: model,
      task_tools: [{ task_id: "search" }, { task_id: "file", is_output_formatter: true }],
      memory_strategy: "sliding_window",
      memory_config: { max_events: 20 }
    }
  })
  const path = headers.location!
  await exchange("GET", path, { title: "An agent and its revisions" })
  const { body, headers: edited } = await exchange("POST", path, {
    title: "An edit makes an inactive revision",
    json: { name: "Triage desk", instruction: "Sort what comes in, urgent first.", skills: [{ skill_id: "urgency" }] },
    headers: { "revision-annotation": "urgent first" }
  })
  await exchange("GET", edited.location!, { title: "A revision with its configuration" })
  await exchange("POST", path, {
    title: "Activates a revision",
    json: { active_revision_id: body.revisions[0].id }
  })
  await exchange("POST", path, { title: "Changes the name alone", json: { name: "Front desk", description: null } })
  await exchange("POST", path, {
    title: "The name was written since",
    json: { name: "Back desk" },
    headers: { "rebase-from": "\"3\"" }
  })
  await exchange("POST", path, {
    title: "An activation stands alone",
    json: { active_revision_id: body.revisions[0].id, name: "Other" }
  })
  await exchange("GET", `${path}/history?limit=2`, { title: "The newest two changes" })
  await exchange("GET", `${agents}?page_limit=1`, { title: "A page of agents" })
  await exchange("GET", `${path}/revision`, { title: "All revisions, newest first" })
  await exchange("GET", `${path}/revision/${body.revisions[1].id}/diff/active`, {
    title: "From the first revision to the active one"
  })
  await exchange("GET", `${path}/activations`, { title: "Which revision was active, and when" })
  await exchange("GET", `${path}/diff?from=1`, { title: "From the creation to now" })
  await exchange("POST", `${path}/undo`, { title: "Takes the new name back", json: { revision: 4 } })
  await exchange("POST", `${path}/restore`, { title: "Activates the first revision again", json: { version: 1 } })
  await exchange("DELETE", path, { title: "Deleted" })
  await expect(text()).toMatchFileSnapshot("./golden/example-task-agents.http")
})

it("the service", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("GET", "/health/live", { title: "The process runs" })
  await exchange("GET", "/health/ready", { title: "The store can be reached" })
  await exchange("GET", "/problems/version-mismatch", { title: "What a problem means" })
  await expect(text()).toMatchFileSnapshot("./golden/example-service.http")
})
