/** The tasks of a board and their `has_subtask` edges as SurrealDB gives them, edges first. */
import { ContentHash } from "@emend/domain"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { type Export, write } from "./ExportFile.ts"
import * as Random from "./Random.ts"
import * as Written from "./Written.ts"

export const board = (folder: string, records: number, seed: number): Export => {
  const random = Random.make(seed)
  const expected: Array<string> = []
  const tasks = Array.from({ length: records }, (_, i) => {
    const id = Random.idOf(random, "card", i)
    return {
      id,
      organization_id: "acme",
      title: `${random.text()}.`,
      created_at: random.moment(i),
      updated_at: random.moment(i + 5),
      description: random.once(2) ? null : random.text(),
      status: random.pick(["backlog", "assigned", "running", "review", "done"]),
      priority: 1 + random.below(4),
      assigned_to_type_id: random.once(2) ? null : "writer",
      assigned_to_instance_id: random.once(4) ? Random.idOf(random, "worker", random.below(50)) : null,
      assigned_to_user_id: random.once(4) ? "ann" : null,
      correlation_bucket_id: random.once(8) ? "bucket" : null,
      created_by: random.once(5) ? null : "ann",
      source: random.pick(["triage", "conversation", "manual"])
    }
  })
  for (const task of tasks) {
    const { created_by } = task
    expected.push(
      Written.line("BoardTask", { ...task, is_deleted: false }, [], created_by === null ? {} : { by: created_by })
    )
  }
  const edges: Array<string> = []
  // A task has its parents among the few before it, so that chains grow long and no cycle is closed.
  const pairs = new Set<string>()
  for (let i = 1; i < records; i++) {
    const [parent, child] = [tasks[Math.max(0, i - 1 - random.below(20))]!, tasks[i]!]
    const id = createHash("sha256").update(ContentHash.canonical([parent.id, child.id])).digest("hex")
    if (pairs.has(id)) continue
    pairs.add(id)
    edges.push(JSON.stringify({ id: `has_subtask:${i}`, in: surreal(parent.id), out: surreal(child.id) }))
    const at = parent.created_at > child.created_at ? parent.created_at : child.created_at
    const link = {
      id,
      parent_id: parent.id,
      child_id: child.id,
      parent_created_at: parent.created_at,
      child_created_at: child.created_at,
      linked: true,
      created_at: at,
      updated_at: at,
      created_by: "import"
    }
    expected.push(Written.line("BoardLink", link))
    const number = edges.length
    expected.push(Written.line("BoardChange", {
      id: String(number),
      number,
      change: "linked",
      task_id: parent.id,
      subtask_id: child.id,
      at,
      by: "import",
      reason: "Imported"
    }))
  }
  const files = [join(folder, "edges.ndjson"), join(folder, "tasks.json.gz")]
  write(files[0]!, edges)
  const shown = tasks.map((task) =>
    JSON.stringify({ ...task, id: surreal(task.id), priority: task.priority === 3 ? undefined : task.priority })
  )
  write(files[1]!, shown, ",", ["[", "]"])
  return { name: "board", files, flags: ["--surreal"], expected }
}

const surreal = (id: string): string => /^\w+$/.test(id) ? `agent_task:${id}` : `agent_task:⟨${id}⟩`
