/**
 * Tokens whose signature was verified already.
 *
 * @since 0.1.0
 */
import type { Grant } from "./Grant.ts"

/**
 * Remembers what the bearers of tokens may, by the text of the token, until the token expires. It belongs to one state
 * of the keys: with other keys nothing is remembered.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifiedTokens {
  /** Gives what the bearer may, at a time in milliseconds since 1970; undefined where the token must be verified. */
  readonly get: (token: string, millis: number) => Grant | undefined
  readonly put: (token: string, grant: Grant, expiresMillis: number) => void
}

/**
 * Makes a memory of at most `capacity` tokens: the one that was not used for longest makes room.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (capacity: number): VerifiedTokens => {
  // A Map lists its keys in the order in which they were put.
  const entries = new Map<string, { readonly grant: Grant; readonly expiresMillis: number }>()
  return {
    get: (token, millis) => {
      const entry = entries.get(token)
      if (entry === undefined) return undefined
      entries.delete(token)
      if (millis >= entry.expiresMillis) return undefined
      entries.set(token, entry)
      return entry.grant
    },
    put: (token, grant, expiresMillis) => {
      entries.delete(token)
      if (entries.size >= capacity) entries.delete(entries.keys().next().value!)
      entries.set(token, { grant, expiresMillis })
    }
  }
}
