/**
 * Decoding that refuses what a schema does not name.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const strict = { errors: "all", onExcessProperty: "error" } as const

/**
 * Makes a decoder that refuses properties which the schema does not name, and tells all that is wrong. What is right,
 * as nearly everything is, is told by a pass that looks for the first flaw only and drops such properties: nothing was
 * dropped where every property is found in what came out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decoder = <S extends Schema.Codec<any, any>>(
  schema: S
): (value: unknown) => Result.Result<S["Type"], Schema.SchemaError> => {
  const quick = Schema.decodeUnknownResult(schema)
  const full = Schema.decodeUnknownResult(schema, strict)
  return (value) => {
    const found = quick(value)
    return Result.isSuccess(found) && isKept(value, found.success) ? found : full(value)
  }
}

/** Whether each property of the first, however deep, is one of the second. */
const isKept = (from: unknown, to: unknown): boolean => {
  // What is no structure of the schema comes out as it went in.
  if (from === to || typeof from !== "object" || from === null) return true
  if (typeof to !== "object" || to === null) return false
  for (const key of Object.keys(from)) {
    if (!Object.hasOwn(to, key)) return false
    if (!isKept((from as Record<string, unknown>)[key], (to as Record<string, unknown>)[key])) return false
  }
  return true
}
