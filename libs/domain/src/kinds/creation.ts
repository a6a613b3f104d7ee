/**
 * Fields of the bodies that create records.
 *
 * @internal
 */
import * as Schema from "effect/Schema"

/** An optional field: absent and null both mean "take the default". */
export const orDefault = <A>(schema: Schema.Codec<A, any>) => Schema.optionalKey(Schema.NullOr(schema))
