/**
 * Decoding that refuses what a schema does not name.
 *
 * @since 0.1.0
 */
import { Guard } from "@emend/algebra/schema"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * Makes a decoder that refuses properties which the schema does not name, and tells all that is wrong. What is right and
 * stays as it is, as nearly everything does, is told by a guard and is not copied.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decoder = <S extends Schema.Codec<any, any>>(
  schema: S
): (value: unknown) => Result.Result<S["Type"], Schema.SchemaError> => {
  const stays = Guard.make(schema)
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (value) => stays(value) ? Result.succeed(value) : decode(value)
}
