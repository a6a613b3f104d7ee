/**
 * Whether a server lets callers in whom it does not know.
 *
 * @since 0.1.0
 */
import { TasksGroup, wholeAnswers } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import * as BaseUrl from "./BaseUrl.ts"
import * as Client from "./Client.ts"
import type { HttpOptions } from "./HttpOptions.ts"
import { type BaseUrlInvalid, type OptionInvalid, type RemoteFailure, RequestRefused } from "./RemoteFailure.ts"
import * as Sender from "./Sender.ts"

/**
 * Tells whether a server answers a caller without a token. One that does knows no tenants: whoever sends requests of
 * several on has to know.
 *
 * @category checks
 * @since 0.1.0
 */
export const areLetIn = (
  { tokens: _, ...options }: HttpOptions
): Effect.Effect<boolean, BaseUrlInvalid | OptionInvalid | RemoteFailure> =>
  Effect.scoped(Effect.gen(function*() {
    const base = yield* Effect.fromResult(BaseUrl.read(options.baseUrl))
    const ask = Client.make(yield* Sender.make(base, options), options)(TasksGroup, wholeAnswers.tasks)
    return yield* ask.list({ query: { limit: 1 } }).pipe(
      Effect.as(true),
      Effect.catch(({ cause }) =>
        cause instanceof RequestRefused && cause.status === 401 ? Effect.succeed(false) : Effect.fail(cause)
      )
    )
  }))
