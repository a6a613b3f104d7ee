/**
 * Requests that are carried out once, however often they are sent.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/**
 * The key that a sender chose for one request, what it belongs to besides the caller (an operation and what it is done
 * to), and what is asked. The same key in another scope, or of another caller, is another key.
 *
 * @category models
 * @since 0.1.0
 */
export interface IdempotencyKey {
  readonly scope: string
  readonly key: string
  /** What is asked, as JSON: by it, the same request is told from another one. The order of keys means nothing. */
  readonly request: unknown
  /** Runs when the answer is not a new one but the first one again. */
  readonly onRepeat?: Effect.Effect<void>
}

/**
 * The key under which use cases run that change something; none unless provided. The first one is carried out; the same
 * one again gives the first answer again, a refusal too, and another one is refused as `KeyReused`. A record in an
 * answer that is given again is as that request left it, whatever came since.
 *
 * Not remembered are reads, dry runs, what failed for want of the store or for contention, and conflicts of a rebase,
 * whose values belong to the record alone.
 *
 * @category references
 * @since 0.1.0
 */
export const IdempotencyKey = Context.Reference<IdempotencyKey | undefined>("@emend/domain/IdempotencyKey", {
  defaultValue: () => undefined
})

/**
 * How many milliseconds the answer to a request with a key is remembered: 24 hours unless provided.
 *
 * @category references
 * @since 0.1.0
 */
export const KeyLifetimeMillis = Context.Reference<number>("@emend/domain/KeyLifetimeMillis", {
  defaultValue: () => 86_400_000
})
