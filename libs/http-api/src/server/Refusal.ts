/**
 * What the refusals of the use cases are in HTTP.
 *
 * @since 0.1.0
 */
import type { Records, RecordStore, Refusals } from "@emend/domain"
import { Problem } from "../Problem.ts"
import { echo } from "../request/SchemaErrors.ts"
import { RequestInvalid } from "../ValidationError.ts"

/**
 * All that a handler can fail with.
 *
 * @category models
 * @since 0.1.0
 */
export type Failure =
  | Records.UpdateRefusal
  | Refusals.TransitionRefused
  | RecordStore.StoreUnavailable
  | RequestInvalid
  | Problem

/** Seconds after which a request that failed for want of the store, or for contention, may be repeated. */
const retryAfter = { "retry-after": "1" }

/**
 * Says a failure in HTTP: a problem, or all that is wrong with the request.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toHttp = (failure: Failure): Problem | RequestInvalid => {
  switch (failure._tag) {
    case "Problem":
    case "RequestInvalid":
      return failure
    case "InputInvalid":
      return new RequestInvalid({
        errors: failure.problems.map(({ message, path }) => ({
          loc: ["body", ...path],
          msg: `Value error, ${message}`,
          type: "value_error",
          ctx: { error: message }
        }))
      })
    case "RecordMissing":
      return new Problem({
        code: "record-missing",
        detail: `There is no ${failure.kind} ${quote(failure.id)}`,
        facts: { kind: failure.kind, id: failure.id }
      })
    case "VersionMismatch":
      return new Problem({
        code: "version-mismatch",
        detail: `The record has version ${failure.present}, which If-Match does not name; nothing was done`,
        facts: { kind: failure.kind, id: failure.id, present: failure.present, demanded: failure.demanded },
        headers: { etag: `"${failure.present}"` }
      })
    case "VersionUnknown":
      return new Problem({
        code: "version-unknown",
        detail: `The record has the versions 1 to ${failure.present}, and not ${failure.given}`,
        facts: {
          kind: failure.kind,
          id: failure.id,
          present: failure.present,
          given: failure.given
        }
      })
    case "RebaseConflict":
      return new Problem({
        code: "rebase-conflict",
        detail: `What was committed since conflicts at ${failure.conflicts.map(({ path }) => path).join(", ")}`,
        facts: { kind: failure.kind, id: failure.id, present: failure.present, conflicts: failure.conflicts },
        headers: { etag: `"${failure.present}"` }
      })
    case "TransitionRefused":
      return new Problem({
        code: "transition-refused",
        detail: `The status cannot move from ${failure.from} to ${failure.to}: ${failure.blocked_by}`,
        facts: {
          kind: failure.kind,
          id: failure.id,
          from: failure.from,
          to: failure.to,
          allowed: failure.allowed,
          blocked_by: failure.blocked_by
        }
      })
    case "AlreadyTaken":
      return new Problem({
        code: "already-taken",
        detail: `The value of ${failure.fields.join(", ")} belongs to another ${failure.kind}`,
        facts: { kind: failure.kind, fields: failure.fields }
      })
    case "ReferenceUnknown":
      return new Problem({
        code: "reference-unknown",
        detail: failure.message,
        facts: { kind: failure.kind, field: failure.field, ...given(failure.given) }
      })
    case "CursorBackwards":
      return new Problem({
        code: "cursor-backwards",
        detail:
          `${failure.field} is at event ${failure.present.sequence} and does not go back to ${failure.given.sequence}`,
        facts: {
          kind: failure.kind,
          id: failure.id,
          field: failure.field,
          present: failure.present,
          given: failure.given
        }
      })
    case "TooContended":
      return new Problem({
        code: "too-contended",
        detail: `Other writers were faster ${failure.attempts} times; nothing was done`,
        facts: { kind: failure.kind, id: failure.id },
        headers: retryAfter
      })
    case "StoreUnavailable":
      return new Problem({
        code: "store-unavailable",
        detail: "The store did not answer; whether a write happened is unknown",
        headers: retryAfter
      })
  }
}

const quote = (id: string): string => JSON.stringify(id)
const given = (value: string) => {
  const { input } = echo(value)
  return input === undefined ? {} : { given: input }
}
