/**
 * How an earlier state of a record compares with another, and what leads back to it.
 *
 * @since 0.1.0
 */
import { Equality, Mask } from "@emend/algebra"
import { canonical } from "./ContentHash.ts"
import type { RecordKind } from "./RecordKind.ts"
import type { Stored } from "./RecordStore.ts"
import type { Revision, Row } from "./Revision.ts"

/**
 * The difference between two versions of a record. `patch` is the update that leads from one to the other; `moves` are
 * the fields that no update can lead there (a status, a pointer, a cursor that stood further); `changes` says all of it,
 * one sentence for each path, the same whatever the order of keys. The time of the last change is no part of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Difference {
  readonly from: number
  readonly to: number
  readonly patch: Row
  readonly moves: Revision["moves"]
  readonly changes: ReadonlyArray<string>
}

/**
 * Compares two versions of a record.
 *
 * @category operations
 * @since 0.1.0
 */
export const difference = (recordKind: RecordKind, from: Stored, to: Stored): Difference => {
  const { patch, moves } = between(recordKind, from.state, to.state)
  return {
    from: from.version,
    to: to.version,
    patch,
    moves,
    changes: inWords(recordKind, patch, moves)
  }
}

/**
 * Says what an update and the moves beside it do, a sentence for each path.
 *
 * @category conversions
 * @since 0.1.0
 */
export const inWords = ({ kind }: RecordKind, patch: Row, moves: Revision["moves"]): ReadonlyArray<string> => [
  ...kind.explain(patch),
  ...Object.entries(moves).map(([field, { from, to }]) => `moves ${field} from ${canonical(from)} to ${canonical(to)}`)
]

/**
 * Counts the paths at which two states differ, without the time of the last change.
 *
 * @category operations
 * @since 0.1.0
 */
export const distance = (recordKind: RecordKind, from: Row, to: Row): number => {
  const { moves, patch } = between(recordKind, from, to)
  return Mask.paths(recordKind.kind.mask(patch)).length + Object.keys(moves).length
}

/**
 * Gives the update that leads a record back to an earlier state, and the fields that it leaves alone although they
 * differ: a status, a pointer, a cursor.
 *
 * @category operations
 * @since 0.1.0
 */
export const restoration = (
  recordKind: RecordKind,
  present: Row,
  then: Row
): { readonly patch: Row; readonly leftAlone: ReadonlyArray<string> } => {
  const { moves, patch } = between(recordKind, present, then)
  return { patch, leftAlone: Object.keys(moves) }
}

/**
 * Lists the fields that taking back a revision leaves alone: those it moved that are not where they were before, and
 * the cursors that it advanced.
 *
 * @category operations
 * @since 0.1.0
 */
export const leftAlone = ({ kind }: RecordKind, present: Row, { moves, patch }: Revision): ReadonlyArray<string> => [
  ...Object.keys(moves).filter((field) => !Equality.same(present[field], moves[field]!.from)),
  ...Object.keys(patch).filter((field) => kind.fields[field].kind === "forward")
]

const between = ({ kind, touched }: RecordKind, from: Row, to: Row): Pick<Difference, "patch" | "moves"> => {
  const patch: Row = kind.diff(from, to)
  const moved = Object.keys(kind.fields).filter((field) =>
    field !== touched && !["replace", "map"].includes(kind.fields[field].kind) && !Object.hasOwn(patch, field) &&
    !Equality.same(from[field], to[field])
  )
  return { patch, moves: Object.fromEntries(moved.map((field) => [field, { from: from[field], to: to[field] }])) }
}
