/**
 * The places at which two updates do not commute.
 *
 * @since 0.1.0
 */
import type { Path } from "./Mask.ts"

/**
 * What an update leaves at a path: a value, or `undefined` where it leaves no key there.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = { readonly value: unknown } | undefined

/**
 * A path that two updates write differently, with what each would leave there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Conflict {
  readonly path: Path
  readonly left: Outcome
  readonly right: Outcome
}
