/**
 * What the server is about: requests know by it whether they are still wanted.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * The life of a server in three phases, which follow each other:
 *
 * - `serving`: everything is answered.
 * - `draining`: everything is still answered, and `/health/ready` says that it is about to end.
 * - `stopping`: what is in work is finished, and what comes now is refused (503).
 *
 * @category models
 * @since 0.1.0
 */
export interface Lifecycle {
  phase: "serving" | "draining" | "stopping"
}

/**
 * The life of the server that serves. Whoever runs it moves it on.
 *
 * @category references
 * @since 0.1.0
 */
export const Lifecycle = Context.Reference<Lifecycle>("@emend/http-api/Lifecycle", {
  defaultValue: () => ({ phase: "serving" })
})
