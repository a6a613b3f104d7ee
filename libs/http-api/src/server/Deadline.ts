/**
 * How long a request may take.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { Problem } from "../Problem.ts"

/**
 * Carries out an effect, or fails with a problem (503) when it takes longer than `millis`. It is then interrupted, but
 * nobody waits for that: a store that hangs may not let go of it.
 *
 * @category operations
 * @since 0.1.0
 */
export const within = <A, E, R>(effect: Effect.Effect<A, E, R>, millis: number): Effect.Effect<A, E | Problem, R> =>
  Effect.contextWith((context) =>
    Effect.callback<A, E | Problem>((resume) => {
      const fiber = Effect.runForkWith(context)(effect)
      const done = fiber.pollUnsafe()
      if (done !== undefined) return resume(done)
      const timer = setTimeout(() => {
        resume(Effect.fail(late(millis)))
        fiber.interruptUnsafe()
      }, millis)
      fiber.addObserver((exit) => {
        clearTimeout(timer)
        resume(exit)
      })
      return Effect.sync(() => {
        clearTimeout(timer)
        fiber.interruptUnsafe()
      })
    })
  )

const late = (millis: number): Problem =>
  new Problem({
    code: "took-too-long",
    detail: `The request was given up after ${millis} ms; whether a write happened, or will, is unknown`,
    facts: { limit_ms: millis },
    headers: { "retry-after": "1" }
  })
