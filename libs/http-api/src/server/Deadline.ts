/**
 * How long a request may take.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Problem } from "../Problem.ts"
import type { InFlight } from "./InFlight.ts"

/**
 * Carries out an effect in a context, or fails with a problem (503) when it takes longer than `millis`. It is then
 * interrupted, but nobody waits for that: a store that hangs may not let go of it. Until it does, it stays counted in
 * `inFlight`, so that what nobody waits for cannot pile up.
 *
 * @category operations
 * @since 0.1.0
 */
export const within = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  context: Context.Context<R>,
  millis: number,
  inFlight?: InFlight
): Effect.Effect<A, E | Problem> =>
  Effect.callback<A, E | Problem>((resume) => {
    const fiber = Effect.runForkWith(context)(effect)
    const done = fiber.pollUnsafe()
    if (done !== undefined) return resume(done)
    const abandon = () => {
      clearTimeout(timer)
      fiber.interruptUnsafe()
      if (inFlight === undefined || fiber.pollUnsafe() !== undefined) return
      inFlight.stay()
      fiber.addObserver(inFlight.leave)
    }
    const timer = setTimeout(() => {
      resume(Effect.fail(late(millis)))
      abandon()
    }, millis)
    fiber.addObserver((exit) => {
      clearTimeout(timer)
      resume(exit)
    })
    return Effect.sync(abandon)
  })

const late = (millis: number): Problem =>
  new Problem({
    code: "took-too-long",
    detail: `The request was given up after ${millis} ms; whether a write happened, or will, is unknown`,
    facts: { limit_ms: millis },
    headers: { "retry-after": "1" }
  })
