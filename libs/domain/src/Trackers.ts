/**
 * The use cases of trackers and of the events that they track.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Assignments from "./Assignments.ts"
import { type Event, EventLog } from "./EventLog.ts"
import * as History from "./History.ts"
import * as Tracker from "./kinds/AgentTaskTracker.ts"
import * as Lists from "./Lists.ts"
import * as Once from "./Once.ts"
import * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import type { RecordMissing } from "./Refusals.ts"
import { type ReferenceUnknown } from "./Refusals.ts"
import * as TaskEvents from "./TaskEvents.ts"
import * as UseCase from "./UseCase.ts"

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
 * What trackers can be ordered by. Those of one agent, or of one task, come in the order of their creation. No order is
 * on what an advance of a cursor changes: every advance would pay for it.
 *
 * @category models
 * @since 0.1.0
 */
export type TrackerOrder = "created_at" | "id" | "agent_id" | "task_id"

/**
 * Which trackers are listed: those of an agent, of a task, or of both, the newest first unless said.
 *
 * @category models
 * @since 0.1.0
 */
export interface TrackerQuery extends Lists.Range {
  readonly agent_id?: string | undefined
  readonly task_id?: string | undefined
  /** Default `created_at`. */
  readonly order_by?: TrackerOrder | undefined
  /** Default `desc`. */
  readonly order_direction?: Lists.Direction | undefined
}

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
  ) => Effect.Effect<
    Records.Created<Tracker.AgentTaskTracker> & { readonly created: boolean },
    Records.CommitRefusal
  >
  readonly get: (id: string) => Effect.Effect<Saved, RecordMissing | StoreUnavailable>
  readonly list: (
    query?: TrackerQuery
  ) => Effect.Effect<ReadonlyArray<Lists.Listed<Tracker.AgentTaskTracker>>, Lists.ListRefusal>
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
    event: { readonly agent_id: string; readonly content: unknown },
    conditions?: Pick<Records.Authoring, "dryRun">
  ) => Effect.Effect<Event, Records.CommitRefusal>
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
      const listed = Lists.make<Tracker.AgentTaskTracker>(store, Tracker.trackerKind)
      const once = Once.make(store)

      const list = (
        { agent_id, order_by = "created_at", order_direction = "desc", task_id, ...range }: TrackerQuery = {}
      ) => {
        const where = Lists.where({ agent_id, task_id })
        const by = order_by === "agent_id" || order_by === "task_id" ? [order_by, "created_at"] : [order_by]
        return listed({ filter: { where }, by, direction: order_direction }, range)
      }

      return Trackers.of({
        assign: once("Trackers.assign", Assignments.make(store, records)),
        get: records.find,
        list,
        update: once(
          "Trackers.update",
          (id, draft, conditions = {}) =>
            Effect.flatMap(CursorPolicy, (backwards) => records.update(id, draft, conditions, { backwards }))
        ),
        at: past.at,
        diff: past.diff,
        restore: once("Trackers.restore", past.restore),
        undo: once("Trackers.undo", past.undo),
        history: past.history,
        ...TaskEvents.make(store, log, once)
      })
    }).pipe(Effect.map(UseCase.spans("Trackers")))
  )
}
