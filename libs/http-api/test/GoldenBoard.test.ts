/** What a client is told of the board, its subtasks and their activity. */
import { BoardTask, RecordStore } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()

it("the subtasks of a task", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/agents/tasks/", { json: { id: "b1", title: "Move house", assigned_to_user_id: "u1" } })
  await exchange("POST", "/agents/tasks/b1/subtasks", {
    title: "A part of the task",
    json: { id: "b2", title: "Pack the books", priority: 1 },
    headers: { "change-reason": "too much for one" }
  })
  await exchange("POST", "/agents/tasks/b2/subtasks", { json: { id: "b3", title: "Find boxes" } })
  await exchange("POST", "/agents/tasks/b1/subtasks", { json: { id: "b3", title: "Find boxes" } })
  await exchange("POST", "/agents/tasks/b1/subtasks/link", {
    title: "A task becomes a subtask of another one too",
    json: { child_id: "b3" }
  })
  await exchange("POST", "/agents/tasks/b1/subtasks/link", {
    title: "It is one already",
    json: { child_id: "b3" }
  })
  await exchange("POST", "/agents/tasks/b3/subtasks/link", {
    title: "A link that would close a cycle",
    json: { child_id: "b1" }
  })
  await exchange("POST", "/agents/tasks/b1/subtasks/link", { json: { child_id: "none" } })
  await exchange("GET", "/agents/tasks/b1/subtasks?limit=1", { title: "The first subtask" })
  await exchange("GET", "/agents/tasks/b3/parents", { title: "Two tasks that it is a subtask of" })
  await exchange("GET", "/agents/tasks/b3/ancestors?depth=1")
  await exchange("DELETE", "/agents/tasks/b1/subtasks/b3", { title: "A subtask no more" })
  await exchange("DELETE", "/agents/tasks/b1/subtasks/b3")
  await exchange("GET", "/agents/tasks/b3/ancestors", { title: "All that it is a part of" })
  await exchange("GET", "/agents/tasks/b1/descendants", { title: "All parts" })
  await expect(text()).toMatchFileSnapshot("./golden/board-subtasks.http")
})

it("the board, and the activity of a task", async () => {
  const { exchange, text } = transcript(ask)
  await exchange("POST", "/agents/tasks/", { json: { id: "c1", title: "Call back" } })
  await exchange("POST", "/agents/tasks/c1/subtasks", { json: { id: "c2", title: "Find the number" } })
  await exchange("POST", "/agents/tasks/c1/claim", {
    title: "A claim",
    json: { user_id: "u1" },
    headers: { "change-reason": "I know her" }
  })
  await exchange("PATCH", "/agents/tasks/c1", { json: { priority: 1 } })
  await exchange("DELETE", "/agents/tasks/c2")
  await exchange("GET", "/agents/tasks/c1/transitions", { title: "Where a running task may move" })
  await exchange("GET", "/agents/tasks/c1/activity?limit=2", { title: "What happened last" })
  await exchange("GET", "/agents/tasks/c1/activity")
  await exchange("GET", "/agents/tasks/board", { title: "How many tasks have each status" })
  await expect(text()).toMatchFileSnapshot("./golden/board-activity.http")
})

const at = "2026-11-21T10:00:00.000000Z"
const author = { at, by: "local", reason: null }
const written = (kind: string, state: { readonly id: string }): RecordStore.Commit => [
  { _tag: "Insert", key: { kind, tenant: "local", id: state.id }, state, author }
]

/** More links than are ever read: the same one, many times over. */
const crowd = Effect.gen(function*() {
  const store = yield* RecordStore.RecordStore
  const tasks = ["whole", "part"].map((id) =>
    written("BoardTask", BoardTask.initial({ title: id }, { id, at, by: "local", organization: "local" }))
  )
  const links = Array.from({ length: 10_001 }, (_, n) =>
    written("BoardLink", {
      id: `link ${n}`,
      parent_id: "whole",
      child_id: "part",
      parent_created_at: at,
      child_created_at: at,
      linked: true,
      created_at: at,
      updated_at: at,
      created_by: "local"
    } as { readonly id: string }))
  yield* store.commit([...tasks, ...links])
})

const crowded = testServer({}, {
  store: Layer.provideMerge(Layer.effectDiscard(Effect.orDie(crowd)), MemoryStore.layer())
})

it("a graph that is too large to be read", async () => {
  const { exchange, text } = transcript(crowded.ask)
  await exchange("GET", "/agents/tasks/whole/descendants")
  await exchange("GET", "/agents/tasks/part/ancestors")
  await exchange("POST", "/agents/tasks/part/subtasks/link", { json: { child_id: "whole" } })
  await expect(text()).toMatchFileSnapshot("./golden/board-too-large.http")
})
