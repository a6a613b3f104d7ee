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
 * Carries out an operation under a key, which belongs to the operation and what its path names, however that is written.
 *
 * @category operations
 * @since 0.1.0
 */
export const under =
  (key: string, { method, path }: HttpApiEndpoint.Top, { conditions, params, payload }: Asked) =>
  <A, E, R>(operation: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | HttpServerRequest> =>
    Effect.flatMap(HttpServerRequest, (request) =>
      Effect.provideService(operation, IdempotencyKey, {
        key,
        scope: `${method} ${path} ${ContentHash.canonical(params ?? null)}`,
        request: { conditions, payload },
        // A refusal is told too far from here to be given the header otherwise.
        onRepeat: Effect.provideService(
          HttpEffect.appendPreResponseHandler((_, response) =>
            Effect.succeed(HttpServerResponse.setHeader(response, header, "true"))
          ),
          HttpServerRequest,
          request
        )
      }))
