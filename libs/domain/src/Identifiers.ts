/**
 * New ids.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Writes a UUID of version 7 (RFC 9562) from a time in milliseconds since 1970, below 2 ** 48, and 8 random bytes. Behind the whole
 * milliseconds stand 12 bits of their fraction (section 6.2, method 3), so that ids are in the order of the times that
 * they were made at, down to a quarter of a microsecond.
 *
 * @category constructors
 * @since 0.1.0
 */
export const uuid7 = (millis: number, random: Uint8Array): string => {
  const whole = Math.floor(millis)
  const time = whole.toString(16).padStart(12, "0")
  const fraction = Math.floor((millis - whole) * 4096).toString(16).padStart(3, "0")
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")
  const variant = ((random[0]! & 0x3f) | 0x80).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${fraction}-${variant}${hex.slice(2, 4)}-${hex.slice(4, 16)}`
}

/** When the last id was made, as it says: also when two are made at the same time, or the clock is set back. */
let last = 0

/**
 * Gives new ids: UUIDs of version 7 from the clock and the platform's cryptographic randomness. Those of one process are
 * in the order in which they were made.
 *
 * @category references
 * @since 0.1.0
 */
export const Identifiers = Context.Reference<{ readonly next: Effect.Effect<string> }>("@emend/domain/Identifiers", {
  defaultValue: () => ({
    next: Effect.map(Clock.currentTimeNanos, (nanos) => {
      last = Math.max(Number(nanos) / 1e6, last + 1 / 4096)
      return uuid7(last, globalThis.crypto.getRandomValues(new Uint8Array(8)))
    })
  })
})
