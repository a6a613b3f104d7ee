/**
 * Why an update was refused, in words.
 *
 * @since 0.1.0
 */
import type { Records, RecordStore, Refusals } from "@emend/domain"

/**
 * What a use case can refuse of an update.
 *
 * @category models
 * @since 0.1.0
 */
export type Refusal =
  | Exclude<Records.UpdateRefusal, RecordStore.StoreUnavailable>
  | Refusals.TransitionRefused
  | Refusals.GraphTooLarge

/**
 * Says why a store did not carry a write out.
 *
 * @category conversions
 * @since 0.1.0
 */
export const byStore = (rejection: RecordStore.Rejection): string => {
  switch (rejection._tag) {
    case "Missing":
      return missing
    case "Stale":
      return `The record has version ${rejection.record.version}`
    case "Taken":
      return `Another record has the same ${rejection.fields.join(" and ")}`
    case "Dangling":
      return `${rejection.field} names a record that does not exist`
    case "UnknownEntry":
      return `${rejection.field} names no event of this task and agent`
    case "Backwards":
      return `${rejection.field} would go back from ${rejection.present.sequence} to ${rejection.given.sequence}`
    case "TooLarge":
      return `${rejection.field} would be larger than ${rejection.limit} bytes`
    case "Repeated":
      return "This was done before"
    case "Refused":
      return rejection.reason
  }
}

/**
 * Says why a use case did not carry an update out, with the same words where the reason is the same.
 *
 * @category conversions
 * @since 0.1.0
 */
export const byUseCase = (refusal: Refusal): string => {
  switch (refusal._tag) {
    case "RecordMissing":
      return refusal.kind === "TaskAgentRevision" ? "active_revision_id names no revision of the agent" : missing
    case "VersionMismatch":
      return `The record has version ${refusal.present}`
    case "VersionUnknown":
      return `The record never had version ${refusal.given}`
    case "RebaseConflict":
      return `What was committed since conflicts at ${refusal.conflicts.map(({ path }) => path).join(", ")}`
    case "TransitionRefused": {
      const { allowed, blocked_by, from, to } = refusal
      const open = allowed.length === 0 ? "no status" : allowed.join(", ")
      return `The status cannot move from ${from} to ${to}: ${blocked_by}; it may move to ${open}`
    }
    case "GraphTooLarge":
      return `The record has more than ${refusal.limit} links`
    case "RevisionRedacted":
      return `What version ${refusal.given} was is not known any more`
    case "AlreadyTaken":
      return `Another record has the same ${refusal.fields.join(" and ")}`
    case "ReferenceUnknown":
      return refusal.field === "last_processed_event_id"
        ? `${refusal.field} names no event of this task and agent`
        : `${refusal.field === "Revision-Base" ? "base" : refusal.field}: ${refusal.message}`
    case "CursorBackwards":
      return `${refusal.field} would go back from ${refusal.present.sequence} to ${refusal.given.sequence}`
    case "InputInvalid":
      return refusal.problems.map(({ message, path }) => `/${path.join("/")}: ${message}`).join("; ")
    case "KeyReused":
      return "Something else was done under the same name; --run names another"
    case "KeyInUse":
      return "The same is being done at this moment by somebody else"
    case "TooContended":
      return `Other writers were faster ${refusal.attempts} times`
  }
}

const missing = "There is no such record, or it is deleted"
