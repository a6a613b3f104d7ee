/**
 * Where the public keys of an issuer are read.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"

/**
 * A place that a key set is read from, and how often.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeySource {
  /** The text of the key set; fails with what is the case, in one clause. */
  readonly read: Effect.Effect<string, string>
  /** How long what was read is in use without a look at the source. */
  readonly freshMillis: number
  /** How long after a look the source is left in peace, whatever tokens come. */
  readonly pauseMillis: number
  /** How long what was read last stays in use while the source fails. */
  readonly keptMillis: number
}

/**
 * Reads the keys of a file: once a second where tokens come, and at once for a token that none of the keys signed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const file = (path: string): KeySource => ({
  read: Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) => `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`
  }),
  freshMillis: 1_000,
  pauseMillis: 0,
  keptMillis: 60_000
})

/**
 * Reads the keys of a URL: every five minutes where tokens come, and for a token that none of the keys signed, though
 * not within ten seconds of the last time. An answer takes three seconds at most, and is no redirection.
 *
 * @category constructors
 * @since 0.1.0
 */
export const url = (address: string): KeySource => ({
  read: Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(address, {
        headers: { accept: "application/jwk-set+json, application/json" },
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(3_000)])
      })
      const text = await response.text()
      if (response.status !== 200) throw new Error(`answered ${response.status}`)
      return text
    },
    catch: (error) => {
      const { cause, message, name } = error as Error & { readonly cause?: { readonly code?: string } }
      const why = name === "TimeoutError"
        ? "did not answer in time"
        : message.startsWith("answered")
        ? message
        : undefined
      return `${address} ${why ?? `cannot be reached (${cause?.code ?? message})`}`
    }
  }),
  freshMillis: 300_000,
  pauseMillis: 10_000,
  keptMillis: 3_600_000
})
