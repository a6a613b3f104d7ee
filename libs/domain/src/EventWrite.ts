/**
 * What an event becomes in its log, for stores that keep whole events. It is pure, see `RecordWrite`.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { Append, AppendRejection, Event } from "./EventLog.ts"
import { isDeleted } from "./RecordKind.ts"
import type { Holdings } from "./RecordWrite.ts"

/**
 * Gives the event as its log keeps it, with the number that the log gives out next for its task, or says why it is
 * refused. Whether its memo is in force already is for the store to see, before.
 *
 * @category operations
 * @since 0.1.0
 */
export const append = (
  { entry, kinds, record, records }: Holdings,
  { dry: _, memo: __, tenant, ...event }: Append,
  sequence_id: number
): Result.Result<Event, AppendRejection> => {
  const { agent_id, task_id } = event
  const task = record({ kind: "Task", tenant, id: task_id })
  if (task === undefined || isDeleted(kinds.get("Task")!, task.state)) return Result.fail({ _tag: "TaskMissing" })
  const assigned = Iterator.from(records("AgentTaskTracker", tenant, { task_id, agent_id }))
    .some(({ state }) => state["task_id"] === task_id && state["agent_id"] === agent_id)
  if (!assigned) return Result.fail({ _tag: "NotAssigned" })
  if (entry(tenant, event.id) !== undefined) return Result.fail({ _tag: "Taken" })
  return Result.succeed({ ...event, content: JSON.parse(JSON.stringify(event.content)), sequence_id })
}
