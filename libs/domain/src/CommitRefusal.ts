/**
 * What a store's rejections mean to who asked for a change.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { type Conditions, demanded } from "./Conditions.ts"
import { Repeated } from "./Once.ts"
import type { RecordKind } from "./RecordKind.ts"
import type { Rejection, StoreUnavailable } from "./RecordStore.ts"
import {
  AlreadyTaken,
  CursorBackwards,
  InputInvalid,
  type KeyInUse,
  type KeyReused,
  RecordMissing,
  ReferenceUnknown,
  type RevisionRedacted,
  VersionMismatch
} from "./Refusals.ts"

/**
 * What a store's rejection of a commit becomes, and what an idempotency key is refused for.
 *
 * @category errors
 * @since 0.1.0
 */
export type CommitRefusal =
  | RecordMissing
  | VersionMismatch
  | ReferenceUnknown
  | CursorBackwards
  | InputInvalid
  | AlreadyTaken
  | RevisionRedacted
  | KeyReused
  | KeyInUse
  | StoreUnavailable

/**
 * The store's own rules refuse values that the domain let pass. It is no refusal that a caller can do anything about but
 * a defect, and ends the use case of that caller only.
 *
 * @category defects
 * @since 0.1.0
 */
export class StoreRefused extends Schema.TaggedError<StoreRefused>()("StoreRefused", {
  kind: Schema.String,
  id: Schema.String,
  message: Schema.String
}) {}

/**
 * Says a store's rejection in the words of the use cases. Throws where there are none, {@link StoreRefused} or
 * what {@link "./Once.ts"} waits for: an effect that it is mapped over dies of that.
 *
 * @category errors
 * @since 0.1.0
 */
export const refusal = (
  { kind }: RecordKind,
  rejection: Rejection | RevisionRedacted | StoreUnavailable,
  conditions: Conditions = {}
): CommitRefusal => {
  if (rejection._tag === "StoreUnavailable" || rejection._tag === "RevisionRedacted") return rejection
  const { id, kind: name } = rejection.key
  switch (rejection._tag) {
    case "Missing":
      return new RecordMissing({ kind: name, id })
    case "Stale":
      return new VersionMismatch({
        kind: name,
        id,
        present: rejection.record.version,
        demanded: demanded(conditions) ?? []
      })
    case "Taken":
      return new AlreadyTaken({ kind: name, fields: rejection.fields })
    case "Dangling":
      return new ReferenceUnknown({
        kind: name,
        field: rejection.field,
        given: id,
        message: `${rejection.field} names no record that exists`
      })
    case "UnknownEntry":
      return new ReferenceUnknown({
        kind: name,
        field: rejection.field,
        given: rejection.id,
        message: `${rejection.field} must be an event of the same task and agent`
      })
    case "Backwards":
      return new CursorBackwards({
        kind: name,
        id,
        field: rejection.field,
        present: rejection.present,
        given: rejection.given
      })
    case "Repeated":
      throw new Repeated()
    case "TooLarge":
      return new InputInvalid({
        problems: [{
          path: [kind.fields[rejection.field]?.wireName ?? rejection.field],
          message: `Expected ${rejection.field} to be at most ${rejection.limit} bytes of JSON after the update`
        }]
      })
    case "Refused":
      throw new StoreRefused({ kind: name, id, message: rejection.reason })
  }
}
