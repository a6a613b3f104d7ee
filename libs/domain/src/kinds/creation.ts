/** An optional field of a creation body: absent and null both mean "take the default". */
import * as Schema from "effect/Schema"

export const orDefault = <A>(schema: Schema.Codec<A, any>) => Schema.optionalKey(Schema.NullOr(schema))
