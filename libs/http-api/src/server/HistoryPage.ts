/**
 * Pages of a record's history.
 *
 * @since 0.1.0
 */
import type { RecordKind, Records, Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import { Problem } from "../Problem.ts"
import * as Answer from "./Answer.ts"

/** How many entries a page has when the request does not say. */
const defaultLimit = 50

/**
 * Reads the page that a query asks for and answers with it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const answer = <E>(
  kind: RecordKind.RecordKind,
  { cursor, limit = defaultLimit }: { readonly cursor?: string; readonly limit?: number },
  path: string,
  read: (page: Records.HistoryPage) => Effect.Effect<ReadonlyArray<Revision.Revision>, E>
): Effect.Effect<HttpServerResponse, E | Problem> => {
  const before = cursor === undefined ? undefined : Answer.versionOfCursor(cursor)
  if (cursor !== undefined && before === undefined) {
    return Effect.fail(
      new Problem({
        code: "malformed-cursor",
        detail: "The cursor is not one that a link to a next page gave",
        facts: { parameter: "cursor" }
      })
    )
  }
  return Effect.map(
    read({ limit, ...(before === undefined ? undefined : { before }) }),
    (entries) => Answer.history(kind, entries, { path, limit })
  )
}
