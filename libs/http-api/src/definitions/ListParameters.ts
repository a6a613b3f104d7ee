/**
 * What the queries of lists share.
 *
 * @since 0.1.0
 */
import { Json } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { flaws } from "../request/JsonText.ts"
import * as Operation from "./Operation.ts"

/**
 * How many records a request leaves out at most: they are read all the same, and a cursor leads further at no cost.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxSkip = 1_000_000

/**
 * How long the JSON text of a filter is at most, so that a link to the next page still has room for it.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxFilterLength = 4096

/**
 * The cursor and the length of a page.
 *
 * @category schemas
 * @since 0.1.0
 */
export const page = {
  cursor: Schema.optionalKey(
    Schema.String.annotate({ description: "From the link to the next page. It belongs to the same filters and order." })
  ),
  limit: Operation.limit(1000)
}

/**
 * A page, by cursor or by number.
 *
 * @category schemas
 * @since 0.1.0
 */
export const numbered = {
  ...page,
  page_number: Schema.optionalKey(
    Operation.integer(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxSkip + 1 }))).annotate({
      description:
        `From 1. Pages by number may skip and repeat records when they change in between, and leave out at most ${maxSkip} records: the link to the next page does neither.`
    })
  ),
  order_direction: Schema.optionalKey(
    Schema.Literals(["asc", "desc"]).annotate({ description: "`desc` without it." })
  )
}

/**
 * A page as task agents have it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const agentPage = { cursor: page.cursor, page_limit: Operation.limit(100) }

/**
 * The schema of an object written as JSON.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonObjectText = Schema.String.check(Schema.isMaxLength(maxFilterLength)).pipe(
  Schema.decodeTo(Json.JsonObject, {
    decode: SchemaGetter.transformEffect((text: string) => {
      const [flaw] = flaws(text, Json.maxDepth, 1)
      if (flaw === undefined) return Effect.succeed(JSON.parse(text) as Schema.JsonObject)
      return Effect.fail(new SchemaIssue.InvalidValue({ message: messages[flaw._tag] }, text))
    }),
    encode: SchemaGetter.transform((value: Schema.JsonObject) => JSON.stringify(value))
  })
)

const messages = {
  Syntax: "Expected a JSON object",
  TooDeep: `Expected nesting of at most ${Json.maxDepth} levels`,
  Inexact: "Expected numbers that a double holds exactly as they are written"
} as const

/**
 * Gives the schema of the answer to a list whose page is told in the body.
 *
 * @category schemas
 * @since 0.1.0
 */
export const results = <S extends Schema.Top>(entry: S, identifier: string) =>
  Operation.linked(
    Schema.Struct({
      results: Schema.Array(entry),
      pagination: Schema.Struct({
        next_cursor: Schema.NullOr(Schema.String).annotate({ description: "Null at the end of the list." }),
        page_limit: Schema.Int
      })
    }).annotate({ identifier })
  )
