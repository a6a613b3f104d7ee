/**
 * Who sends a request.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Problem } from "../Problem.ts"
import { type Grant, local } from "./Grant.ts"

/**
 * Tells who sends a request. An embedding service may tell it by means of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface Identity {
  /** Gives what the sender may, by the headers of the request, with names in lower case; 401 where that is nobody. */
  readonly authenticate: (headers: Readonly<Record<string, string | undefined>>) => Effect.Effect<Grant, Problem>
  /**
   * Gives the same at once, at a time in milliseconds since 1970, where it was found out before and still holds;
   * `undefined` where that must be waited for, or the sender is nobody. Without it everybody is waited for.
   */
  readonly known?: (headers: Readonly<Record<string, string | undefined>>, millis: number) => Grant | undefined
  /** Succeeds when callers can be told. */
  readonly ready: Effect.Effect<void, Problem>
}

/**
 * The identity in force. Without one everybody is the local owner.
 *
 * @category references
 * @since 0.1.0
 */
export const Identity = Context.Reference<Identity>("@emend/http-api/Identity", {
  defaultValue: () => ({ authenticate: () => Effect.succeed(local), known: () => local, ready: Effect.void })
})
