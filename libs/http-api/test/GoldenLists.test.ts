/** What a client is told that asks for lists, or for a task by its name. */
import { expect, it } from "vitest"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()

/** Reads a page and the next one, and what is said of cursors and limits that are none. */
const pages = async (
  exchange: ReturnType<typeof transcript>["exchange"],
  path: string,
  [limit, filter]: readonly [limit: string, filter: string]
) => {
  const { headers } = await exchange("GET", `${path}?${limit}=2&${filter}`)
  await exchange("GET", /<([^>]*)>/.exec(String(headers["link"]))![1]!)
  await exchange("GET", `${path}?${limit}=2&cursor=none`)
  await exchange("GET", `${path}?${limit}=-1`)
}

it("the list of tasks", async () => {
  const { exchange, text } = transcript(ask)
  for (const n of [1, 2, 3]) {
    const task = {
      id: `t${n}`,
      name: `name ${n}`,
      params: { a: 1 },
      task_metadata: { team: "x", n },
      agent_ids: ["ag"]
    }
    await ask("/tasks", { method: "POST", json: task })
  }
  await pages(exchange, "/tasks", ["limit", "agent_id=ag&task_metadata=%7B%22team%22:%22x%22%7D"])
  await exchange("GET", "/tasks?relationships=agents&order_by=name&order_direction=asc&limit=1&page_number=2")
  await exchange("GET", "/tasks?order_by=nonsense&task_metadata=x&page_number=99999999")
  await expect(text()).toMatchFileSnapshot("./golden/list-tasks.http")
})

it("a task by its name", async () => {
  const { exchange, text } = transcript(ask)
  await ask("/tasks", { method: "POST", json: { id: "n1", name: "nightly", params: { a: 1 } } })
  await exchange("GET", "/tasks/name/nightly")
  await exchange("GET", "/tasks/name/nightly?relationships=params")
  await exchange("PUT", "/tasks/name/nightly", { json: { merge_params: { b: 2 } } })
  await exchange("PUT", "/tasks/name/nightly", { json: { status: "FAILED" } })
  await exchange("DELETE", "/tasks/name/nightly", { headers: { "if-match": "\"1\"" } })
  await exchange("DELETE", "/tasks/name/nightly")
  await exchange("GET", "/tasks/name/nightly")
  await expect(text()).toMatchFileSnapshot("./golden/task-by-name.http")
})

it("the list of trackers", async () => {
  const { exchange, text } = transcript(ask)
  await ask("/tasks", { method: "POST", json: { id: "t9" } })
  for (const n of [1, 2, 3]) await ask(`/tasks/t9/agents/a${n}`, { method: "POST" })
  await pages(exchange, "/tracker", ["limit", "task_id=t9"])
  await exchange("GET", "/tracker?task_id=t9&order_by=agent_id&order_direction=asc&limit=2")
  await exchange("GET", "/tracker?order_by=updated_at")
  await expect(text()).toMatchFileSnapshot("./golden/list-trackers.http")
})

it("the list of the board", async () => {
  const { exchange, text } = transcript(ask)
  for (const n of [1, 2, 3]) await ask("/agents/tasks/", { method: "POST", json: { id: `b${n}`, title: `Call ${n}` } })
  await pages(exchange, "/agents/tasks/", ["limit", "status=backlog&priority=3"])
  await expect(text()).toMatchFileSnapshot("./golden/list-board-tasks.http")
})

it("the lists of task agents and of their revisions", async () => {
  const { exchange, text } = transcript(ask)
  const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
  const project = `/api/v1/org/${id(1)}/project/${id(2)}/task-agent`
  for (const n of [1, 2, 3]) {
    const json = { name: `Helper ${n}`, instruction: "Help.", llm_model_id: id(3) }
    const { headers } = await ask(project, { method: "POST", json })
    if (n < 3) continue
    for (const edit of [1, 2]) await ask(headers.location!, { method: "POST", json: { instruction: `Help ${edit}.` } })
    await pages(exchange, `${headers.location}/revision`, ["page_limit", ""])
  }
  await pages(exchange, project, ["page_limit", ""])
  await expect(text()).toMatchFileSnapshot("./golden/list-task-agents.http")
})
