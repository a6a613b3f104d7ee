/** A clock that is moved by hand. Whoever moves it first waits until somebody sleeps: a loaded machine changes nothing. */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

interface Sleeper {
  readonly millis: number
  readonly ends: number
  readonly wake: () => void
}

export interface HandClock {
  readonly clock: Clock.Clock
  /** Waits until somebody sleeps for as long as is looked for, and gives for how many milliseconds. */
  readonly asleep: (isMeant: (millis: number) => boolean) => Effect.Effect<number>
  /** Moves the clock, and wakes who slept until then. */
  readonly advance: (millis: number) => Effect.Effect<void>
}

export const make = (): HandClock => {
  let now = 1_800_000_000_000
  const sleepers = new Set<Sleeper>()
  const watchers = new Set<(sleeper: Sleeper) => void>()
  const nanos = () => BigInt(now) * 1_000_000n
  return {
    clock: {
      currentTimeMillisUnsafe: () => now,
      currentTimeMillis: Effect.sync(() => now),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) =>
        Effect.callback((resume) => {
          const millis = Duration.toMillis(duration)
          const sleeper = { millis, ends: now + millis, wake: () => resume(Effect.void) }
          sleepers.add(sleeper)
          // Who is told may look for the next one at once, which this one is not.
          for (const watch of new Set(watchers)) watch(sleeper)
          return Effect.sync(() => sleepers.delete(sleeper))
        })
    },
    asleep: (isMeant) =>
      Effect.callback((resume) => {
        const watch = (sleeper: Sleeper) => {
          if (!isMeant(sleeper.millis)) return
          watchers.delete(watch)
          resume(Effect.succeed(sleeper.millis))
        }
        watchers.add(watch)
        for (const sleeper of sleepers) watch(sleeper)
        return Effect.sync(() => watchers.delete(watch))
      }),
    advance: (millis) =>
      Effect.sync(() => {
        now += millis
        for (const sleeper of sleepers) {
          if (sleeper.ends > now) continue
          sleepers.delete(sleeper)
          sleeper.wake()
        }
      })
  }
}
