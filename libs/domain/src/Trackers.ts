/**
 * The use cases of trackers and of the events that they track.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { assignment } from "./assignment.ts"
import { Caller } from "./Caller.ts"
import { type Event, EventLog } from "./EventLog.ts"
import * as History from "./History.ts"
import { Identifiers } from "./Identifiers.ts"
import * as Json from "./Json.ts"
import * as Tracker from "./kinds/AgentTaskTracker.ts"
import { taskKind } from "./kinds/Task.ts"
import { isDeleted } from "./RecordKind.ts"
import * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { AlreadyTaken, InputInvalid, RecordMissing, ReferenceUnknown } from "./Refusals.ts"
import { timestamp } from "./Text.ts"

type Fields = typeof Tracker.AgentTaskTracker.fields
type Saved = Records.Saved<Tracker.AgentTaskTracker>

/**
 * What a cursor that would go back means: refused (`reject`, the default) or silently the maximum (`join`).
 *
 * @category references
 * @since 0.1.0
 */
export const CursorPolicy = Context.Reference<"reject" | "join">("@emend/domain/CursorPolicy", {
  defaultValue: () => "reject"
})

/**
 * Assigns agents to tasks, moves their cursors, and appends and reads the events of tasks.
 *
 * @category services
 * @since 0.1.0
 */
export class Trackers extends Context.Service<Trackers, {
  /** Assigns an agent to a task and creates its tracker; once more gives the same tracker, `created` false. */
  readonly assign: (
    assignment: { readonly task_id: string; readonly agent_id: string; readonly name?: string | null },
    conditions?: Records.Authoring
  ) => Effect.Effect<Saved & { readonly created: boolean }, Records.CommitRefusal>
  readonly get: (id: string) => Effect.Effect<Saved, RecordMissing | StoreUnavailable>
  readonly update: (
    id: string,
    draft: Kind.Draft<Fields>,
    conditions?: Records.UpdateConditions
  ) => Effect.Effect<Records.Changed<Tracker.AgentTaskTracker>, Records.UpdateRefusal>
  readonly at: History.History<Tracker.AgentTaskTracker>["at"]
  readonly diff: History.History<Tracker.AgentTaskTracker>["diff"]
  readonly restore: History.History<Tracker.AgentTaskTracker>["restore"]
  readonly undo: History.History<Tracker.AgentTaskTracker>["undo"]
  readonly history: History.History<Tracker.AgentTaskTracker>["history"]
  /** Appends an event for an agent that is assigned to the task. */
  readonly append: (
    task_id: string,
    event: { readonly agent_id: string; readonly content: unknown }
  ) => Effect.Effect<Event, RecordMissing | ReferenceUnknown | InputInvalid | AlreadyTaken | StoreUnavailable>
  readonly event: (id: string) => Effect.Effect<Event, RecordMissing | StoreUnavailable>
  /**
   * The events of a task for an agent, oldest first (at most `limit`, default 50), after the event named. Of a deleted
   * task they can still be read.
   */
  readonly events: (query: {
    readonly task_id: string
    readonly agent_id: string
    readonly last_processed_event_id?: string
    readonly limit?: number
  }) => Effect.Effect<ReadonlyArray<Event>, RecordMissing | ReferenceUnknown | StoreUnavailable>
}>()("@emend/domain/Trackers") {
  static readonly layer = Layer.effect(
    Trackers,
    Effect.gen(function*() {
      const store = yield* RecordStore
      const log = yield* EventLog
      const records = Records.make(store, Tracker.trackerKind, Tracker.AgentTaskTracker)
      const past = History.make(store, Tracker.trackerKind, records)

      const assigned = Effect.fnUntraced(function*(task_id: string, agent_id: string) {
        const { tenant } = yield* Caller
        const [found] = yield* store.find({
          kind: "AgentTaskTracker",
          tenant,
          where: { task_id: [task_id], agent_id: [agent_id] },
          limit: 1
        })
        return found as Saved | undefined
      })

      const assign = Effect.fn("Trackers.assign")(function*(
        { agent_id, name, task_id }: {
          readonly task_id: string
          readonly agent_id: string
          readonly name?: string | null
        },
        conditions: Records.Authoring = {}
      ) {
        const { tenant } = yield* Caller
        const [task] = yield* store.get([{ kind: "Task", tenant, id: task_id }])
        if (task === undefined || isDeleted(taskKind, task.state)) {
          return yield* new RecordMissing({ kind: "Task", id: task_id })
        }
        const present = yield* assigned(task_id, agent_id)
        if (present !== undefined) return { ...present, created: false }
        const writes = yield* assignment({ task_id, agent_id, name: name ?? null }, conditions)
        const [result] = yield* store.commit([writes])
        if (Result.isSuccess(result!)) {
          const { state, version } = result.success[1]!
          return { version, state: state as Tracker.AgentTaskTracker, created: true }
        }
        // Another request assigned the agent meanwhile: its tracker is the one.
        const winner = result!.failure._tag === "Taken" ? yield* assigned(task_id, agent_id) : undefined
        if (winner === undefined) return yield* Records.refusal(Tracker.trackerKind, result!.failure)
        return { ...winner, created: false }
      })

      const append = Effect.fn("Trackers.append")(function*(
        task_id: string,
        { agent_id, content }: { readonly agent_id: string; readonly content: unknown }
      ) {
        if (Json.textBytes(content) > Json.maxBytes) {
          return yield* new InputInvalid({
            problems: [{ path: ["content"], message: `Expected at most ${Json.maxBytes} bytes of JSON` }]
          })
        }
        const { tenant } = yield* Caller
        const id = yield* (yield* Identifiers).next
        const created_at = timestamp(yield* Clock.currentTimeNanos)
        const [result] = yield* log.append([{ tenant, id, task_id, agent_id, created_at, content }])
        if (Result.isSuccess(result!)) return result.success
        switch (result!.failure._tag) {
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
        }
      })

      const event = Effect.fn("Trackers.event")(function*(id: string) {
        const { tenant } = yield* Caller
        const found = yield* log.get({ tenant, id })
        return found ?? (yield* new RecordMissing({ kind: "Event", id }))
      })

      const events = Effect.fn("Trackers.events")(function*(query: {
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
        const found = yield* log.read({ tenant, task_id, agent_id, after: position?.sequence_id ?? 0, limit })
        // Events, or one of them, are a proof that there is the task; without any it is asked for.
        if (found.length === 0 && position === undefined) {
          const [task] = yield* store.get([{ kind: "Task", tenant, id: task_id }])
          if (task === undefined) return yield* new RecordMissing({ kind: "Task", id: task_id })
        }
        return found
      })

      return Trackers.of({
        assign,
        get: records.find,
        update: (id, draft, conditions = {}) =>
          Effect.flatMap(CursorPolicy, (backwards) => records.update(id, draft, conditions, { backwards })),
        at: past.at,
        diff: past.diff,
        restore: past.restore,
        undo: past.undo,
        history: past.history,
        append,
        event,
        events
      })
    })
  )
}
