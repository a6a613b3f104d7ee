/**
 * Pages of lists of records.
 *
 * @since 0.1.0
 */
import type { Lists } from "@emend/domain"
import * as Effect from "effect/Effect"
import { maxSkip } from "../definitions/ListParameters.ts"
import { defaultLimit } from "../definitions/Operation.ts"
import { RequestInvalid } from "../ValidationError.ts"
import * as Answer from "./Answer.ts"
import { Form } from "./Form.ts"
import * as Page from "./Page.ts"

/**
 * The list that a request asks for: its path, what its query says as texts, and the part of the list.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked {
  readonly path: string
  readonly search: Readonly<Record<string, string>>
  readonly query: {
    readonly cursor?: string
    readonly limit?: number
    readonly page_limit?: number
    readonly page_number?: number
  }
}

/**
 * Reads the page that a request asks for and answers with it as a list, and with the link to the next page.
 *
 * @category constructors
 * @since 0.1.0
 */
export const answer = <Entry extends { readonly cursor: string }, E>(
  asked: Asked,
  read: (range: Lists.Range) => Effect.Effect<ReadonlyArray<Entry>, E>,
  write: (entry: Entry) => unknown
): Effect.Effect<Answer.Answer, E | RequestInvalid> =>
  Effect.map(
    fill(asked, read, write),
    ({ next, text }) => (form) => textIn[form](text, 200, link(asked, next))
  )

const textIn = { served: Answer.jsonText, whole: Answer.wholeText }

/**
 * Reads such a page and answers with it and with its place in the list, which is in the body and in a link.
 *
 * @category constructors
 * @since 0.1.0
 */
export const results = <Entry extends { readonly cursor: string }, E>(
  asked: Asked,
  read: (range: Lists.Range) => Effect.Effect<ReadonlyArray<Entry>, E>,
  write: (entry: Entry) => unknown
): Effect.Effect<Answer.Answer, E | RequestInvalid> =>
  Effect.map(fill(asked, read, write), ({ next, text }) => (form) => {
    if (form === "whole") return Answer.wholeText(text, 200, link(asked, next))
    const pagination = { next_cursor: next ?? null, page_limit: limitOf(asked) }
    return Answer.jsonText(
      `{"results":${text},"pagination":${JSON.stringify(pagination)}}`,
      200,
      link(asked, next)
    )
  })

const limitOf = ({ query: { limit, page_limit } }: Asked): number => page_limit ?? limit ?? defaultLimit

const fill = Effect.fnUntraced(function*<Entry extends { readonly cursor: string }, E>(
  asked: Asked,
  read: (range: Lists.Range) => Effect.Effect<ReadonlyArray<Entry>, E>,
  write: (entry: Entry) => unknown
) {
  const { cursor, page_number = 1 } = asked.query
  const form = yield* Form
  const limit = limitOf(asked)
  const skip = (page_number - 1) * limit
  if (skip > maxSkip) return yield* tooFar(page_number, limit)
  const { last, more, text } = yield* Page.fill<Entry, E>(
    { limit, first: 16, step: 128 },
    (after, count) =>
      read(after === undefined ? { cursor, skip, limit: count } : { cursor: after.cursor, limit: count }),
    form === "whole" ? (entry) => entry : write
  )
  return { text, next: more ? last?.cursor : undefined }
})

/** The next page has the filters and the order of this one, and what else its query said. */
const link = ({ path, query, search }: Asked, next: string | undefined) => {
  if (next === undefined) return undefined
  const kept = Object.keys(query).filter((key) => key !== "page_number" && key !== "cursor")
  const parameters = new URLSearchParams(kept.map((key): [string, string] => [key, search[key]!]))
  parameters.set("cursor", next)
  return { link: `<${path}?${parameters}>; rel="next"` }
}

const tooFar = (page_number: number, limit: number): RequestInvalid => {
  const le = Math.floor(maxSkip / limit) + 1
  return new RequestInvalid({
    errors: [{
      loc: ["query", "page_number"],
      msg: `Input should be less than or equal to ${le}; the link to the next page leads further`,
      type: "less_than_equal",
      input: String(page_number),
      ctx: { le }
    }]
  })
}
