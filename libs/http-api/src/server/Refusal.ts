/**
 * What the refusals of the use cases are in HTTP.
 *
 * @since 0.1.0
 */
import type { Records, RecordStore, Refusals } from "@emend/domain"
import { Problem } from "../Problem.ts"
import { type Coded, codeOf, factNames } from "../RefusalCodes.ts"
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
  | Refusals.StatusRefused
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

/** Says a refusal by its problem, with all that it knows. */
const problem = (
  refusal: Coded,
  detail: string,
  { headers, ...facts }: Readonly<Record<string, unknown>> & { readonly headers?: Readonly<Record<string, string>> } =
    {}
): Problem => {
  const code = codeOf(refusal)
  const known = factNames(code).map((name) => [name, (refusal as unknown as Readonly<Record<string, unknown>>)[name]])
  return new Problem({
    code,
    detail,
    facts: { ...Object.fromEntries(known), ...facts },
    ...(headers === undefined ? undefined : { headers })
  })
}

const etag = (present: number) => ({ headers: { etag: `"${present}"` } })

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
  RecordMissing: (failure) => problem(failure, `There is no ${failure.kind} ${quote(failure.id)}`),
  VersionMismatch: (failure) =>
    problem(
      failure,
      `The record has version ${failure.present}, which If-Match does not name; nothing was done`,
      etag(failure.present)
    ),
  VersionUnknown: (failure) =>
    problem(failure, `The record has the versions 1 to ${failure.present}, and not ${failure.given}`),
  RebaseConflict: (failure) =>
    problem(
      failure,
      `What was committed since conflicts at ${failure.conflicts.map(({ path }) => path).join(", ")}`,
      etag(failure.present)
    ),
  TransitionRefused: (failure) =>
    problem(failure, `The status cannot move from ${failure.from} to ${failure.to}: ${failure.blocked_by}`),
  CycleRefused: (failure) => problem(failure, `The link would close a cycle of ${failure.cycle.length} tasks`),
  GraphTooLarge: (failure) =>
    problem(failure, `More than ${failure.limit} links would have to be read; nothing was done`),
  StatusRefused: (failure) => problem(failure, `The status is ${failure.from}; nothing was done`),
  RevisionRedacted: (failure) =>
    problem(failure, `What version ${failure.given} was is not known any more: its content was cleaned away`),
  AlreadyTaken: (failure) =>
    problem(failure, `The value of ${failure.fields.join(", ")} belongs to another ${failure.kind}`),
  ReferenceUnknown: (failure) => problem(failure, failure.message, { given: echo(failure.given).input }),
  CursorBackwards: (failure) =>
    problem(
      failure,
      `${failure.field} is at event ${failure.present.sequence} and does not go back to ${failure.given.sequence}`
    ),
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
  CursorMalformed: (failure) =>
    problem(failure, "The cursor is not one that a link to a next page of this list gave", { parameter: "cursor" }),
  TooContended: (failure) =>
    problem(failure, `Other writers were faster ${failure.attempts} times; nothing was done`, { headers: retryAfter }),
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
