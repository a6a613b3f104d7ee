/**
 * Bearer tokens in requests, and what is said of those that are not accepted (RFC 6750).
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { Problem } from "../Problem.ts"

/**
 * Reads the token of an `Authorization` header. Without one, or with another scheme, the problem is a challenge that
 * names no error (RFC 6750, 3.1).
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (authorization: string | undefined): Result.Result<string, Problem> => {
  const [, token] = /^bearer(?: +(.*))?$/i.exec(authorization?.trim() ?? "") ?? []
  if (token !== undefined && token !== "") {
    return isToken(token) ? Result.succeed(token) : Result.fail(invalid("The token has characters that no token has"))
  }
  return Result.fail(
    new Problem({
      code: "token-missing",
      detail: "This operation needs a bearer token: Authorization: Bearer …",
      headers: { "www-authenticate": challenge }
    })
  )
}

const challenge = "Bearer realm=\"emend\""

const isToken = (text: string): boolean => /^[A-Za-z0-9._~+/-]+=*$/.test(text)

/**
 * Gives the problem with a token that is not accepted. The reason is told to whoever sent it: it names neither keys nor
 * what the token says. What stands in a header is ASCII without quotes and backslashes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalid = (reason: string): Problem =>
  new Problem({
    code: "token-invalid",
    detail: reason,
    headers: {
      "www-authenticate": `${challenge}, error="invalid_token", error_description="${
        reason.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "?")
      }"`
    }
  })
