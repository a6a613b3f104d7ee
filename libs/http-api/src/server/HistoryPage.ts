/**
 * Pages of a record's history.
 *
 * @since 0.1.0
 */
import { Mask } from "@emend/algebra"
import type { Kind } from "@emend/algebra/schema"
import { type RecordKind, type Records, Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import { defaultLimit } from "../definitions/Operation.ts"
import * as HistoryCursor from "../HistoryCursor.ts"
import { Problem } from "../Problem.ts"
import * as Answer from "./Answer.ts"
import { Form } from "./Form.ts"
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
): Effect.Effect<Answer.Answer, E | Problem> => answerWith(query, path, read, (entry) => written(kind, entry))

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
): Effect.Effect<Answer.Answer, E | Problem> => {
  const from = cursor === undefined ? undefined : HistoryCursor.read(cursor)
  if (cursor !== undefined && from === undefined) {
    return Effect.fail(
      new Problem({
        code: "malformed-cursor",
        detail: "The cursor is not one that a link to a next page gave",
        facts: { parameter: "cursor" }
      })
    )
  }
  const page = (form: Form) =>
    Page.fill<Entry, E>(
      { limit, step: 16 },
      (after, count) => {
        const before = after?.version ?? from
        return read({ limit: count, ...(before === undefined ? undefined : { before }) })
      },
      form === "whole" ? (entry) => entry : write
    )
  return Effect.map(Effect.flatMap(Form, page), ({ last, text }) => (form) => {
    const link = last === undefined || last.version === 1
      ? undefined
      : { link: `<${path}?limit=${limit}&cursor=${HistoryCursor.below(last.version)}>; rel="next"` }
    return form === "whole" ? Answer.wholeText(text, 200, link) : Answer.jsonText(text, 200, link)
  })
}

const written = (kind: RecordKind.RecordKind, entry: Revision.Revision): Kind.Body => {
  const { at, by, initial, moves, patch, reason, redacted, version } = entry
  const effect = Revision.effect(kind, entry)
  return {
    version,
    at,
    by,
    reason,
    ...(redacted ? { redacted } : undefined),
    changes: redacted
      ? Mask.paths(kind.kind.mask(patch)).map((path) => `writes ${Mask.pointer(path)}`)
      : kind.kind.explain(effect),
    patch,
    effect,
    moves,
    initial: initial === null ? null : kind.kind.toWire(initial)
  }
}
