/**
 * Requests that come with an idempotency key.
 *
 * @since 0.1.0
 */
import { ContentHash, IdempotencyKey } from "@emend/domain"
import * as Effect from "effect/Effect"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpEffect from "effect/http/HttpEffect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { SenderKey } from "../request/IdempotencyKey.ts"

/**
 * The header of an answer that is the first one again.
 *
 * @category constants
 * @since 0.1.0
 */
export const header = "idempotent-replayed"

/** What a request says: the parameters of its path, its conditions and its body, decoded. */
interface Asked {
  readonly params?: unknown
  readonly conditions?: unknown
  readonly payload?: unknown
}

/**
 * Carries out an operation under a key, which belongs to the operation and what its path names, however that is written;
 * or to what its sender says. Where that is the same, whoever says it, the key is the same.
 *
 * @category operations
 * @since 0.1.0
 */
export const under = (
  key: string,
  { method, path }: HttpApiEndpoint.Top,
  { conditions, params, payload }: Asked,
  sender?: SenderKey
) =>
<A, E, R>(operation: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | HttpServerRequest> =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest
    const scope = `${method} ${path} ${ContentHash.canonical(params ?? null)}`
    const asked = { conditions, payload }
    return yield* Effect.provideService(operation, IdempotencyKey, {
      key,
      scope: yield* said(scope, sender?.scope),
      request: yield* said(asked, sender?.request),
      // A refusal is told too far from here to be given the header otherwise.
      onRepeat: Effect.provideService(
        HttpEffect.appendPreResponseHandler((_, response) =>
          Effect.succeed(HttpServerResponse.setHeader(response, header, "true"))
        ),
        HttpServerRequest,
        request
      )
    })
  })

/** What is meant, or where the sender says the hash of something else, that. */
const said = <A>(meant: A, hash: string | undefined): Effect.Effect<A | string> =>
  hash === undefined
    ? Effect.succeed(meant)
    : Effect.map(
      ContentHash.of(JSON.parse(JSON.stringify(meant))),
      (own): A | string => own === hash ? meant : `sender ${hash}`
    )
