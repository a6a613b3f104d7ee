/**
 * Input from outside, read for programs that do not know Effect.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { InputInvalid } from "../Refusals.ts"

/**
 * Reads what came from outside, such as the body of a request, by a schema of the domain (`Task.Creation`, or the
 * `Update` of a kind). What does not fit, unknown keys included, is thrown as one `InputInvalid` with every place.
 *
 * @example
 * import { Task } from "@emend/domain"
 * import { read } from "@emend/domain/promise"
 *
 * Task.Task.fromBody(read(Task.Task.Update, { merge_params: { retries: 2 } })).patch // => { params: { merge: { set: { retries: 2 } } } }
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = <A, I>(schema: Schema.Codec<A, I>, input: unknown): A => {
  const outcome = Schema.decodeUnknownResult(schema)(input, { errors: "all", onExcessProperty: "error" })
  if (Result.isSuccess(outcome)) return outcome.success
  throw new InputInvalid({
    problems: format(outcome.failure.issue).issues.map(({ message, path = [] }) => ({
      path: path.map((step) => typeof step === "number" ? step : String(step)),
      message
    }))
  })
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()
