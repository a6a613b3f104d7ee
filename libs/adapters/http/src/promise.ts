/**
 * A server elsewhere, for programs that know promises and not Effect.
 *
 * @since 0.1.0
 */
import { Caller } from "@emend/domain"
import * as Emend from "@emend/domain/promise"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { HttpOptions } from "./HttpOptions.ts"
import * as HttpServices from "./HttpServices.ts"
import * as Tokens from "./Tokens.ts"

/**
 * How the server is used, besides its address.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Omit<HttpOptions, "baseUrl" | "tokens" | "headers"> {
  /**
   * The bearer token. A function is asked anew for each call, and told on whose behalf it is made. Who calls is whom the
   * token names: where it is one for all, or none, a call that names another caller is refused.
   */
  readonly token?: string | ((caller: Caller) => string | Promise<string>)
}

/**
 * Opens the services of a server, which is not asked before the first call. An address that is none is thrown, as
 * `BaseUrlInvalid`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (baseUrl: string, { token, ...options }: Options = {}): Promise<Emend.Emend> =>
  Emend.open(
    HttpServices.layer({ ...options, baseUrl, ...(token === undefined ? undefined : { tokens: tokensOf(token) }) }),
    { callers: typeof token === "function" ? "named" : "fixed" }
  )

const tokensOf = (token: Exclude<Options["token"], undefined>): Tokens.Tokens =>
  Tokens.perCall(
    typeof token === "string"
      ? Effect.succeed(Redacted.make(token))
      : Effect.flatMap(Caller, (caller) =>
        Effect.map(Effect.tryPromise(async () => token(caller)), (value) => Redacted.make(value)))
  )
