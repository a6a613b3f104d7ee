/** Tasks, trackers, events and agents as an API gives them: what is referred to comes last. */
import { join } from "node:path"
import { type Export, write } from "./ExportFile.ts"
import * as Random from "./Random.ts"
import * as Written from "./Written.ts"

const statuses = [
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELED",
  "TERMINATED",
  "TIMED_OUT",
  "DELETED",
  "INTERRUPTED",
  null
]

export const agents = (folder: string, records: number, seed: number): Export => {
  const random = Random.make(seed)
  const expected: Array<string> = []
  const lines: Record<"tasks" | "rest", Array<string>> = { tasks: [], rest: [] }
  const named = Math.max(1, Math.floor(records / 100))
  const agentIds = Array.from({ length: records }, (_, i) => Random.idOf(random, "agent", i))
  const taskIds = Array.from({ length: records }, (_, i) => Random.idOf(random, "task", i))
  const seen = new Set<string>()
  const trackers: Array<string> = []
  for (let i = 0; i < records; i++) {
    const task_id = taskIds[i]!
    // An agent that is not in the export is known by those who name it.
    const agent_id = agentIds[random.below(records)]!
    const created_at = random.moment(i)
    const event = {
      id: Random.idOf(random, "event", i),
      sequence_id: 1 + random.below(9),
      task_id,
      agent_id,
      created_at,
      content: random.json()
    }
    lines.rest.push(JSON.stringify(event))
    expected.push(Written.line("Event", event))
    if (!seen.has(agent_id)) {
      seen.add(agent_id)
      const at = agentIds.indexOf(agent_id)
      if (at >= named) expected.push(Written.line("Agent", { id: agent_id, name: null, created_at }))
    }
    const tracker = {
      id: random.uuid(),
      agent_id,
      task_id,
      status: random.pick([null, "reading", random.text()]),
      status_reason: null,
      last_processed_event_id: random.once(3) ? null : event.id,
      created_at,
      updated_at: random.moment(i + 1)
    }
    trackers.push(JSON.stringify(random.once(2) ? tracker : { ...tracker, status_reason: undefined }))
    const { last_processed_event_id: cursor } = tracker
    expected.push(Written.line("AgentTaskTracker", {
      ...tracker,
      last_processed_event_id: cursor === null ? null : { sequence: event.sequence_id, id: cursor }
    }))
  }
  for (let i = 0; i < records; i++) {
    const created_at = random.moment(i)
    const task = {
      id: taskIds[i]!,
      name: random.once(3) ? null : `run ${i} ${random.pick(["", "\u{1f680}", "'"])}`,
      status: random.pick(statuses),
      status_reason: random.once(2) ? null : random.text(),
      created_at,
      updated_at: random.moment(i + 1),
      cleaned_at: random.once(50) ? random.moment(i + 2) : null,
      params: random.once(10) ? null : random.object(),
      task_metadata: random.once(3) ? null : random.object()
    }
    lines.tasks.push(JSON.stringify(offset(random, task)))
    expected.push(Written.line("Task", task))
  }
  for (let i = 0; i < named; i++) {
    const agent = { id: agentIds[i]!, name: random.text(), created_at: random.moment(i) }
    lines.rest.push(JSON.stringify({ kind: "Agent", state: agent }))
    expected.push(Written.line("Agent", agent))
  }
  const files = ["trackers.ndjson", "rest.ndjson.gz", "tasks.json"].map((file) => join(folder, file))
  write(files[0]!, trackers)
  write(files[1]!, lines.rest)
  write(files[2]!, lines.tasks, ",\n  ", ["[\n  ", "\n]\n"])
  return { name: "agents", files, flags: [], expected }
}

/** The same moment as another zone or another writer gives it. */
const offset = <T extends { readonly created_at: string }>(random: Random.Random, task: T): T => {
  const { created_at } = task
  if (created_at.startsWith("0001") || created_at.startsWith("9999")) return task
  switch (random.below(3)) {
    case 0:
      return { ...task, created_at: created_at.replace("Z", "+00:00") }
    case 1: {
      const later = new Date(Date.parse(`${created_at.slice(0, 19)}Z`) + 19_800_000).toISOString().slice(0, 19)
      return { ...task, created_at: `${later}${created_at.slice(19, 26)}+05:30` }
    }
    default:
      return task
  }
}
