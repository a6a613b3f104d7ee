/**
 * A position in an append-only log that never goes back.
 *
 * @since 0.1.0
 */

/**
 * A position in a log: the sequence number of an entry (from 1) and its id.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cursor {
  readonly sequence: number
  readonly id: string
}

/**
 * Compares two cursors by `sequence`, then by `id` (by UTF-16 code unit), so that the order is total and the join is
 * commutative even for entries that a faulty log gave the same number.
 *
 * @category ordering
 * @since 0.1.0
 */
export const compare = (a: Cursor, b: Cursor): number =>
  a.sequence !== b.sequence ? a.sequence - b.sequence : a.id === b.id ? 0 : a.id < b.id ? -1 : 1

/**
 * Takes the later of two cursors; `null` is before every cursor.
 *
 * Laws K1 to K3: `join` is associative, commutative and idempotent, never decreases, and any order of deliveries
 * gives the maximum.
 *
 * @category combining
 * @since 0.1.0
 */
export const join = <A extends Cursor | null, B extends Cursor | null>(a: A, b: B): A | B =>
  a === null ? b : b === null || compare(a, b) >= 0 ? a : b
