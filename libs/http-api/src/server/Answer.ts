/**
 * The answers of operations.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { type Conditions, isCurrent } from "../request/Conditions.ts"
import { wholeType } from "../WholeAnswers.ts"
import type { Form } from "./Form.ts"

type Response = HttpServerResponse.HttpServerResponse
type Headers = Readonly<Record<string, string>>

/**
 * An answer in the form that was asked for.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer = (form: Form) => Response

/** What a service gave: a record and its version, and what else it tells. */
interface Given {
  readonly version: number
}

/**
 * Answers with a JSON body.
 *
 * @category constructors
 * @since 0.1.0
 */
export const json = (body: unknown, status = 200, headers?: Headers): Response =>
  jsonText(JSON.stringify(body), status, headers)

/**
 * Answers with a JSON body that is written already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const jsonText = (text: string, status = 200, headers?: Headers): Response =>
  HttpServerResponse.text(text, { status, contentType: "application/json", headers })

/**
 * Answers with JSON that is written already, which is what a service gave.
 *
 * @category constructors
 * @since 0.1.0
 */
export const wholeText = (text: string, status = 200, headers?: Headers): Response =>
  HttpServerResponse.text(text, { status, contentType: wholeType, headers: { vary: "accept", ...headers } })

const whole = (given: unknown, status = 200, headers?: Headers): Response =>
  wholeText(JSON.stringify(given), status, headers)

/**
 * Answers with what is told of that which a service gave.
 *
 * @category constructors
 * @since 0.1.0
 */
export const told = (body: unknown, given: unknown): Answer => (form) => form === "whole" ? whole(given) : json(body)

/**
 * Answers with what a service gave, of which nothing is left out in any form.
 *
 * @category constructors
 * @since 0.1.0
 */
export const plain = (given: unknown, status?: number, headers?: Headers): Answer =>
  plainText(JSON.stringify(given), headers, status)

/**
 * Answers with the same, which is written as JSON already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const plainText = (text: string, headers?: Headers, status = 200): Answer => (form) =>
  form === "whole" ? wholeText(text, status, headers) : jsonText(text, status, headers)

/**
 * Answers with a record and its version.
 *
 * @category constructors
 * @since 0.1.0
 */
export const record = (body: Kind.Body, given: Given, status = 200, headers?: Headers): Answer => (form) =>
  form === "whole" ? whole(given, status, headers) : json(body, status, { etag: etag(given.version), ...headers })

/**
 * Answers a change with the record and its version, and after a dry run with how much would change.
 *
 * @category constructors
 * @since 0.1.0
 */
export const changed = (
  body: Kind.Body,
  given: Given & { readonly changes?: number },
  headers?: Headers
): Answer => record(body, given, 200, { ...count(given.changes), ...headers })

/**
 * Answers a change that led a record back: with the record, and what was left alone.
 *
 * @category constructors
 * @since 0.1.0
 */
export const restored = (
  body: Kind.Body,
  given: Given & { readonly changes?: number; readonly leftAlone: ReadonlyArray<string> }
): Answer => changed({ record: body, left_alone: given.leftAlone }, given)

const count = (changes: number | undefined): Headers | undefined =>
  changes === undefined ? undefined : { changes: String(changes) }

/**
 * Answers a read: with the record, or, where the client has this version already, with 304.
 *
 * @category constructors
 * @since 0.1.0
 */
export const current = (conditions: Conditions, given: Given, body: () => Kind.Body): Answer =>
  isCurrent(conditions, given.version)
    ? () => HttpServerResponse.empty({ status: 304, headers: { etag: etag(given.version) } })
    : record(body(), given)

/**
 * Answers a creation: 201, the path of the record if it has one, and its version; or, after a dry run, the record as it would be, and
 * how many of its fields would hold something.
 *
 * @category constructors
 * @since 0.1.0
 */
export const created = (
  location: string | undefined,
  body: Kind.Body,
  given: Given & { readonly changes?: number }
): Answer => {
  if (given.changes === undefined) return record(body, given, 201, location === undefined ? undefined : { location })
  const headers = count(given.changes)
  return (form) => form === "whole" ? whole(given, 200, headers) : json(body, 200, headers)
}

/**
 * Answers a deletion with nothing but, after a dry run, how much would change.
 *
 * @category constructors
 * @since 0.1.0
 */
export const removed = (given: { readonly changes?: number }): Answer => (form) =>
  form === "whole"
    ? whole(given, 200, count(given.changes))
    : HttpServerResponse.empty({ status: 204, headers: count(given.changes) })

const etag = (version: number): string => `"${version}"`
