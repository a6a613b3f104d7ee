/**
 * What is done about a statement that failed: it is tried anew where others were only in its way, and divided where the
 * database refuses a part of it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import { setTimeout as pause } from "node:timers/promises"
import { classify } from "./Database.ts"
import * as Observed from "./Observed.ts"

/** How often at most something is tried. */
const most = 20

/** How long at most is waited between two attempts. */
const longestPauseMillis = 64

/**
 * Tries an effect at most 20 times, as long as its failure may pass. Between two attempts it waits a random time, of 2,
 * 4, 8 … up to 64 ms, so that those who were in each other's way do not meet again.
 *
 * @category operations
 * @since 0.1.0
 */
export const again = <A, E>(effect: Effect.Effect<A, E>, mayPass: (error: E) => boolean): Effect.Effect<A, E> =>
  // Nearly all succeed at once.
  Effect.catch(effect, (error) => mayPass(error) ? anew(effect, mayPass) : Effect.fail(error))

const anew = Effect.fnUntraced(function*<A, E>(
  effect: Effect.Effect<A, E>,
  mayPass: (error: E) => boolean
): Effect.fn.Return<A, E> {
  for (let attempt = 1;; attempt++) {
    yield* Metric.update(Observed.retries, 1)
    const millis = (yield* Random.next) * Math.min(2 ** attempt, longestPauseMillis)
    // The others are in the database and live in real time, whatever clock the caller has.
    yield* Effect.promise(() => pause(millis))
    if (attempt === most - 1) return yield* effect
    const result = yield* Effect.result(effect)
    if (Result.isSuccess(result)) return result.success
    if (!mayPass(result.failure)) return yield* Effect.fail(result.failure)
  }
})

/**
 * Tells whether a statement failed only because another transaction was in the way.
 *
 * @category queries
 * @since 0.1.0
 */
export const isInTheWay = (error: SqlError): boolean => classify(error)._tag === "Retry"

/**
 * Executes items together, and where the database refuses them, in halves until a bad one is alone. Each division is
 * counted, see {@link Observed.halvings}; where not a value is refused but the statement itself, that is a defect which only
 * makes everything slower, so it is logged.
 *
 * @category operations
 * @since 0.1.0
 */
export const inHalves = <A, B>(
  items: ReadonlyArray<A>,
  execute: (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, SqlError>,
  alone: (item: A, error: SqlError) => Effect.Effect<B, SqlError>
): Effect.Effect<ReadonlyArray<B>, SqlError> => {
  let isTold = false
  const divided = (items: ReadonlyArray<A>): Effect.Effect<ReadonlyArray<B>, SqlError> =>
    Effect.catch(execute(items), (error) => {
      const failure = classify(error)
      if (failure._tag !== "Refused") return Effect.fail(error)
      if (items.length === 1) return Effect.map(alone(items[0]!, error), (one) => [one])
      const half = items.length >> 1
      const halves = Effect.zipWith(
        divided(items.slice(0, half)),
        divided(items.slice(half)),
        (first, second) => [...first, ...second]
      )
      const isWrong = failure.code.startsWith("42")
      const told = isWrong && !isTold ? logged(failure.code, items.length) : Effect.void
      isTold ||= isWrong
      return Metric.update(Observed.halvings[isWrong ? "statement" : "values"], 1).pipe(
        Effect.andThen(told),
        Effect.andThen(halves)
      )
    })
  return divided(items)
}

const logged = (code: string, count: number): Effect.Effect<void> =>
  Effect.logError("The database does not take a statement for several writes, which are executed in parts").pipe(
    Effect.annotateLogs({ code, count })
  )
