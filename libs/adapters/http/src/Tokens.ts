/**
 * Bearer tokens: where they come from, and when they are renewed.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import { TokenUnavailable } from "./RemoteFailure.ts"

/**
 * A token, and when it expires, in milliseconds since 1970; without that it is used until the server refuses it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Token {
  readonly value: Redacted.Redacted
  readonly expiresAt?: number
}

/**
 * Gives the token of a request, in the context of who calls.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tokens {
  /** The token to send; undefined for none. */
  readonly current: Effect.Effect<Token | undefined, TokenUnavailable>
  /** A token after the server did not accept this one; undefined where there is no other. */
  readonly renewed: (refused: Token) => Effect.Effect<Token | undefined, TokenUnavailable>
}

/**
 * No tokens, for a server that serves its own machine.
 *
 * @category constructors
 * @since 0.1.0
 */
export const none: Tokens = { current: Effect.undefined, renewed: () => Effect.undefined }

/**
 * The token of each call, asked for anew every time in the context of who calls: nothing is kept, and so nothing of one
 * caller goes out for another. It is how a gateway sends its callers' own tokens on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const perCall = (token: Effect.Effect<Redacted.Redacted | undefined, unknown>): Tokens => ({
  current: Effect.mapBoth(token, {
    onSuccess: (value) => value === undefined ? undefined : { value },
    onFailure: unavailable
  }),
  renewed: () => Effect.undefined
})

/**
 * One token for all calls, which `provider` gives. It is kept and renewed `aheadMillis` (30 seconds unless said) before
 * it expires, and once where the server does not accept it; however many calls need another one, it is asked for once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const refreshing = (
  provider: Effect.Effect<Token, unknown>,
  { aheadMillis = 30_000 }: { readonly aheadMillis?: number } = {}
): Tokens => {
  const gate = Semaphore.makeUnsafe(1)
  let held: Token | undefined

  const renew = Effect.mapBoth(provider, {
    onSuccess: (token) => held = token,
    onFailure: unavailable
  })
  const isGood = ({ expiresAt = Infinity }: Token) =>
    Effect.map(Clock.currentTimeMillis, (now) => now < expiresAt - aheadMillis)
  /** Who waited at the gate takes what the one before got. */
  const unless = (isKept: (held: Token) => Effect.Effect<boolean>) =>
    gate.withPermit(Effect.suspend(() =>
      held === undefined
        ? renew
        : Effect.flatMap(isKept(held), (kept) => kept ? Effect.succeed(held!) : renew)
    ))

  return {
    current: Effect.suspend(() =>
      held === undefined
        ? unless(isGood)
        : Effect.flatMap(isGood(held), (good) => good ? Effect.succeed(held!) : unless(isGood))
    ),
    renewed: (refused) => unless((held) => Effect.succeed(held !== refused))
  }
}

const unavailable = (cause: unknown): TokenUnavailable =>
  new TokenUnavailable({ message: "No bearer token could be had", cause })
