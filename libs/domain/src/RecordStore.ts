/**
 * The port that a store of records implements. It decides nothing: what is demanded, written and kept in the history
 * is said by the commit.
 *
 * @since 0.1.0
 */
import type { Cursor } from "@emend/algebra"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Result } from "effect/Result"
import * as Schema from "effect/Schema"
import type { Memo, Outcome, Remembered } from "./Memo.ts"
import type { Authorship, Revision, Row } from "./Revision.ts"

/**
 * Names a record. The tenant is a part of every key.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordKey {
  readonly kind: string
  readonly tenant: string
  readonly id: string
}

/**
 * The present state of a record and its version, from 1.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stored {
  readonly version: number
  readonly state: Row
}

/**
 * Inserts a record with version 1. With `ifAbsent`, a record that is already there is left as it is and counts as
 * written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Insert {
  readonly _tag: "Insert"
  readonly key: RecordKey
  readonly state: Row
  readonly author: Authorship
  readonly ifAbsent?: boolean
  /** Answers what the write would leave, and writes nothing. */
  readonly dry?: boolean
  readonly memo?: Memo
}

/**
 * Changes a record in one atomic step: checks the demands, applies the patch to what is there, advances cursors,
 * assigns guarded and fixed fields, and keeps the history entry. Where nothing changes, nothing is written: no
 * version, no timestamp, no history.
 *
 * @category models
 * @since 0.1.0
 */
export interface Update {
  readonly _tag: "Update"
  readonly key: RecordKey
  /** The update in normal form, without cursors. */
  readonly patch: Row
  /** For a cursor, the id of the log entry to advance to. */
  readonly advance?: Readonly<Record<string, string>>
  /** What an entry before the present position means: refused, or no change. */
  readonly backwards?: "reject" | "join"
  /** New values of guarded and fixed fields. */
  readonly assign?: Row
  /** The versions of which the present one must be one. */
  readonly versions?: ReadonlyArray<number>
  /** For each field named, the values of which the present one must be one; scalars and null. */
  readonly where?: Readonly<Record<string, ReadonlyArray<Value>>>
  readonly author: Authorship
  /** Answers what the write would leave, and writes nothing. */
  readonly dry?: boolean
  /** Kept also where nothing changes. */
  readonly memo?: Memo
  /**
   * Cleans the record, which may be deleted: beside what the update says, its content is cleared, and of what was
   * written before, by anybody, no content stays anywhere. That is the whole history of the record, this change
   * included but for its own reason; the contents of the entries of its log; and the same of every record that refers to it and has content.
   * The present state is kept whole in the history, as from what came before nothing follows any more. Where nothing
   * was written since it was cleaned last, nothing is.
   */
  readonly redact?: boolean
}

/**
 * One write of a commit.
 *
 * @category models
 * @since 0.1.0
 */
export type Write = Insert | Update

/**
 * Writes for each record that a selection has, however many there are. The records are found when the commit comes to
 * it, in its transaction, and in parts: what is written for one part is written before the next is read. So neither they
 * nor what is written is ever held all at once, and nothing of it is answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface Each {
  readonly _tag: "Each"
  /** In an order on values that no write of it changes, so that it comes to each record once. */
  readonly of: Selection & Pick<Query, "fields" | "order">
  /**
   * Says what is written for a record, which is the `at`th from 0. It is pure, and may be asked again. Of the records
   * selected it changes this one alone, adds none to them, and its writes are no rehearsals and have no memos of
   * their own.
   */
  readonly writes: (found: Stored, at: number) => ReadonlyArray<Write>
}

/**
 * Writes that happen together or not at all. One that is dry makes all of them so, and then memos mean nothing.
 *
 * @category models
 * @since 0.1.0
 */
export type Commit = readonly [Write, ...ReadonlyArray<Write | Each>]

/**
 * The writes of a commit that it names one by one.
 *
 * @category queries
 * @since 0.1.0
 */
export const named = (commit: Commit): ReadonlyArray<Write> =>
  commit.filter((step): step is Write => step._tag !== "Each")

/**
 * What a write left: the record as it is now, and whether the write changed it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Written extends Stored {
  readonly changed: boolean
}

/**
 * Why a commit was not carried out. Nothing of it was written.
 *
 * - `Missing`: there is no such record, or it is deleted.
 * - `Stale`: a demand on the version or a field does not hold for the record, which is given.
 * - `Taken`: the values of these fields belong to another record; `["id"]` is the key itself, used now or once.
 * - `Dangling`: the field names a record that does not exist.
 * - `UnknownEntry`: the log has no such entry for this record.
 * - `Backwards`: the entry is before the present position of the cursor.
 * - `Repeated`: the memo of the write is in force already, whatever else stands against the commit.
 * - `TooLarge`: the JSON value of the field would be larger than `limit` bytes.
 * - `Refused`: the store's own rules refuse the values; a defect of the caller, who should have found it before.
 *
 * @category models
 * @since 0.1.0
 */
export type Rejection =
  & { readonly key: RecordKey }
  & (
    | { readonly _tag: "Missing" }
    | { readonly _tag: "Stale"; readonly record: Stored }
    | { readonly _tag: "Taken"; readonly fields: ReadonlyArray<string> }
    | { readonly _tag: "Dangling"; readonly field: string }
    | { readonly _tag: "UnknownEntry"; readonly field: string; readonly id: string }
    | {
      readonly _tag: "Backwards"
      readonly field: string
      readonly present: Cursor.Cursor
      readonly given: Cursor.Cursor
    }
    | { readonly _tag: "Repeated" }
    | { readonly _tag: "TooLarge"; readonly field: string; readonly limit: number }
    | { readonly _tag: "Refused"; readonly reason: string }
  )

/**
 * The outcome of one commit: what each write left, in order, without those of an {@link Each}, or why nothing was written.
 *
 * @category models
 * @since 0.1.0
 */
export type CommitResult = Result<ReadonlyArray<Written>, Rejection>

/**
 * How a record came to be as it was at a version: a whole state at or before it, and the revisions from there to the
 * version, oldest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Past {
  readonly base: Stored
  readonly revisions: ReadonlyArray<Revision>
}

/**
 * A value that records can be selected by.
 *
 * @category models
 * @since 0.1.0
 */
export type Value = string | number | boolean | null

/**
 * What holds of a record. Of other records, those that it refers to or that refer to it, it holds whether they are
 * deleted or not.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  /** For each field named, the values of which the record has one. */
  readonly where?: Readonly<Record<string, ReadonlyArray<Value>>>
  /**
   * For each field named, whose values are JSON objects, an object that the value contains: every key of it, with a
   * value that contains its value. An array contains another when it has, for each item of that, one that contains it,
   * in any order; any other value contains its equal. This is `@>` of PostgreSQL for objects. Null contains nothing.
   */
  readonly contains?: Readonly<Record<string, Row>>
  /** For each field named, which refers to another record, what holds of that. */
  readonly refers?: Readonly<Record<string, Filter>>
  /** Kinds of which at least one record refers to this one by the field named, and what holds of that record. */
  readonly referred?: ReadonlyArray<Filter & { readonly kind: string; readonly by: string }>
}

/**
 * Selects records of one kind and tenant, deleted ones only with `deleted`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Selection extends Filter {
  readonly kind: string
  readonly tenant: string
  readonly deleted?: boolean
}

/**
 * A place in an order of records: the values of the fields that order them, and the id.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly values: ReadonlyArray<Value>
  readonly id: string
}

/**
 * Asks for a page of the records selected, in the order of the fields named, then of the id in the direction of the
 * last of them, ascending without any. Text is ordered by code point, false before true, and null comes last when
 * ascending and first when descending.
 *
 * @category models
 * @since 0.1.0
 */
export interface Query extends Selection {
  readonly order?: ReadonlyArray<{ readonly field: string; readonly direction: "asc" | "desc" }>
  /** Begins behind this place, whether a record is there or not. */
  readonly after?: Place
  /** Leaves so many records out at the beginning. */
  readonly skip?: number
  /** A whole number, or `Infinity` for all there are; so everywhere in this port. */
  readonly limit: number
  /** The fields that are given; all without it. */
  readonly fields?: ReadonlyArray<string>
}

/**
 * How many of the records selected have a value.
 *
 * @category models
 * @since 0.1.0
 */
export interface Count {
  readonly value: Value
  readonly count: number
}

/**
 * Asks what is reached from some ids along edges. The records selected are the edges: each leads from the text in its
 * field `by` to the text in its field `to`, and nowhere where either is null. What lies at the ends is not looked at.
 *
 * It is followed step by step: the edges of a step are those that lead on from what the step before it reached first.
 * It ends where nothing new is reached, and after each of the steps that are named here.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reach extends Selection {
  readonly from: ReadonlyArray<string>
  readonly by: string
  readonly to: string
  /** How many steps are taken at most. */
  readonly depth: number
  /** How many edges are followed at most, those included that lead to what was reached before. */
  readonly limit: number
  /** Ends with the step that reaches this. */
  readonly target?: string
  /** Ends with the step with which more than `beyond` were taken, and as many as `count` reached by those alone. */
  readonly enough?: { readonly beyond: number; readonly count: number }
}

/**
 * What is reached: each id once, without those from which it began, at the least number of steps; of the edges that lead
 * there from one step nearer, with the one of the least id. They are in the order of their depths, then of their ids.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reached {
  readonly places: ReadonlyArray<{ readonly id: string; readonly depth: number; readonly edge: Stored }>
  /** Whether a step was left out, as a whole, because with it too many edges would have been followed. */
  readonly isCut: boolean
}

/**
 * The store cannot be reached, or its answer did not come: whether a write happened is unknown. A retry may help.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * Keeps records and their history.
 *
 * `commit` takes a batch and answers one result for each commit, in order. Commits are independent: one that is
 * rejected never touches its neighbours. Commits of the same record take effect in the order given. A record that is
 * deleted is missing to every update; the key of a record that exists or existed is taken for every insert.
 *
 * @category ports
 * @since 0.1.0
 */
export class RecordStore extends Context.Service<RecordStore, {
  readonly commit: (
    commits: ReadonlyArray<Commit>
  ) => Effect.Effect<ReadonlyArray<CommitResult>, StoreUnavailable>
  /** The records of these keys, in order, deleted ones included; `undefined` where there never was one. */
  readonly get: (
    keys: ReadonlyArray<RecordKey>
  ) => Effect.Effect<ReadonlyArray<Stored | undefined>, StoreUnavailable>
  /** A page of records, each with the fields asked for. */
  readonly find: (query: Query) => Effect.Effect<ReadonlyArray<Stored>, StoreUnavailable>
  /** For each value of a field that a record selected has, their number, in the order of the values. */
  readonly count: (selection: Selection, field: string) => Effect.Effect<ReadonlyArray<Count>, StoreUnavailable>
  /** What is reached along edges, however many ways lead there: it costs about as much as reading each edge once. */
  readonly reach: (reach: Reach) => Effect.Effect<Reached, StoreUnavailable>
  /**
   * The history of a record, newest first, from below the version `before`, at most `limit` entries; with `moved`, of
   * the creation and the changes that moved this field alone.
   */
  readonly history: (
    key: RecordKey,
    page: { readonly before?: number; readonly limit: number; readonly moved?: string }
  ) => Effect.Effect<ReadonlyArray<Revision>, StoreUnavailable>
  /**
   * What leads to a record as it was at a version; `undefined` where it never had that, or that was redacted. A store keeps whole states as
   * `Snapshot.isDue` says, so that there are few revisions, however long the history is.
   */
  readonly past: (key: RecordKey, version: number) => Effect.Effect<Past | undefined, StoreUnavailable>
  /** What is remembered at a moment under the name of each memo; `undefined` where none is in force then. */
  readonly recall: (
    keys: ReadonlyArray<{ readonly tenant: string; readonly id: string }>,
    at: string
  ) => Effect.Effect<ReadonlyArray<Remembered | undefined>, StoreUnavailable>
  /** Keeps a memo without a write; gives false where one of its name is in force, which stays. */
  readonly remember: (
    tenant: string,
    memo: Memo,
    written: Outcome | null
  ) => Effect.Effect<boolean, StoreUnavailable>
  /**
   * Whether who calls may hold locks of the store, in a transaction of its own that this one joins. Then nobody waits
   * for another one within the process, who might wait for those locks. Default false.
   */
  readonly isJoined?: boolean
  /** Succeeds when the store can answer. */
  readonly ping: Effect.Effect<void, StoreUnavailable>
}>()("@emend/domain/RecordStore") {}
