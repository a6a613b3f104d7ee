/**
 * The events in memory.
 *
 * @internal
 */
import { type EventLog, RecordKind } from "@emend/domain"
import * as Result from "effect/Result"
import * as MemoryMemos from "./MemoryMemos.ts"
import { frozen, lookUp, nameOf, select, type State } from "./MemoryState.ts"

/** Appends one event, or says why not. */
export const append = (
  state: State,
  { dry = false, memo, tenant, ...event }: EventLog.Append
): Result.Result<EventLog.Event, EventLog.AppendRejection> => {
  if (memo !== undefined && !dry && !MemoryMemos.isNew(state, tenant, memo)) return Result.fail({ _tag: "Repeated" })
  const task = lookUp(state, { kind: "Task", tenant, id: event.task_id })
  if (task === undefined || RecordKind.isDeleted(state.kinds.get("Task")!, task.state)) {
    return Result.fail({ _tag: "TaskMissing" })
  }
  const assigned = select(state, "AgentTaskTracker", tenant).some((tracker) =>
    tracker.state["task_id"] === event.task_id && tracker.state["agent_id"] === event.agent_id
  )
  if (!assigned) return Result.fail({ _tag: "NotAssigned" })
  const name = nameOf(tenant, event.id)
  if (state.events.has(name)) return Result.fail({ _tag: "Taken" })
  // What came from an archive may leave numbers out.
  const last = read(state, { tenant, task_id: event.task_id, after: 0, limit: Infinity }).at(-1)
  const sequence_id = 1 + (last?.sequence_id ?? 0)
  const appended = frozen({ ...event, content: JSON.parse(JSON.stringify(event.content)), sequence_id })
  if (dry) return Result.succeed(appended)
  state.events.set(name, appended)
  const left = { kind: "Event", id: event.id, version: sequence_id, changed: true }
  if (memo !== undefined) MemoryMemos.keep(state, tenant, memo, left)
  return Result.succeed(appended)
}

/** Reads the events of a task, in order. */
export const read = (
  state: State,
  { after, agent_id, limit, task_id, tenant }: Parameters<EventLog.EventLog["Service"]["read"]>[0]
): ReadonlyArray<EventLog.Event> =>
  [...state.events].filter(([name, event]) =>
    event.task_id === task_id && event.sequence_id > after && (agent_id === undefined || event.agent_id === agent_id) &&
    name === nameOf(tenant, event.id)
  ).map(([, event]) => event).sort((a, b) => a.sequence_id - b.sequence_id).slice(0, limit)
