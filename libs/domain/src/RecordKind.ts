/**
 * What a store must know of a kind of record, beyond its fields.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"

/**
 * A kind of record as a store sees it. It is data: a store over it needs no code for a kind.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordKind {
  readonly kind: Kind.Any
  /**
   * The timestamp that every change moves, never backwards. A kind without one is immutable: it is inserted and read,
   * never updated, and keeps no history.
   */
  readonly touched?: string
  /** A record whose field has this value is deleted: missing to every write, its id never free again. */
  readonly tombstone?: { readonly field: string; readonly value: string | boolean }
  /** Sets of fields whose values no two records of a tenant share; a null among them never clashes. */
  readonly unique?: ReadonlyArray<{ readonly fields: ReadonlyArray<string>; readonly among: "live" | "all" }>
  /**
   * What there is to clean, see `Redaction`: the nullable fields that hold what somebody wrote, and, where a log belongs
   * to the records, the field by which its entries name them. Records that refer to one are cleaned with it.
   */
  readonly content?: { readonly fields: ReadonlyArray<string>; readonly log?: "task_id" }
  /** Fields that name a record of another kind, which must exist. */
  readonly references?: Readonly<Record<string, string>>
  /** The records are edges, from what one field names to what another does, where a third is true; they form no cycle. */
  readonly acyclic?: { readonly from: string; readonly to: string; readonly where: string }
}

/**
 * Tells whether a state is that of a deleted record.
 *
 * @category queries
 * @since 0.1.0
 */
export const isDeleted = (kind: RecordKind, state: Readonly<Record<string, unknown>>): boolean =>
  kind.tombstone !== undefined && state[kind.tombstone.field] === kind.tombstone.value
