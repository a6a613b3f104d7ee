/**
 * Where a server is.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { BaseUrlInvalid } from "./RemoteFailure.ts"

/**
 * Where a server is: its scheme, host and port, and the path below which it is served, without a slash at the end.
 *
 * @category models
 * @since 0.1.0
 */
export interface BaseUrl {
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
  readonly prefix: string
}

/**
 * Reads an address, such as `https://emend.example/records`, or says why it is none.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (text: string): Result.Result<BaseUrl, BaseUrlInvalid> => {
  const wrong = (why: string) =>
    Result.fail(new BaseUrlInvalid({ given: text, message: `${JSON.stringify(text)} is no base URL: ${why}` }))
  if (!URL.canParse(text)) return wrong("expected an address such as https://emend.example")
  const { hash, hostname, password, pathname, port, protocol, search, username } = new URL(text)
  if (protocol !== "http:" && protocol !== "https:") return wrong("expected http: or https:")
  if (username !== "" || password !== "") {
    // It is not repeated: messages end in logs.
    return Result.fail(
      new BaseUrlInvalid({
        given: "…",
        message: "a base URL has no user and no password; a caller is told by a bearer token"
      })
    )
  }
  if (search !== "" || hash !== "") return wrong("expected no query and no fragment")
  const secure = protocol === "https:"
  return Result.succeed({
    secure,
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (secure ? 443 : 80) : Number(port),
    prefix: pathname.replace(/\/+$/, "")
  })
}
