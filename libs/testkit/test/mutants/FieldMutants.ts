/** Faults in fields that are replaced and in cursors. */
import type { Mutant } from "./Mutant.ts"

const replace = "kinds/Replace.ts"
const forward = "kinds/Forward.ts"

export const fieldMutants: ReadonlyArray<Mutant> = [
  {
    name: "an equal value is written",
    file: replace,
    find: "value === set || set === undefined || equals(value, set) ? value : set",
    replace: "set === undefined ? value : set",
    family: "Reduce"
  },
  {
    name: "the first replacement counts",
    file: replace,
    find: "op.set !== undefined ? op : last, composed",
    replace: "op.set !== undefined ? last ?? op : last, composed",
    family: "Action"
  },
  {
    name: "reducing keeps the replacement by an equal value",
    file: replace,
    find: "reduce: (value, op) => equals(value, op.set) ? undefined : op",
    replace: "reduce: (_, op) => op",
    family: "Reduce"
  },
  {
    name: "equal values differ",
    file: replace,
    find: "diff: (from, to) => equals(from, to) ? undefined : { set: to }",
    replace: "diff: (_, to) => ({ set: to })",
    family: "Diff"
  },
  {
    name: "the inverse of a replacement of null is nothing",
    file: replace,
    find: "invert: (value) => ({ set: value })",
    replace: "invert: (value) => value === null ? undefined : { set: value }",
    family: "Undo"
  },
  {
    name: "replacements never clash",
    file: replace,
    find: "equals(left.set, right.set) ? [] :",
    replace: "equals(left.set, left.set) ? [] :",
    family: "Commutation"
  },
  {
    name: "a replacement touches no part of its field",
    file: replace,
    find: "touches: () => true",
    replace: "touches: () => []",
    family: "Mask"
  },
  {
    name: "a cursor goes where it is told",
    file: forward,
    find: "op.advance !== undefined ? join(value, op.advance) : value",
    replace: "op.advance",
    family: "Forward"
  },
  {
    name: "the last advance counts and not the furthest",
    file: forward,
    find: "(last === undefined || compare(op.advance, last.advance) > 0)",
    replace: "op !== last",
    family: "Forward"
  },
  {
    name: "the nearest advance counts and not the furthest",
    file: forward,
    find: "compare(op.advance, last.advance) > 0",
    replace: "compare(op.advance, last.advance) < 0",
    family: "Action"
  },
  {
    name: "reducing keeps an advance to where the cursor is",
    file: forward,
    find: "join(value, op.advance) === value ? undefined : op",
    replace: "op",
    family: "Reduce"
  },
  {
    name: "a cursor that is further back is a difference",
    file: forward,
    find: "to === null || join(from, to) === from ? undefined : { advance: to }",
    replace: "to === null ? undefined : { advance: to }",
    family: "Diff"
  },
  {
    name: "an advance is taken back by another",
    file: forward,
    find: "invert: () => undefined",
    replace: "invert: (value) => value === null ? undefined : { advance: value }",
    family: "Mask"
  },
  {
    name: "advances clash",
    file: forward,
    find: "clashes: () => []",
    replace: "clashes: (left, right) => [{ left: { value: left.advance }, right: { value: right.advance } }]",
    family: "Commutation"
  }
]
