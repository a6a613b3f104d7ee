/**
 * Tasks by their names.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Records from "./Records.ts"
import { RecordMissing, TooContended } from "./Refusals.ts"

/**
 * Does something with the task that has a name, given what finds its id. Where it is deleted meanwhile, it is done to the
 * task that has the name then: never to one that has another name.
 *
 * @category constructors
 * @since 0.1.0
 */
export const naming = <E0>(idOf: (name: string) => Effect.Effect<string, E0>) =>
  Effect.fnUntraced(function*<A, E, R>(
    name: string,
    use: (id: string) => Effect.Effect<A, E, R>
  ): Effect.fn.Return<A, E0 | E | TooContended, R> {
    for (let attempts = 0; attempts < Records.maxAttempts; attempts++) {
      // A name stays with its task for life: the task found has it, or is deleted.
      const id = yield* idOf(name)
      const result = yield* Effect.result(use(id))
      if (Result.isSuccess(result)) return result.success
      if (!isMissing(result.failure, id)) return yield* Effect.fail(result.failure)
    }
    return yield* new TooContended({ kind: "Task", id: name, attempts: Records.maxAttempts })
  })

const isMissing = (error: unknown, id: string): error is RecordMissing =>
  error instanceof RecordMissing && error.kind === "Task" && error.id === id
