/**
 * The answers of operations.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { type Conditions, isCurrent } from "../request/Conditions.ts"

type Answer = HttpServerResponse.HttpServerResponse
type Headers = Readonly<Record<string, string>>

/**
 * Answers with a JSON body.
 *
 * @category constructors
 * @since 0.1.0
 */
export const json = (body: unknown, status = 200, headers?: Headers): Answer =>
  jsonText(JSON.stringify(body), status, headers)

/**
 * Answers with a JSON body that is written already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const jsonText = (text: string, status = 200, headers?: Headers): Answer =>
  HttpServerResponse.text(text, { status, contentType: "application/json", headers })

/**
 * Answers with a record and its version.
 *
 * @category constructors
 * @since 0.1.0
 */
export const record = (body: Kind.Body, version: number, status = 200, headers?: Headers): Answer =>
  json(body, status, { etag: etag(version), ...headers })

/**
 * Answers a change with the record and its version, and after a dry run with how much would change.
 *
 * @category constructors
 * @since 0.1.0
 */
export const changed = (
  body: Kind.Body,
  { changes, version }: { readonly version: number; readonly changes?: number },
  headers?: Headers
): Answer => record(body, version, 200, { ...count(changes), ...headers })

/**
 * Answers a change that led a record back: with the record, and what was left alone.
 *
 * @category constructors
 * @since 0.1.0
 */
export const restored = (
  body: Kind.Body,
  change: { readonly version: number; readonly changes?: number; readonly leftAlone: ReadonlyArray<string> }
): Answer => changed({ record: body, left_alone: change.leftAlone }, change)

const count = (changes: number | undefined): Headers | undefined =>
  changes === undefined ? undefined : { changes: String(changes) }

/**
 * Answers a read: with the record, or, where the client has this version already, with 304.
 *
 * @category constructors
 * @since 0.1.0
 */
export const current = (conditions: Conditions, version: number, body: () => Kind.Body): Answer =>
  isCurrent(conditions, version)
    ? HttpServerResponse.empty({ status: 304, headers: { etag: etag(version) } })
    : record(body(), version)

/**
 * Answers a creation: 201, the path of the record and its version.
 *
 * @category constructors
 * @since 0.1.0
 */
export const created = (location: string, body: Kind.Body, version: number): Answer =>
  record(body, version, 201, { location })

/**
 * Answers a deletion with nothing but, after a dry run, how much would change.
 *
 * @category constructors
 * @since 0.1.0
 */
export const removed = ({ changes }: { readonly changes?: number }): Answer =>
  HttpServerResponse.empty({ status: 204, headers: count(changes) })

const etag = (version: number): string => `"${version}"`
