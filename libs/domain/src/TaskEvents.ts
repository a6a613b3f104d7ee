/**
 * The use cases of the events of tasks.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Caller } from "./Caller.ts"
import { StoreRefused } from "./CommitRefusal.ts"
import type { Authoring } from "./Conditions.ts"
import type { AppendRejection, Event, EventLog } from "./EventLog.ts"
import { Identifiers } from "./Identifiers.ts"
import * as Json from "./Json.ts"
import { whole } from "./Lists.ts"
import type { Outcome } from "./Memo.ts"
import * as Once from "./Once.ts"
import type { RecordStore } from "./RecordStore.ts"
import { AlreadyTaken, InputInvalid, RecordMissing, ReferenceUnknown, RevisionRedacted } from "./Refusals.ts"
import { timestamp } from "./Text.ts"

/** Says why an event was not appended. */
const refused = Effect.fnUntraced(
  function*({ agent_id, id, task_id }: Pick<Event, "id" | "task_id" | "agent_id">, rejection: AppendRejection) {
    switch (rejection._tag) {
      case "TaskMissing":
        return yield* new RecordMissing({ kind: "Task", id: task_id })
      case "NotAssigned":
        return yield* new ReferenceUnknown({
          kind: "Event",
          field: "agent_id",
          given: agent_id,
          message: "agent_id must be an agent that is assigned to the task"
        })
      case "Taken":
        return yield* new AlreadyTaken({ kind: "Event", fields: ["id"] })
      case "Repeated":
        return yield* Effect.die(new Once.Repeated())
      case "Refused":
        return yield* Effect.die(new StoreRefused({ kind: "Event", id, message: rejection.reason }))
    }
  }
)

/** Gives the use cases over a log. */
export const make = (store: RecordStore["Service"], log: EventLog["Service"], once: Once.Once) => {
  /** What was appended before under the key of the same request; its content is that of this request, or cleaned away. */
  const again = Effect.fnUntraced(function*({ id, version }: Outcome, content: unknown) {
    const { tenant } = yield* Caller
    const event = (yield* log.get({ tenant, id }))!
    return event.content === null && content !== null
      ? yield* new RevisionRedacted({ kind: "Event", id, present: version, given: version })
      : event
  })

  const append = Effect.fnUntraced(function*(
    task_id: string,
    { agent_id, content }: { readonly agent_id: string; readonly content: unknown },
    { dryRun }: Pick<Authoring, "dryRun"> = {}
  ) {
    if (Json.textBytes(content) > Json.maxBytes) {
      return yield* new InputInvalid({
        problems: [{ path: ["content"], message: `Expected at most ${Json.maxBytes} bytes of JSON` }]
      })
    }
    const { tenant } = yield* Caller
    const { first } = (yield* Once.Attempt) ?? {}
    if (first !== undefined) return yield* again(first, content)
    const id = yield* (yield* Identifiers).next
    const created_at = timestamp(yield* Clock.currentTimeNanos)
    const memo = yield* Once.memo({})
    const [result] = yield* log.append([{
      tenant,
      id,
      task_id,
      agent_id,
      created_at,
      content,
      ...(dryRun === true ? { dry: true } : undefined),
      ...(memo === undefined ? undefined : { memo })
    }])
    if (Result.isSuccess(result!)) return result.success
    return yield* refused({ id, task_id, agent_id }, result!.failure)
  })

  const event = Effect.fnUntraced(function*(id: string) {
    const { tenant } = yield* Caller
    const found = yield* log.get({ tenant, id })
    return found ?? (yield* new RecordMissing({ kind: "Event", id }))
  })

  const events = Effect.fnUntraced(function*(query: {
    readonly task_id: string
    readonly agent_id: string
    readonly last_processed_event_id?: string
    readonly limit?: number
  }) {
    const { agent_id, last_processed_event_id: last, limit = 50, task_id } = query
    const { tenant } = yield* Caller
    const position = last === undefined ? undefined : yield* log.get({ tenant, id: last })
    if (last !== undefined && (position?.task_id !== task_id || position.agent_id !== agent_id)) {
      return yield* new ReferenceUnknown({
        kind: "Event",
        field: "last_processed_event_id",
        given: last,
        message: "last_processed_event_id must be an event of the same task and agent"
      })
    }
    const found = yield* log.read({ tenant, task_id, agent_id, after: position?.sequence_id ?? 0, limit: whole(limit) })
    // Events, or one of them, are a proof that there is the task; without any it is asked for.
    if (found.length === 0 && position === undefined) {
      const [task] = yield* store.get([{ kind: "Task", tenant, id: task_id }])
      if (task === undefined) return yield* new RecordMissing({ kind: "Task", id: task_id })
    }
    return found
  })

  return { append: once("Trackers.append", append), event, events }
}
