/** A client of the four updates, written against the generated types alone. */
import createClient from "openapi-fetch"
import type { components, paths } from "./document.d.ts"

type Task = components["schemas"]["Task"]

/** Ids are any text. */
const id = "order/1042 für Ünal?"

/** Takes what was answered, or throws what the server said was wrong. */
const answered = <A>({ data, error }: { data?: A; error?: unknown }): A => {
  if (data === undefined) throw new Error(JSON.stringify(error))
  return data
}

export const run = async (baseUrl: string) => {
  const client = createClient<paths>({ baseUrl })
  const path = { task_id: id }

  await client.POST("/tasks", { body: { id, name: null, params: null, agent_ids: ["reader"] } })
  const task: Task = answered(
    await client.PUT("/tasks/{task_id}", {
      params: { path },
      body: { task_metadata: null, merge_params: { model: "large", note: null } }
    })
  )

  const tracker = answered(
    await client.POST("/tasks/{task_id}/agents/{agent_id}", { params: { path: { ...path, agent_id: "reader" } } })
  )
  const event = answered(
    await client.POST("/tasks/{task_id}/events", {
      params: { path },
      body: { agent_id: "reader", content: { text: "hello" } }
    })
  )
  const advanced = answered(
    await client.PUT("/tracker/{tracker_id}", {
      params: { path: { tracker_id: tracker.id } },
      body: { last_processed_event_id: event.id, status: "busy", status_reason: null }
    })
  )

  await client.POST("/agents/tasks/", { body: { id, title: "Refund", assigned_to_user_id: "ann" } })
  const boardTask = answered(
    await client.PATCH("/agents/tasks/{task_id}", {
      params: { path },
      body: { title: null, priority: 1, assigned_to_user_id: null }
    })
  )

  const scope = { org_id: "00000000-0000-4000-8000-000000000001", project_id: "00000000-0000-4000-8000-000000000002" }
  const agents = "/api/v1/org/{org_id}/project/{project_id}/task-agent" as const
  const agent = answered(
    await client.POST(agents, {
      params: { path: scope },
      body: { name: "Triage", instruction: "Sort.", llm_model_id: scope.org_id }
    })
  )
  const edited = answered(
    await client.POST(`${agents}/{task_agent_id}`, {
      params: { path: { ...scope, task_agent_id: agent.id } },
      body: { instruction: "Sort, urgent first.", description: null, task_tools: [{ task_id: "search" }] }
    })
  )

  const list: ReadonlyArray<{ readonly id: string }> = answered(
    await client.GET("/tasks", { params: { query: { status: "RUNNING", limit: 10 } } })
  )

  const { error, response } = await client.PUT("/tasks/{task_id}", {
    params: { path, header: { "if-match": "\"9\"" } },
    body: {}
  })
  const refusal = error !== undefined && "code" in error && error.code === "version-mismatch"
    // The code tells which facts there are.
    ? { status: response.status, present: error.present, demanded: error.demanded }
    : undefined

  return { task, advanced, event, boardTask, edited, listed: list.map(({ id }) => id), refusal }
}
