/**
 * The port of the append-only log of a task's events.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Result } from "effect/Result"
import type { Memo } from "./Memo.ts"
import type { StoreUnavailable } from "./RecordStore.ts"

/**
 * An event of a task, meant for one of its agents. `sequence_id` counts 1, 2, 3 … in the task, without gaps.
 *
 * @category models
 * @since 0.1.0
 */
export interface Event {
  readonly id: string
  readonly sequence_id: number
  readonly task_id: string
  readonly agent_id: string
  readonly created_at: string
  /** Any JSON value. */
  readonly content: unknown
}

/**
 * An event to append. Its number is given out by the log.
 *
 * @category models
 * @since 0.1.0
 */
export interface Append extends Omit<Event, "sequence_id"> {
  readonly tenant: string
  /** Answers what would be appended, and appends nothing; then its memo means nothing. */
  readonly dry?: boolean
  readonly memo?: Memo
}

/**
 * Why an event was not appended: the task is missing or deleted, the agent is not assigned to it, the id is taken, or
 * the log's own rules refuse the values, a defect of the caller, who should have found it before; or, whatever else
 * stands against it, its memo is in force already.
 *
 * @category models
 * @since 0.1.0
 */
export type AppendRejection =
  | { readonly _tag: "TaskMissing" | "NotAssigned" | "Taken" | "Repeated" }
  | { readonly _tag: "Refused"; readonly reason: string }

/**
 * Keeps the events of tasks in order.
 *
 * Numbers become visible in order: a reader that has seen number n never later finds a new event below n.
 *
 * @category ports
 * @since 0.1.0
 */
export class EventLog extends Context.Service<EventLog, {
  /** Appends a batch and answers one result for each, in order; one rejected never touches its neighbours. */
  readonly append: (
    events: ReadonlyArray<Append>
  ) => Effect.Effect<ReadonlyArray<Result<Event, AppendRejection>>, StoreUnavailable>
  readonly get: (key: { readonly tenant: string; readonly id: string }) => Effect.Effect<
    Event | undefined,
    StoreUnavailable
  >
  /** The events of a task after a sequence number (0 for all), in order, for one agent or for all. */
  readonly read: (query: {
    readonly tenant: string
    readonly task_id: string
    readonly agent_id?: string
    readonly after: number
    readonly limit: number
  }) => Effect.Effect<ReadonlyArray<Event>, StoreUnavailable>
}>()("@emend/domain/EventLog") {}
