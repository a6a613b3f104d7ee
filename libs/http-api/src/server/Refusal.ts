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
  | Refusals.CycleRefused
  | Refusals.GraphTooLarge
  | Refusals.CursorMalformed
  | RecordStore.StoreUnavailable
  | RequestInvalid
  | Problem

/** Seconds after which a request that failed for want of the store, or for contention, may be repeated. */
const retryAfter = { "retry-after": "1" }

type Answers = {
  readonly [Tag in Failure["_tag"]]: (failure: Extract<Failure, { readonly _tag: Tag }>) => Problem | RequestInvalid
}

/** How each failure is said: none can be left out. */
const answers: Answers = {
  Problem: (failure) => failure,
  RequestInvalid: (failure) => failure,
  InputInvalid: (failure) =>
    new RequestInvalid({
      errors: failure.problems.map(({ message, path }) => ({
        loc: ["body", ...path],
        msg: `Value error, ${message}`,
        type: "value_error",
        ctx: { error: message }
      }))
    }),
  RecordMissing: (failure) =>
    new Problem({
      code: "record-missing",
      detail: `There is no ${failure.kind} ${quote(failure.id)}`,
      facts: { kind: failure.kind, id: failure.id }
    }),
  VersionMismatch: (failure) =>
    new Problem({
      code: "version-mismatch",
      detail: `The record has version ${failure.present}, which If-Match does not name; nothing was done`,
      facts: { kind: failure.kind, id: failure.id, present: failure.present, demanded: failure.demanded },
      headers: { etag: `"${failure.present}"` }
    }),
  VersionUnknown: (failure) =>
    new Problem({
      code: "version-unknown",
      detail: `The record has the versions 1 to ${failure.present}, and not ${failure.given}`,
      facts: { kind: failure.kind, id: failure.id, present: failure.present, given: failure.given }
    }),
  RebaseConflict: (failure) =>
    new Problem({
      code: "rebase-conflict",
      detail: `What was committed since conflicts at ${failure.conflicts.map(({ path }) => path).join(", ")}`,
      facts: { kind: failure.kind, id: failure.id, present: failure.present, conflicts: failure.conflicts },
      headers: { etag: `"${failure.present}"` }
    }),
  TransitionRefused: (failure) =>
    new Problem({
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
    }),
  CycleRefused: (failure) =>
    new Problem({
      code: "cycle-refused",
      detail: `The link would close a cycle of ${failure.cycle.length} tasks`,
      facts: { kind: failure.kind, id: failure.id, cycle: failure.cycle }
    }),
  GraphTooLarge: (failure) =>
    new Problem({
      code: "graph-too-large",
      detail: `More than ${failure.limit} links would have to be read; nothing was done`,
      facts: { kind: failure.kind, id: failure.id, limit: failure.limit }
    }),
  AlreadyTaken: (failure) =>
    new Problem({
      code: "already-taken",
      detail: `The value of ${failure.fields.join(", ")} belongs to another ${failure.kind}`,
      facts: { kind: failure.kind, fields: failure.fields }
    }),
  ReferenceUnknown: (failure) =>
    new Problem({
      code: "reference-unknown",
      detail: failure.message,
      facts: { kind: failure.kind, field: failure.field, ...given(failure.given) }
    }),
  CursorBackwards: (failure) =>
    new Problem({
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
    }),
  KeyReused: () =>
    new RequestInvalid({
      errors: [{
        loc: ["header", "idempotency-key"],
        msg: "Value error, Expected a key that no other request came with",
        type: "value_error",
        ctx: { error: "Expected a key that no other request came with" }
      }]
    }),
  KeyInUse: () =>
    new Problem({
      code: "key-in-use",
      detail: "A request with this Idempotency-Key is being carried out; a retry gives its answer",
      headers: retryAfter
    }),
  CursorMalformed: () =>
    new Problem({
      code: "malformed-cursor",
      detail: "The cursor is not one that a link to a next page of this list gave",
      facts: { parameter: "cursor" }
    }),
  TooContended: (failure) =>
    new Problem({
      code: "too-contended",
      detail: `Other writers were faster ${failure.attempts} times; nothing was done`,
      facts: { kind: failure.kind, id: failure.id },
      headers: retryAfter
    }),
  StoreUnavailable: () =>
    new Problem({
      code: "store-unavailable",
      detail: "The store did not answer; whether a write happened is unknown",
      headers: retryAfter
    })
}

/**
 * Tells whether an error is a failure that is said to the client; any other is a defect.
 *
 * @category checks
 * @since 0.1.0
 */
export const isFailure = (error: unknown): error is Failure =>
  typeof error === "object" && error !== null && "_tag" in error && Object.hasOwn(answers, String(error._tag))

/**
 * Says a failure in HTTP: a problem, or all that is wrong with the request.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toHttp = (failure: Failure): Problem | RequestInvalid => answers[failure._tag](failure as never)

const quote = (id: string): string => JSON.stringify(id)
const given = (value: string) => {
  const { input } = echo(value)
  return input === undefined ? {} : { given: input }
}
