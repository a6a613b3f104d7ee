/**
 * What leads a task through its life, and takes its content away.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Task from "./kinds/Task.ts"
import * as Records from "./Records.ts"
import { StatusRefused, TooContended, TransitionRefused } from "./Refusals.ts"
import type { MoveOptions, Tasks } from "./Tasks.ts"
import { timestamp } from "./Text.ts"

/** Gives the use cases over the records of tasks. */
export const make = (records: Records.Records<typeof Task.Task.fields>): Pick<Tasks["Service"], "move" | "clean"> => {
  const move = Effect.fnUntraced(function*(id: string, to: Task.Status, options: MoveOptions = {}) {
    const { status_reason, ...conditions } = options
    const step = {
      assign: { status: to, status_reason: status_reason ?? Task.defaultReason[to] },
      where: { status: Task.sources(to) }
    }
    // Already there: only a new reason is a change, and only while it stays there.
    const stay = {
      ...(status_reason === undefined ? undefined : { assign: { status_reason } }),
      where: { status: [to] }
    }
    let attempt: Records.Change = step
    for (let attempts = 0; attempts < Records.maxAttempts; attempts++) {
      const result = yield* Effect.result(records.change(id, attempt, conditions))
      if (Result.isSuccess(result)) return result.success
      const rejection = result.failure
      if (rejection._tag !== "Stale" || !Records.meets(rejection.record, conditions)) {
        return yield* Records.refusal(Task.taskKind, rejection, conditions)
      }
      const from = rejection.record.state["status"] as Task.Status | null
      if (from !== to && !Task.sources(to).includes(from)) {
        return yield* new TransitionRefused({
          kind: "Task",
          id,
          from,
          to,
          allowed: Task.allowed(from),
          blocked_by: `there is no move from ${from} to ${to}`
        })
      }
      // The move is legal from where the task is now: another writer moved it meanwhile, or it is there already.
      attempt = from === to ? stay : step
    }
    return yield* new TooContended({ kind: "Task", id, attempts: Records.maxAttempts })
  })

  const clean = Effect.fnUntraced(function*(id: string, conditions: Records.Conditions = {}) {
    const assign = { cleaned_at: timestamp(yield* Clock.currentTimeNanos) }
    return yield* records.change(id, { assign, where: { status: Task.cleanable }, redact: true }, conditions).pipe(
      Effect.mapError((rejection) => {
        if (rejection._tag !== "Stale" || !Records.meets(rejection.record, conditions)) {
          return Records.refusal(Task.taskKind, rejection, conditions)
        }
        const from = rejection.record.state["status"] as Task.Status | null
        return new StatusRefused({ kind: "Task", id, from, demanded: Task.cleanable })
      })
    )
  })

  return { move, clean }
}
