/**
 * Carrying an update over what was committed since it was written.
 *
 * @since 0.1.0
 */
import { Mask } from "@emend/algebra"
import type { Kind } from "@emend/algebra/schema"
import type { Row } from "./Revision.ts"

/**
 * A path at which an update cannot be carried over, as a JSON Pointer (RFC 6901): the value that the update was
 * written against, the value there now, and the value that it would write; absent where there is none.
 *
 * @category models
 * @since 0.1.0
 */
export interface PathConflict {
  readonly path: string
  readonly base?: any
  readonly theirs?: any
  readonly mine?: any
}

/**
 * Lists the paths at which `patch`, written against the state `base`, cannot be carried over `committed`, which led
 * from there to the state `theirs`. Where there are none, the update is carried over unchanged (law C4).
 *
 * @category operations
 * @since 0.1.0
 */
export const conflicts = (
  kind: Kind.Any,
  { base, committed, patch, theirs }: {
    readonly base: Row
    readonly theirs: Row
    readonly committed: Row
    readonly patch: Row
  }
): ReadonlyArray<PathConflict> => {
  const outcome = kind.rebase(committed, patch)
  if (outcome._tag === "Success") return []
  const mine = kind.apply(base, patch)
  return outcome.failure.map(({ path }) => ({
    path: Mask.pointer(path),
    ...valueAt("base", base, path),
    ...valueAt("theirs", theirs, path),
    ...valueAt("mine", mine, path)
  }))
}

const valueAt = (name: string, state: Row, [field, key]: Mask.Path): Row => {
  const value = state[field]
  if (key === undefined) return { [name]: value }
  return value !== null && Object.hasOwn(value, key) ? { [name]: value[key] } : {}
}
