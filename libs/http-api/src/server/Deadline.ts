/**
 * How long a request may take.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Problem } from "../Problem.ts"
import * as Due from "./Due.ts"
import type { InFlight } from "./InFlight.ts"

/**
 * Carries out an effect in a context, and tells how it ended: it fails with a problem (503) when it takes longer than
 * `millis`. It is then interrupted, but nobody waits for that: a store that hangs may not let go of it. Until it does, it
 * stays counted in `inFlight`, so that what nobody waits for cannot pile up.
 *
 * Gives what gives it up before, in the same way: then nothing is told.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  context: Context.Context<R>,
  millis: number,
  inFlight: InFlight | undefined,
  done: (exit: Exit.Exit<A, E | Problem>) => void
): () => void => {
  const fiber = Effect.runForkWith(context)(effect)
  const exit = fiber.pollUnsafe()
  if (exit !== undefined) {
    done(exit)
    return () => {}
  }
  const due = Due.of(millis)
  let isWanted = true
  const abandon = () => {
    if (!isWanted) return
    isWanted = false
    due.remove(waiting)
    fiber.interruptUnsafe()
    if (inFlight === undefined || fiber.pollUnsafe() !== undefined) return
    inFlight.stay()
    fiber.addObserver(inFlight.leave)
  }
  const waiting = due.add(() => {
    if (!isWanted) return
    done(Exit.fail(late(millis)))
    abandon()
  })
  fiber.addObserver((exit) => {
    if (!isWanted) return
    isWanted = false
    due.remove(waiting)
    done(exit)
  })
  return abandon
}

/**
 * Carries out an effect in a context as {@link run} does, as an effect.
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
  Effect.callback<A, E | Problem>((resume) => Effect.sync(run(effect, context, millis, inFlight, resume)))

const late = (millis: number): Problem =>
  new Problem({
    code: "took-too-long",
    detail: `The request was given up after ${millis} ms; whether a write happened, or will, is unknown`,
    facts: { limit_ms: millis },
    headers: { "retry-after": "1" }
  })
