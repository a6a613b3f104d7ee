/**
 * The idempotency key of a call.
 *
 * @internal
 */
import { ContentHash, IdempotencyKey } from "@emend/domain"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"

/** The headers that carry a key, the key as the caller knows it, and what runs when its answer was given before. */
export interface CallKey {
  readonly headers: Readonly<Record<string, string>>
  /** Undefined where the caller gave none, and the client made one. */
  readonly given: string | undefined
  readonly onRepeat: Effect.Effect<void>
}

/** What a header can carry as a key. */
const isSayable = (key: string): boolean => /^[\x21-\x7e]{1,255}$/.test(key)

/**
 * Gives the key of a call: the caller's, with what it belongs to and what is asked, so that it means at the server what
 * it means here; else a new one, which makes it safe to send the request again.
 */
export const ofCall: Effect.Effect<CallKey> = Effect.gen(function*() {
  const given = yield* IdempotencyKey
  if (given === undefined) {
    return { headers: { "idempotency-key": randomUUID() }, given: undefined, onRepeat: Effect.void }
  }
  const { key, onRepeat = Effect.void, request, scope } = given
  const asked = yield* ContentHash.of(JSON.parse(JSON.stringify(request ?? null)))
  return {
    headers: {
      "idempotency-key": isSayable(key) ? key : yield* ContentHash.of(key),
      "idempotency-request": `${yield* ContentHash.of(scope)}.${asked}`
    },
    given: key,
    onRepeat
  }
})
