/**
 * The port by which whole records are carried out of a store and into another: with their versions, times and histories
 * as they are, and the events of tasks like records of a kind of their own.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Result } from "effect/Result"
import { kinds } from "./kinds.ts"
import { eventKind } from "./kinds/Event.ts"
import type { RecordKind } from "./RecordKind.ts"
import type { RecordKey, Rejection as WriteRejection, Stored, StoreUnavailable } from "./RecordStore.ts"
import type { Revision, Row } from "./Revision.ts"

/**
 * A whole record. Two are the same when they are equal as JSON values.
 *
 * @category models
 * @since 0.1.0
 */
export interface Archived extends Stored {
  readonly key: RecordKey
  /** All revisions, oldest first; none of a kind that keeps no history. */
  readonly history: ReadonlyArray<Revision>
  /** The whole states that are kept in the history at later versions than the first, oldest first. */
  readonly snapshots: ReadonlyArray<Stored>
}

/**
 * A record to put, and what is put with it or not at all. Where the record is there already, what goes along is not
 * looked at.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parcel {
  readonly record: Archived
  readonly along?: ReadonlyArray<Archived>
}

/**
 * Why a parcel was not put. Nothing of it was written.
 *
 * - `Different`: a record of this key is there, and it is not the same.
 * - `Taken`, `Dangling`, `TooLarge`, `Refused`: as for a write of a `RecordStore`.
 * - `Cycle`: the record would close a cycle of records of its kind.
 *
 * @category models
 * @since 0.1.0
 */
export type Rejection =
  | { readonly key: RecordKey; readonly _tag: "Different" | "Cycle" }
  | Extract<WriteRejection, { readonly _tag: "Taken" | "Dangling" | "TooLarge" | "Refused" }>

/**
 * The outcome of one parcel: it was added, the same record was there already, or why it was not put.
 *
 * @category models
 * @since 0.1.0
 */
export type PutResult = Result<"added" | "present", Rejection>

/**
 * Asks for whole records of a kind and tenant, deleted ones included, in the order of the code points of their ids. The
 * answer ends with the record that is the last of the `limit`, or by which the states, or the histories, take the `bytes`:
 * it is empty only where there are no more records.
 *
 * @category models
 * @since 0.1.0
 */
export interface Range {
  readonly kind: string
  readonly tenant: string
  /** Begins behind this id. */
  readonly after?: string
  readonly limit: number
  /**
   * How many bytes of JSON the states of the answer take, and how many its histories, before its last record. A store may
   * count a form of its own that takes about as much. Default: any number.
   */
  readonly bytes?: number
}

/**
 * The kinds that an archive holds, in an order in which references come before what refers to them.
 *
 * @category kinds
 * @since 0.1.0
 */
export const archivedKinds: ReadonlyArray<RecordKind> = kinds.flatMap((kind) =>
  // Trackers point to events, which belong to a task and an agent.
  kind.kind.name === "Agent" ? [kind, eventKind] : [kind]
)

/**
 * Carries whole records.
 *
 * `put` takes a batch and answers one result for each parcel, in order. It is idempotent: what was put before is present
 * and is left as it is, so a batch whose answer was lost is put again. What is there with another content is never
 * overwritten. One parcel that is rejected never touches its neighbours; of two that exclude each other the first is put.
 * The rules of updates do not hold for what is put: its states may be any that the kind allows.
 *
 * @category ports
 * @since 0.1.0
 */
export class RecordArchive extends Context.Service<RecordArchive, {
  readonly put: (parcels: ReadonlyArray<Parcel>) => Effect.Effect<ReadonlyArray<PutResult>, StoreUnavailable>
  /** These fields of the records of these keys, in order; `undefined` where there never was one. No more is read of them. */
  readonly get: (
    keys: ReadonlyArray<RecordKey>,
    fields: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Row | undefined>, StoreUnavailable>
  readonly read: (range: Range) => Effect.Effect<ReadonlyArray<Archived>, StoreUnavailable>
  /** The tenants that have records or events, in the order of their code points. */
  readonly tenants: Effect.Effect<ReadonlyArray<string>, StoreUnavailable>
}>()("@emend/domain/RecordArchive") {}
