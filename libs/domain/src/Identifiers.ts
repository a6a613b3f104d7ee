/**
 * New ids.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Writes a UUID of version 7 (RFC 9562) from a time in milliseconds since 1970 and 10 random bytes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const uuid7 = (millis: number, random: Uint8Array): string => {
  const time = millis.toString(16).padStart(12, "0")
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")
  const variant = ((random[2]! & 0x3f) | 0x80).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(1, 4)}-${variant}${hex.slice(6, 8)}-${hex.slice(8, 20)}`
}

/**
 * Gives new ids: UUIDs of version 7 from the clock and the platform's cryptographic randomness.
 *
 * @category references
 * @since 0.1.0
 */
export const Identifiers = Context.Reference<{ readonly next: Effect.Effect<string> }>("@emend/domain/Identifiers", {
  defaultValue: () => ({
    next: Effect.map(
      Clock.currentTimeMillis,
      (millis) => uuid7(millis, globalThis.crypto.getRandomValues(new Uint8Array(10)))
    )
  })
})
