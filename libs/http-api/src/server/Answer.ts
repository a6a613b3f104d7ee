/**
 * The answers of operations.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import { type RecordKind, Revision } from "@emend/domain"
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
  HttpServerResponse.text(JSON.stringify(body), { status, contentType: "application/json", headers })

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

/**
 * Answers with a page of a history, newest first, and the link to the next page.
 *
 * @category constructors
 * @since 0.1.0
 */
export const history = (
  kind: RecordKind.RecordKind,
  entries: ReadonlyArray<Revision.Revision>,
  page: { readonly path: string; readonly limit: number }
): Answer => {
  const last = entries.at(-1)
  const link = last === undefined || last.version === 1
    ? undefined
    : { link: `<${page.path}?limit=${page.limit}&cursor=${cursor(last.version)}>; rel="next"` }
  return json(entries.map((entry) => historyEntry(kind, entry)), 200, link)
}

const historyEntry = (kind: RecordKind.RecordKind, entry: Revision.Revision): Kind.Body => {
  const { at, by, initial, moves, patch, reason, version } = entry
  const effect = Revision.effect(kind, entry)
  return {
    version,
    at,
    by,
    reason,
    changes: kind.kind.explain(effect),
    patch,
    effect,
    moves,
    initial: initial === null ? null : kind.kind.toWire(initial)
  }
}

const etag = (version: number): string => `"${version}"`

/**
 * Writes the place in a history from which the next page goes on: below a version.
 *
 * @category conversions
 * @since 0.1.0
 */
export const cursor = (version: number): string => btoa(`before:${version}`).replaceAll("=", "")

/**
 * Reads a {@link cursor}, or gives undefined where it is none.
 *
 * @category conversions
 * @since 0.1.0
 */
export const versionOfCursor = (text: string): number | undefined => {
  if (!/^[A-Za-z0-9+/]{1,40}$/.test(text)) return undefined
  let decoded: string
  try {
    decoded = atob(text)
  } catch {
    return undefined
  }
  const match = /^before:([1-9]\d{0,9})$/.exec(decoded)
  return match === null ? undefined : Number(match[1])
}
