/**
 * The `forward` field: a cursor under join, the maximum of what is there and what is given.
 *
 * @internal
 */
import { compare, type Cursor, join } from "../Cursor.ts"
import type { Advance } from "../Patch.ts"
import type { Behaviour } from "./Behaviour.ts"

export const behaviour: Behaviour<Cursor | null, Advance> = {
  normalise: (op) => op.advance !== undefined ? op : undefined,
  apply: (value, op) => op.advance !== undefined ? join(value, op.advance) : value,
  fold: {
    add: (last: Advance | undefined, op) =>
      op.advance !== undefined && (last === undefined || compare(op.advance, last.advance) > 0) ? op : last,
    composed: (last: Advance) => last
  },
  reduce: (value, op) => join(value, op.advance) === value ? undefined : op,
  diff: (from, to) => to === null || join(from, to) === from ? undefined : { advance: to },
  // A cursor cannot be taken back: the laws of undo exclude it.
  invert: () => undefined,
  touches: () => true,
  // Joins commute.
  clashes: () => [],
  explain: (field, op) => [`advances ${field} to #${op.advance.sequence} (${op.advance.id})`]
}
