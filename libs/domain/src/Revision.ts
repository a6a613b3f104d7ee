/**
 * One accepted change of a record, as its history keeps it.
 *
 * @since 0.1.0
 */
import type { RecordKind } from "./RecordKind.ts"

/**
 * A JSON object: a state, a patch or a part of one, where the kind of record is not known.
 *
 * @category models
 * @since 0.1.0
 */
export type Row = Readonly<Record<string, any>>

/**
 * Who changes a record, when and why. `at` is a timestamp with microseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Authorship {
  readonly at: string
  readonly by: string
  readonly reason: string | null
}

/**
 * A change of a record: the version it led to, who, when, why, what was asked and what takes it back. What took effect
 * is derived from the two, see {@link effect}. Its size is proportional to what it touches.
 *
 * @category models
 * @since 0.1.0
 */
export interface Revision extends Authorship {
  /** The version that this change led to: 1 is the creation. */
  readonly version: number
  /** The state at creation; null for every later change. */
  readonly initial: Row | null
  /** The update asked for, in normal form, its cursors resolved. */
  readonly patch: Row
  /** The update that takes `patch` back, at the state that it met. */
  readonly inverse: Row
  /** Guarded and fixed fields that the domain set (a status, a pointer), by field. */
  readonly moves: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>
  /** The content was cleaned away: where it was, and in `reason`, stands null, and no state follows from this. */
  readonly redacted?: true
}

/**
 * Gives the part of a revision's update that took effect: a path that already held the value asked for is not in it.
 *
 * @category operations
 * @since 0.1.0
 */
export const effect = (recordKind: RecordKind, revision: Pick<Revision, "patch" | "inverse">): Row =>
  recordKind.kind.reduce(met(recordKind, revision), revision.patch)

/**
 * Gives the update that takes back the part of a revision's update that took effect; cursors stay.
 *
 * @category operations
 * @since 0.1.0
 */
export const reversal = (recordKind: RecordKind, revision: Pick<Revision, "patch" | "inverse">): Row => {
  const { kind } = recordKind
  return kind.reduce(kind.apply(met(recordKind, revision), revision.patch), revision.inverse)
}

/**
 * What each touched path held before: the inverse, applied to a state with all maps empty. A cursor has no inverse and
 * is null there: a revision is only kept of an advance that had an effect.
 */
const met = ({ kind }: RecordKind, { inverse }: Pick<Revision, "inverse">): Row =>
  kind.apply(
    Object.fromEntries(Object.keys(kind.fields).map((name) => [name, kind.fields[name].kind === "map" ? {} : null])),
    inverse
  )

/**
 * Carries a state over one revision; for the first, the state it began with (law P6).
 *
 * @category operations
 * @since 0.1.0
 */
export const replay = (recordKind: RecordKind, state: Row | undefined, revision: Revision): Row =>
  revision.initial !== null ? revision.initial : replayAll(recordKind, state ?? {}, [revision])

/**
 * Carries a state over the revisions that followed it, oldest first, as one update (law A3).
 *
 * @category operations
 * @since 0.1.0
 */
export const replayAll = ({ kind, touched }: RecordKind, state: Row, revisions: ReadonlyArray<Revision>): Row => {
  const last = revisions.at(-1)
  if (last === undefined) return state
  const moves = revisions.flatMap((revision) => Object.entries(revision.moves))
  return {
    ...kind.apply(state, kind.combineAll(revisions.map(({ patch }) => patch))),
    ...Object.fromEntries(moves.map(([field, { to }]) => [field, to])),
    ...(touched === undefined ? undefined : { [touched]: last.at })
  }
}
