/**
 * The key under which a request is carried out once.
 *
 * @since 0.1.0
 */
import type { ValidationError } from "../ValidationError.ts"
import { echo } from "./SchemaErrors.ts"

/**
 * The name of the header, in lower case.
 *
 * @category constants
 * @since 0.1.0
 */
export const header = "idempotency-key"

/**
 * How many characters a key may have.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxLength = 255

/**
 * Lists what is wrong with a key: it has 1 to 255 visible ASCII characters. Of two headers the values arrive as one with
 * a space in it, which no key has.
 *
 * @category checks
 * @since 0.1.0
 */
export const errors = (key: string | undefined): ReadonlyArray<ValidationError> =>
  key === undefined || /^[\x21-\x7e]{1,255}$/.test(key) ? [] : [{ loc: ["header", header], ...flaw(key), ...echo(key) }]

const flaw = (key: string): Omit<ValidationError, "loc"> => {
  if (key === "") {
    return { msg: "String should have at least 1 character", type: "string_too_short", ctx: { min_length: 1 } }
  }
  if (key.length > maxLength) {
    const msg = `String should have at most ${maxLength} characters`
    return { msg, type: "string_too_long", ctx: { max_length: maxLength } }
  }
  const pattern = "^[!-~]+$"
  return { msg: `String should match pattern '${pattern}'`, type: "string_pattern_mismatch", ctx: { pattern } }
}
