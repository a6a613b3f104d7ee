/**
 * What is logged of a request: never its body, its query or its headers, but for its id.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

/**
 * Why the server did not carry out a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Failing =
  | { readonly _tag: "Refused"; readonly why: string }
  /** A defect of the server. */
  | { readonly _tag: "Defect"; readonly cause: Cause.Cause<unknown> }

/**
 * What a line tells beside the message. `route` is the template of the path, `trace_id` that of the request's trace.
 *
 * @category models
 * @since 0.1.0
 */
export interface Annotations {
  readonly request_id: string
  readonly status: number
  readonly duration_ms: number
  readonly route?: string
  readonly trace_id?: string
}

/**
 * Logs one line about a request: an error for a defect, a warning where the server could not do it, else information.
 *
 * @category operations
 * @since 0.1.0
 */
export const line = (
  request: { readonly method: string; readonly path: string },
  failing: Failing | undefined,
  annotations: Annotations
): Effect.Effect<void> => {
  const what = `${request.method} ${request.path}`
  const logged = failing === undefined
    ? Effect.logInfo(what)
    : failing._tag === "Defect"
    ? Effect.logError(`${what} failed`, failing.cause)
    // What is said to the client is no defect: where in the code it arose is of no use.
    : Effect.logWarning(`${what} was not done: ${failing.why}`)
  return Effect.annotateLogs(logged, { ...annotations })
}
