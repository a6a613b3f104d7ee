/**
 * What is wrong with a request, place by place, in the vocabulary that clients of such APIs know.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"

/**
 * One place of a request that is wrong: `loc` begins with `body`, `path`, `query` or `header`; `type` is a word of
 * pydantic's vocabulary; `input` is what was given, and `ctx` what was demanded.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ValidationError = Schema.Struct({
  loc: Schema.Array(Schema.Union([Schema.String, Schema.Int])).annotate({ title: "Location" }),
  msg: Schema.String.annotate({ title: "Message" }),
  type: Schema.String.annotate({ title: "Error Type" }),
  input: Schema.optionalKey(Schema.Json.annotate({ title: "Input" })),
  ctx: Schema.optionalKey(Schema.JsonObject.annotate({ title: "Context" }))
}).annotate({ identifier: "ValidationError", title: "ValidationError" })

/**
 * One place of a request that is wrong.
 *
 * @category models
 * @since 0.1.0
 */
export interface ValidationError {
  readonly loc: ReadonlyArray<string | number>
  readonly msg: string
  readonly type: string
  readonly input?: unknown
  readonly ctx?: Readonly<Record<string, unknown>>
}

/**
 * The body of a 422 answer: all places of the request that are wrong.
 *
 * @category schemas
 * @since 0.1.0
 */
export const HTTPValidationError = Schema.Struct({
  detail: Schema.Array(ValidationError).annotate({ title: "Detail" })
}).annotate({ identifier: "HTTPValidationError", title: "HTTPValidationError" })

/**
 * A request that says something wrong; it becomes a 422 answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class RequestInvalid extends Data.TaggedError("RequestInvalid")<{
  readonly errors: ReadonlyArray<ValidationError>
}> {}
