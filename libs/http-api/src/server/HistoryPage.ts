/**
 * Pages of a record's history.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import { type RecordKind, type Records, Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import { defaultLimit } from "../definitions/Operation.ts"
import { Problem } from "../Problem.ts"
import * as Answer from "./Answer.ts"
import * as Page from "./Page.ts"

interface Query {
  readonly cursor?: string
  readonly limit?: number
}

/**
 * Reads the page that a query asks for, newest first, and answers with it and the link to the next page.
 *
 * @category constructors
 * @since 0.1.0
 */
export const answer = <E>(
  kind: RecordKind.RecordKind,
  query: Query,
  path: string,
  read: (page: Records.HistoryPage) => Effect.Effect<ReadonlyArray<Revision.Revision>, E>
): Effect.Effect<HttpServerResponse, E | Problem> => answerWith(query, path, read, (entry) => written(kind, entry))

/**
 * Answers as {@link answer} does with what is made of the entries of a history that ends with version 1.
 *
 * @category constructors
 * @since 0.1.0
 */
export const answerWith = <Entry extends { readonly version: number }, E>(
  { cursor, limit = defaultLimit }: Query,
  path: string,
  read: (page: Records.HistoryPage) => Effect.Effect<ReadonlyArray<Entry>, E>,
  write: (entry: Entry) => unknown
): Effect.Effect<HttpServerResponse, E | Problem> => {
  const from = cursor === undefined ? undefined : versionOfCursor(cursor)
  if (cursor !== undefined && from === undefined) {
    return Effect.fail(
      new Problem({
        code: "malformed-cursor",
        detail: "The cursor is not one that a link to a next page gave",
        facts: { parameter: "cursor" }
      })
    )
  }
  const page = Page.fill<Entry, E>(
    { limit, step: 16 },
    (after, count) => {
      const before = after?.version ?? from
      return read({ limit: count, ...(before === undefined ? undefined : { before }) })
    },
    write
  )
  return Effect.map(page, ({ last, text }) =>
    Answer.jsonText(
      text,
      200,
      last === undefined || last.version === 1
        ? undefined
        : { link: `<${path}?limit=${limit}&cursor=${cursorBelow(last.version)}>; rel="next"` }
    ))
}

const written = (kind: RecordKind.RecordKind, entry: Revision.Revision): Kind.Body => {
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

/** Writes the place in a history from which the next page goes on. */
const cursorBelow = (version: number): string => btoa(`before:${version}`).replaceAll("=", "")

/** Reads such a place, or gives undefined where it is none. */
const versionOfCursor = (text: string): number | undefined => {
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
