/**
 * Hashes that depend on the value alone.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"

/**
 * Writes a JSON value in one way only: keys sorted by UTF-16 code unit, no white space, `-0` as `0`
 * (RFC 8785, JSON Canonicalization Scheme).
 *
 * @category conversions
 * @since 0.1.0
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const row = value as Readonly<Record<string, unknown>>
  return `{${Object.keys(row).sort().map((key) => `${JSON.stringify(key)}:${canonical(row[key])}`).join(",")}}`
}

/**
 * Hashes a JSON value: the SHA-256 of its canonical text, as 64 hexadecimal digits.
 *
 * Laws Y1 and Y2: key order does not matter, and equal values have equal hashes, different ones different hashes.
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (value: unknown): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(value)))),
    (digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
  )
