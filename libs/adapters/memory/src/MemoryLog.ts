/**
 * The events in memory.
 *
 * @internal
 */
import { type EventLog, EventWrite } from "@emend/domain"
import * as Result from "effect/Result"
import { nameOf } from "./MemoryEntries.ts"
import * as MemoryMemos from "./MemoryMemos.ts"
import { frozen, holdings, type State } from "./MemoryState.ts"

/** Appends one event, or says why not. */
export const append = (
  state: State,
  event: EventLog.Append
): Result.Result<EventLog.Event, EventLog.AppendRejection> => {
  const { dry = false, memo, task_id, tenant } = event
  if (memo !== undefined && !dry && !MemoryMemos.isNew(state, tenant, memo)) return Result.fail({ _tag: "Repeated" })
  // What came from an archive may leave numbers out.
  const sequence = 1 + (read(state, { tenant, task_id, after: 0, limit: Infinity }).at(-1)?.sequence_id ?? 0)
  return Result.map(EventWrite.append(holdings(state), event, sequence), (appended) => {
    if (dry) return frozen(appended)
    const { id, sequence_id: version } = appended
    state.events.set(nameOf(tenant, id), frozen(appended))
    if (memo !== undefined) MemoryMemos.keep(state, tenant, memo, { kind: "Event", id, version, changed: true })
    return appended
  })
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
