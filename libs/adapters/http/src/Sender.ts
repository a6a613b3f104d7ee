/**
 * Requests that are sent until they are answered, within bounds.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { BaseUrl } from "./BaseUrl.ts"
import { type HttpOptions, read, type Settings } from "./HttpOptions.ts"
import { type OptionInvalid, type RemoteFailure, TimedOut, TokenUnavailable } from "./RemoteFailure.ts"
import * as Retries from "./Retries.ts"
import * as Tokens from "./Tokens.ts"
import * as Transport from "./Transport.ts"

/** An answer, and whether it is surely that to the only time that the request reached the server. */
export interface Sent {
  readonly incoming: Transport.Incoming
  readonly once: boolean
}

/** Sends a request, again and again where that is safe. */
export type Sender = (outgoing: Transport.Outgoing, isSafe: boolean) => Effect.Effect<Sent, RemoteFailure>

/** Makes a sender; its connections are closed with the scope. */
export const make = (
  base: BaseUrl,
  options: HttpOptions
): Effect.Effect<Sender, OptionInvalid, Scope.Scope> =>
  Effect.gen(function*() {
    const settings = yield* Effect.fromResult(read(options))
    return over(yield* Transport.make(base, settings), options.tokens ?? Tokens.none, settings)
  })

const over = (transport: Transport.Transport, tokens: Tokens.Tokens, settings: Settings): Sender => {
  const { attemptMillis, attempts, callMillis, firstWaitMillis: firstMillis, maxWaitMillis: maxMillis } = settings
  const backoff = { attempts, firstMillis, maxMillis }
  // Who waits for a connection has sent nothing: only the call's own time runs meanwhile.
  const turn = Semaphore.makeUnsafe(settings.maxConnections).withPermit

  const under = (
    token: Tokens.Token | undefined,
    outgoing: Transport.Outgoing
  ): Effect.Effect<Transport.Incoming, RemoteFailure> => {
    if (token === undefined) return transport(outgoing)
    const value: unknown = Redacted.value(token.value)
    return typeof value === "string" && isBearer(value)
      ? transport({ ...outgoing, headers: { ...outgoing.headers, authorization: `Bearer ${value}` } })
      : Effect.fail(
        new TokenUnavailable({
          message:
            "What was given for the bearer token is none: it is empty, no text, or has characters that no token has"
        })
      )
  }

  /** A token that expired on the way, or was revoked, is replaced once. */
  const attempt = Effect.fnUntraced(function*(outgoing: Transport.Outgoing) {
    const token = yield* tokens.current
    const answer = yield* under(token, outgoing)
    if (answer.status !== 401 || token === undefined) return answer
    const other = yield* tokens.renewed(token)
    return other === undefined ? answer : yield* under(other, outgoing)
  })

  const within = <A, E>(
    program: Effect.Effect<A, E>,
    limitMillis: number,
    what: string
  ): Effect.Effect<A, E | TimedOut> =>
    Effect.timeoutOrElse(program, {
      duration: limitMillis,
      orElse: () =>
        Effect.fail(new TimedOut({ limitMillis, message: `${what} was not answered within ${limitMillis} ms` }))
    })

  const repeatedly = Effect.fnUntraced(function*(outgoing: Transport.Outgoing, isSafe: boolean) {
    const began = yield* Clock.monotonicTimeNanos
    let once = true
    for (let number = 1;; number++) {
      const result = yield* Effect.result(turn(within(attempt(outgoing), attemptMillis, "The request")))
      const last = Effect.map(Effect.fromResult(result), (incoming): Sent => ({ incoming, once }))
      if (!isSafe || number >= attempts || !mayPass(result)) return yield* last
      const atLeast = Result.isSuccess(result)
        ? Retries.retryAfterMillis(result.success, yield* Clock.currentTimeMillis)
        : 0
      const wait = yield* Retries.waitMillis(backoff, number + 1, atLeast)
      const elapsed = Number((yield* Clock.monotonicTimeNanos) - began) / 1e6
      // There would be no time left for an answer.
      if (elapsed + wait >= callMillis) return yield* last
      // Only this answer says that nothing was done.
      once &&= Result.isSuccess(result) && result.success.status === 429
      yield* Effect.sleep(wait)
    }
  })

  return (outgoing, isSafe) => within(repeatedly(outgoing, isSafe), callMillis, "The call")
}

/** What a header can carry as a token (RFC 6750, section 2.1). */
const isBearer = (text: string): boolean => /^[A-Za-z0-9._~+/-]+=*$/.test(text)

const mayPass = (result: Result.Result<Transport.Incoming, RemoteFailure>): boolean =>
  Result.isSuccess(result)
    ? Retries.isPassing(result.success)
    : result.failure._tag === "Unreachable" || result.failure._tag === "TimedOut"
