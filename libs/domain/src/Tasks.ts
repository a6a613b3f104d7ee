/**
 * The use cases of tasks.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assignment } from "./assignment.ts"
import { Identifiers } from "./Identifiers.ts"
import * as Task from "./kinds/Task.ts"
import * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { type RecordMissing, TransitionRefused } from "./Refusals.ts"
import type { Revision } from "./Revision.ts"
import { timestamp } from "./Text.ts"

type Fields = typeof Task.Task.fields

/**
 * How a task is moved: with a reason for its status (the move's default without one), and under conditions.
 *
 * @category models
 * @since 0.1.0
 */
export interface MoveOptions extends Records.Conditions {
  readonly status_reason?: string
}

/**
 * Creates, reads, updates and moves tasks.
 *
 * @category services
 * @since 0.1.0
 */
export class Tasks extends Context.Service<Tasks, {
  /** Creates a running task and assigns it to the agents named, all or nothing. */
  readonly create: (
    input: typeof Task.Creation.Type,
    options?: Records.Reason
  ) => Effect.Effect<Records.Saved<Task.Task>, Records.CommitRefusal>
  readonly get: (id: string) => Effect.Effect<Records.Saved<Task.Task>, RecordMissing | StoreUnavailable>
  readonly update: (
    id: string,
    draft: Kind.Draft<Fields>,
    conditions?: Records.UpdateConditions
  ) => Effect.Effect<Records.Changed<Task.Task>, Records.UpdateRefusal>
  /**
   * Moves a task along its lifecycle in one compare-and-set, `DELETED` included. Moving to the status that it has
   * already changes nothing, or only the reason where a new one is given.
   */
  readonly move: (
    id: string,
    to: Task.Status,
    options?: MoveOptions
  ) => Effect.Effect<Records.Changed<Task.Task>, Records.CommitRefusal | TransitionRefused>
  readonly history: (
    id: string,
    page?: Records.HistoryPage
  ) => Effect.Effect<ReadonlyArray<Revision>, RecordMissing | StoreUnavailable>
}>()("@emend/domain/Tasks") {
  static readonly layer = Layer.effect(
    Tasks,
    Effect.gen(function*() {
      const records = Records.make(yield* RecordStore, Task.taskKind, Task.Task)

      const create = Effect.fn("Tasks.create")(function*(
        input: typeof Task.Creation.Type,
        options: Records.Reason = {}
      ) {
        const { next } = yield* Identifiers
        const id = input.id ?? (yield* next)
        const task = Task.initial(input, id, timestamp(yield* Clock.currentTimeNanos))
        const along = yield* Effect.forEach(
          [...new Set(input.agent_ids ?? [])],
          (agent_id) => assignment({ task_id: id, agent_id, name: null }, options.reason)
        )
        return yield* records.create(task, { ...options, along: along.flat() })
      })

      const move = Effect.fn("Tasks.move")(function*(id: string, to: Task.Status, options: MoveOptions = {}) {
        const { status_reason, ...conditions } = options
        const stepped = records.change(id, {
          assign: { status: to, status_reason: status_reason ?? Task.defaultReason[to] },
          where: { status: Task.sources(to) }
        }, conditions)
        return yield* stepped.pipe(
          Effect.catchIf(
            (failure) => failure._tag === "Stale" && failure.record.state["status"] === to,
            // Already there: only a new reason is a change, and only while it stays there.
            () =>
              records.change(id, {
                ...(status_reason === undefined ? undefined : { assign: { status_reason } }),
                where: { status: [to] }
              }, conditions)
          ),
          Effect.mapError((rejection) => {
            if (rejection._tag !== "Stale" || !Records.meets(rejection.record, conditions)) {
              return Records.refusal(Task.taskKind, rejection, conditions)
            }
            const from = rejection.record.state["status"] as Task.Status | null
            return new TransitionRefused({
              kind: "Task",
              id,
              from,
              to,
              allowed: Task.allowed(from),
              blocked_by: `there is no move from ${from} to ${to}`
            })
          })
        )
      })

      return Tasks.of({
        create,
        get: records.find,
        update: (id, draft, conditions = {}) => records.update(id, draft, conditions),
        move,
        history: records.history
      })
    })
  )
}
