/**
 * The key under which a request is carried out once.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { Problem } from "../Problem.ts"
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

/**
 * What a key belongs to and what is asked under it, as the sender sees both: their hashes. A service over HTTP says them,
 * so that a key of its caller means here what it means there.
 *
 * @category models
 * @since 0.1.0
 */
export interface SenderKey {
  readonly scope: string
  readonly request: string
}

/**
 * The name of the header that carries a {@link SenderKey}, in lower case. It goes with requests for whole answers.
 *
 * @category constants
 * @since 0.1.0
 */
export const senderHeader = "idempotency-request"

/**
 * Reads such a header: two SHA-256 hashes of 64 hexadecimal digits, with a dot between them.
 *
 * @category conversions
 * @since 0.1.0
 */
export const sender = (value: string | undefined): Result.Result<SenderKey | undefined, Problem> => {
  if (value === undefined) return Result.succeed(undefined)
  const [, scope, request] = /^([0-9a-f]{64})\.([0-9a-f]{64})$/.exec(value) ?? []
  return scope === undefined || request === undefined
    ? Result.fail(
      new Problem({
        code: "malformed-header",
        detail: "Idempotency-Request is two hashes of 64 hexadecimal digits with a dot between them",
        facts: { header: "Idempotency-Request" }
      })
    )
    : Result.succeed({ scope, request })
}
