/**
 * The public keys that tokens are verified with, as they are now.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { createLocalJWKSet, type JSONWebKeySet } from "jose"
import type { KeySource } from "./KeySource.ts"
import * as VerifiedTokens from "./VerifiedTokens.ts"

/**
 * One state of the keys, and the tokens that were verified with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Keys {
  readonly find: ReturnType<typeof createLocalJWKSet>
  readonly verified: VerifiedTokens.VerifiedTokens
}

/**
 * There are no keys that may be used now. `retryMillis` is when they are looked for next.
 *
 * @category errors
 * @since 0.1.0
 */
export class KeysUnavailable extends Data.TaggedError("KeysUnavailable")<{
  readonly message: string
  readonly retryMillis: number
}> {}

/**
 * A set of keys that changes while it is used.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeySet {
  /** Gives the keys, read anew where they were read too long ago. The same state is the same object. */
  readonly current: Effect.Effect<Keys, KeysUnavailable>
  /** Gives the keys where they need not be read anew, at a time in milliseconds since 1970. */
  readonly held: (millis: number) => Keys | undefined
  /** Looks for other keys than these, for a token that none of them signed; gives the same where there are none. */
  readonly other: (than: Keys) => Effect.Effect<Keys, KeysUnavailable>
}

/**
 * How many verified tokens are remembered.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxVerified = 1_000

/**
 * Makes the keys that a source gives. They are read at first use; where the source fails later, the keys read before
 * stay in use for as long as the source allows, and then there are none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (source: KeySource): KeySet => {
  const gate = Semaphore.makeUnsafe(1)
  let held: { readonly text: string; readonly keys: Keys; readonly at: number } | undefined
  let tried = -Infinity
  let failure: string | undefined

  /** Reads the source once for all who wait, and not again before its time. */
  const look = gate.withPermit(Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    if (now - tried < source.pauseMillis) return
    const read = yield* Effect.result(
      Effect.flatMap(
        source.read,
        (text) => text === held?.text ? Effect.succeed({ text, keys: held.keys }) : parse(text)
      )
    )
    tried = now
    const before = failure
    failure = read._tag === "Failure" ? read.failure : undefined
    if (read._tag === "Success") held = { ...read.success, at: now }
    // Told once, however many requests meet it.
    if (failure !== undefined && failure !== before) {
      yield* Effect.logWarning(`The keys that tokens are checked with could not be read: ${failure}`)
    }
  }))

  const unavailable = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.fail(
      new KeysUnavailable({
        message: failure ?? "they were not read yet",
        retryMillis: Math.max(0, tried + source.pauseMillis - now)
      })
    ))

  const fresh: KeySet["held"] = (millis) =>
    held !== undefined && millis - held.at < source.freshMillis ? held.keys : undefined

  return {
    held: fresh,
    current: Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      if (fresh(now) === undefined) yield* look
      if (held === undefined || now - held.at >= source.keptMillis) return yield* unavailable
      return held.keys
    }),
    other: (than) =>
      Effect.gen(function*() {
        if (held?.keys === than) yield* look
        if (held !== undefined && held.keys !== than) return held.keys
        return failure === undefined ? than : yield* unavailable
      })
  }
}

/**
 * Reads a source once; fails with what is wrong with it or with what it gives, in one clause.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (source: KeySource): Effect.Effect<void, string> =>
  Effect.asVoid(Effect.flatMap(source.read, parse))

const parse = (text: string): Effect.Effect<{ readonly text: string; readonly keys: Keys }, string> =>
  Effect.try({
    try: () => {
      const set = JSON.parse(text) as JSONWebKeySet
      const find = createLocalJWKSet(set)
      if (set.keys.some((key) => key.d !== undefined)) throw new Error("private")
      return { text, keys: { find, verified: VerifiedTokens.make(maxVerified) } }
    },
    catch: (error) =>
      (error as Error).message === "private"
        ? "the key set has a private key, which belongs to the issuer alone"
        : "it is no JSON Web Key Set (RFC 7517)"
  })
