/**
 * Why a use case was refused. Each refusal says what is the case and carries the facts.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * There is no such record for this caller, or it is deleted.
 *
 * @category errors
 * @since 0.1.0
 */
export class RecordMissing extends Schema.TaggedError<RecordMissing>()("RecordMissing", {
  kind: Schema.String,
  id: Schema.String
}) {}

/**
 * The record has another version than the caller demanded. Nothing was done.
 *
 * @category errors
 * @since 0.1.0
 */
export class VersionMismatch extends Schema.TaggedError<VersionMismatch>()("VersionMismatch", {
  kind: Schema.String,
  id: Schema.String,
  present: Schema.Int,
  demanded: Schema.Array(Schema.Number)
}) {}

/**
 * The record never had the version that an update says it was written against.
 *
 * @category errors
 * @since 0.1.0
 */
export class VersionUnknown extends Schema.TaggedError<VersionUnknown>()("VersionUnknown", {
  kind: Schema.String,
  id: Schema.String,
  present: Schema.Int,
  given: Schema.Number
}) {}

/**
 * An update cannot be carried over what was committed since it was written. For each path (a JSON Pointer, RFC 6901):
 * the value it was written against, the value there now, and the value it would write; absent where there is none.
 *
 * @category errors
 * @since 0.1.0
 */
export class RebaseConflict extends Schema.TaggedError<RebaseConflict>()("RebaseConflict", {
  kind: Schema.String,
  id: Schema.String,
  present: Schema.Int,
  conflicts: Schema.Array(Schema.Struct({
    path: Schema.String,
    base: Schema.optionalKey(Schema.Json),
    theirs: Schema.optionalKey(Schema.Json),
    mine: Schema.optionalKey(Schema.Json)
  }))
}) {}

/**
 * The status cannot move so now. `allowed` are the moves that are legal now.
 *
 * @category errors
 * @since 0.1.0
 */
export class TransitionRefused extends Schema.TaggedError<TransitionRefused>()("TransitionRefused", {
  kind: Schema.String,
  id: Schema.String,
  from: Schema.NullOr(Schema.String),
  to: Schema.String,
  allowed: Schema.Array(Schema.String),
  blocked_by: Schema.String
}) {}

/**
 * What a record was at a version, or what a change did, is not known any more: its content was cleaned away since.
 *
 * @category errors
 * @since 0.1.0
 */
export class RevisionRedacted extends Schema.TaggedError<RevisionRedacted>()("RevisionRedacted", {
  kind: Schema.String,
  id: Schema.String,
  present: Schema.Int,
  given: Schema.Int
}) {}

/**
 * The record does not have one of the statuses in which this may be done. Nothing was done.
 *
 * @category errors
 * @since 0.1.0
 */
export class StatusRefused extends Schema.TaggedError<StatusRefused>()("StatusRefused", {
  kind: Schema.String,
  id: Schema.String,
  from: Schema.NullOr(Schema.String),
  demanded: Schema.Array(Schema.String)
}) {}

/**
 * The values of these fields belong to another record; an id is taken for ever.
 *
 * @category errors
 * @since 0.1.0
 */
export class AlreadyTaken extends Schema.TaggedError<AlreadyTaken>()("AlreadyTaken", {
  kind: Schema.String,
  fields: Schema.Array(Schema.String)
}) {}

/**
 * A reference names nothing that it may name here: an event of another task or agent, an agent that is not assigned.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReferenceUnknown extends Schema.TaggedError<ReferenceUnknown>()("ReferenceUnknown", {
  kind: Schema.String,
  field: Schema.String,
  given: Schema.String,
  message: Schema.String
}) {}

/**
 * A cursor would go back. Under the policy `join` this is no refusal but no change.
 *
 * @category errors
 * @since 0.1.0
 */
export class CursorBackwards extends Schema.TaggedError<CursorBackwards>()("CursorBackwards", {
  kind: Schema.String,
  id: Schema.String,
  field: Schema.String,
  present: Schema.Struct({ sequence: Schema.Int, id: Schema.String }),
  given: Schema.Struct({ sequence: Schema.Int, id: Schema.String })
}) {}

/**
 * The input breaks rules that its schema does not say: across fields, or against what is stored. All of them are told.
 *
 * @category errors
 * @since 0.1.0
 */
export class InputInvalid extends Schema.TaggedError<InputInvalid>()("InputInvalid", {
  problems: Schema.Array(Schema.Struct({
    path: Schema.Array(Schema.Union([Schema.String, Schema.Int])),
    message: Schema.String
  }))
}) {}

/**
 * Other writers were faster each of a bounded number of times. Nothing was done; a retry may succeed.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooContended extends Schema.TaggedError<TooContended>()("TooContended", {
  kind: Schema.String,
  id: Schema.String,
  attempts: Schema.Int
}) {}

/**
 * A link would close a cycle of subtasks. `cycle` is what would be closed: each task is the parent of the next, and the
 * last one that of the first.
 *
 * @category errors
 * @since 0.1.0
 */
export class CycleRefused extends Schema.TaggedError<CycleRefused>()("CycleRefused", {
  kind: Schema.String,
  id: Schema.String,
  cycle: Schema.Array(Schema.String)
}) {}

/**
 * More than `limit` links would have to be read. Nothing was done.
 *
 * @category errors
 * @since 0.1.0
 */
export class GraphTooLarge extends Schema.TaggedError<GraphTooLarge>()("GraphTooLarge", {
  kind: Schema.String,
  id: Schema.String,
  limit: Schema.Int
}) {}

/**
 * A cursor is none that a list gave, or one of a list with other filters or in another order.
 *
 * @category errors
 * @since 0.1.0
 */
export class CursorMalformed extends Schema.TaggedError<CursorMalformed>()("CursorMalformed", {
  kind: Schema.String
}) {}

/**
 * The idempotency key belongs to another request. Nothing was done.
 *
 * @category errors
 * @since 0.1.0
 */
export class KeyReused extends Schema.TaggedError<KeyReused>()("KeyReused", {
  key: Schema.String
}) {}

/**
 * A request with the same idempotency key is being carried out. Nothing was done; a retry gives its answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class KeyInUse extends Schema.TaggedError<KeyInUse>()("KeyInUse", {
  key: Schema.String
}) {}
