/**
 * The `replace` field: last writer wins on the whole value.
 *
 * @internal
 */
import { same } from "../Equality.ts"
import type { Set } from "../Patch.ts"
import type { Behaviour } from "./Behaviour.ts"
import { quote } from "./quote.ts"

export const make = <A>(equals: (a: A, b: A) => boolean = same): Behaviour<A, Set<A>> => ({
  normalise: (op) => op.set === undefined ? undefined : op,
  apply: (value, { set }) => value === set || set === undefined || equals(value, set) ? value : set,
  fold: { add: (last: Set<A> | undefined, op) => op.set !== undefined ? op : last, composed: (last: Set<A>) => last },
  reduce: (value, op) => equals(value, op.set) ? undefined : op,
  diff: (from, to) => equals(from, to) ? undefined : { set: to },
  invert: (value) => ({ set: value }),
  touches: () => true,
  clashes: (left, right) =>
    equals(left.set, right.set) ? [] : [{ left: { value: left.set }, right: { value: right.set } }],
  explain: (field, op) => [op.set === null ? `clears ${field}` : `sets ${field} to ${quote(op.set)}`]
})
