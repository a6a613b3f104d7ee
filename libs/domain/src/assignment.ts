/**
 * The writes that assign an agent to a task.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Caller } from "./Caller.ts"
import type { Authoring } from "./Conditions.ts"
import { Identifiers } from "./Identifiers.ts"
import type { Agent } from "./kinds/Agent.ts"
import type { AgentTaskTracker } from "./kinds/AgentTaskTracker.ts"
import type { Insert } from "./RecordStore.ts"
import { timestamp } from "./Text.ts"

/** Makes the writes that assign an agent to a task: the agent, where it is new, and the tracker. */
export const assignment = Effect.fnUntraced(function*(
  { agent_id, name, task_id }: { readonly task_id: string; readonly agent_id: string; readonly name: string | null },
  { reason }: Authoring
): Effect.fn.Return<readonly [Insert, Insert & { readonly state: AgentTaskTracker }]> {
  const { subject, tenant } = yield* Caller
  const id = yield* (yield* Identifiers).next
  const at = timestamp(yield* Clock.currentTimeNanos)
  const author = { at, by: subject, reason: reason ?? null }
  const agent: Agent = { id: agent_id, name, created_at: at }
  const tracker: AgentTaskTracker = {
    id,
    agent_id,
    task_id,
    status: null,
    status_reason: null,
    last_processed_event_id: null,
    created_at: at,
    updated_at: at
  }
  return [
    { _tag: "Insert", key: { kind: "Agent", tenant, id: agent_id }, state: agent, author, ifAbsent: true },
    { _tag: "Insert", key: { kind: "AgentTaskTracker", tenant, id }, state: tracker, author }
  ]
})
