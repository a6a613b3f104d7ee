/**
 * On whose behalf a use case runs.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * The caller: the tenant whose records it sees, and the subject that history names as the author.
 *
 * @category models
 * @since 0.1.0
 */
export interface Caller {
  readonly tenant: string
  readonly subject: string
}

/**
 * The present caller. Without configured identity it is the local tenant and subject.
 *
 * @category references
 * @since 0.1.0
 */
export const Caller = Context.Reference<Caller>("@emend/domain/Caller", {
  defaultValue: () => ({ tenant: "local", subject: "local" })
})
