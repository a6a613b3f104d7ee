/** An export of a store of this project, of two tenants, with histories. Its lines are in no order. */
import { ContentHash } from "@emend/domain"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { type Export, write } from "./ExportFile.ts"
import * as Random from "./Random.ts"
import * as Written from "./Written.ts"

export const whole = (folder: string, records: number, seed: number): Export => {
  const random = Random.make(seed)
  const lines: Array<string> = []
  for (let i = 0; i < records; i++) {
    const tenant = random.once(4) ? "other \u{1d54f}" : "local"
    const own = { by: "ann", reason: null, tenant }
    const at = (step: number) => random.moment(i + step)
    const steps = (make: () => Omit<Written.Step, "at">): ReadonlyArray<Written.Step> =>
      Array.from({ length: random.once(50) ? 12 : random.below(3) }, (_, step) => ({ at: at(step + 2), ...make() }))
    const id = Random.idOf(random, "t", i)
    const agent_id = `a-${i}`
    const created_at = at(0)
    const task = {
      id,
      name: random.once(2) ? null : `name ${i}`,
      status: "RUNNING",
      status_reason: null,
      created_at,
      updated_at: created_at,
      cleaned_at: null,
      params: random.object(),
      task_metadata: null
    }
    lines.push(Written.line(
      "Task",
      task,
      steps(() =>
        random.once(3)
          ? { assign: { status: random.pick(["COMPLETED", "DELETED", "FAILED"]) }, patch: {} }
          : {
            patch: {
              params: { merge: { set: { ...random.object(), n: random.below(1e9) } } },
              task_metadata: { set: random.object() }
            }
          }
      ),
      own
    ))
    lines.push(Written.line("Agent", { id: agent_id, name: random.text(), created_at }, [], own))
    const event = {
      id: Random.idOf(random, "e", i),
      sequence_id: 1,
      task_id: id,
      agent_id,
      created_at,
      content: random.json()
    }
    lines.push(Written.line("Event", event, [], own))
    lines.push(Written.line(
      "AgentTaskTracker",
      {
        id: `tr-${i}`,
        agent_id,
        task_id: id,
        status: null,
        status_reason: null,
        last_processed_event_id: null,
        created_at,
        updated_at: created_at
      },
      random.once(2)
        ? []
        : [{ at: at(3), patch: { last_processed_event_id: { advance: { sequence: 1, id: event.id } } } }],
      own
    ))
    const card = { ...cardOf(`b-${i}`, created_at), title: `T ${random.text()}` }
    lines.push(Written.line("BoardTask", card, steps(() => ({ patch: { description: { set: random.text() } } })), own))
    const part = cardOf(`c-${i}`, created_at)
    lines.push(Written.line("BoardTask", part, [], own))
    const link = createHash("sha256").update(ContentHash.canonical([card.id, part.id])).digest("hex")
    lines.push(Written.line(
      "BoardLink",
      {
        id: link,
        parent_id: card.id,
        child_id: part.id,
        parent_created_at: created_at,
        child_created_at: created_at,
        linked: true,
        created_at,
        updated_at: created_at,
        created_by: "ann"
      },
      random.once(3) ? [{ at: at(4), assign: { linked: false } }] : [],
      own
    ))
    lines.push(Written.line(
      "BoardChange",
      {
        id: String(i + 1),
        number: i + 1,
        change: "linked",
        task_id: card.id,
        subtask_id: part.id,
        at: created_at,
        by: "ann",
        reason: null
      },
      [],
      own
    ))
    lines.push(...agentOf(random, own, created_at, at(5)))
  }
  // No line is before what it refers to, more often than not.
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[lines[i], lines[j]] = [lines[j]!, lines[i]!]
  }
  const files = [join(folder, "store.ndjson")]
  write(files[0]!, lines)
  return { name: "whole", files, flags: [], expected: lines }
}

const cardOf = (id: string, at: string) => ({
  organization_id: "acme",
  title: "Part",
  created_at: at,
  updated_at: at,
  id,
  description: null,
  status: "backlog",
  priority: 2,
  assigned_to_type_id: null,
  assigned_to_instance_id: null,
  assigned_to_user_id: null,
  correlation_bucket_id: null,
  created_by: "ann",
  source: "triage",
  is_deleted: false
})

const agentOf = (random: Random.Random, own: object, created: string, later: string): ReadonlyArray<string> => {
  const [id, first] = [random.uuid(), random.uuid()]
  const root = {
    id,
    organization_id: random.uuid(),
    project_id: random.uuid(),
    name: "Reviewer",
    task_agent_run_visibility: "owner_only",
    is_deleted: false,
    created,
    modified: created,
    active_revision_id: first,
    tip_revision_id: first,
    revision_count: 1
  }
  const configuration = {
    description: random.text(),
    instruction: random.text(),
    mode: "agentic",
    llm_model_id: random.uuid(),
    fallback_llm_model_id: null,
    memory_strategy: "sliding_window",
    memory_config: { max_events: 5, more: random.json() },
    max_turns: 500,
    task_tools: [{ task_id: random.uuid(), is_output_formatter: true }],
    mcp_servers: [],
    integrations: [{ project_integration_id: random.uuid(), allowed_tool_ids: null }],
    skills: []
  }
  const content_hash = createHash("sha256").update(ContentHash.canonical(configuration)).digest("hex")
  const revision = {
    id: first,
    task_agent_id: id,
    number: 1,
    parent_revision_id: null,
    created,
    created_by: "ann",
    annotation: null,
    content_hash,
    ...configuration
  }
  return [
    Written.line("TaskAgent", root, [{ at: later, patch: { name: { set: "Critic" } } }], own),
    Written.line("TaskAgentRevision", revision, [], own)
  ]
}
