/**
 * Why a server elsewhere gave no answer of the domain. Each is the `cause` of a `StoreUnavailable`.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * The address of the server is none: it has to be `http:` or `https:`, without user, password, query and fragment.
 *
 * @category errors
 * @since 0.1.0
 */
export class BaseUrlInvalid extends Data.TaggedError("BaseUrlInvalid")<{
  readonly given: string
  readonly message: string
}> {}

/**
 * An option of the client is no number, or one that is too small.
 *
 * @category errors
 * @since 0.1.0
 */
export class OptionInvalid extends Data.TaggedError("OptionInvalid")<{
  readonly option: string
  readonly message: string
}> {}

/**
 * The certificate of the server is not trusted, or is that of another host; nothing was sent. `code` is what Node calls
 * it, such as `DEPTH_ZERO_SELF_SIGNED_CERT`.
 *
 * @category errors
 * @since 0.1.0
 */
export class CertificateRefused extends Data.TaggedError("CertificateRefused")<{
  readonly code: string
  readonly message: string
}> {}

/**
 * There was no connection, or it was lost before the whole answer came: whether the request was carried out is unknown.
 * `code` is what the system calls it, such as `ECONNREFUSED`.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unreachable extends Data.TaggedError("Unreachable")<{
  readonly code: string
  readonly message: string
}> {}

/**
 * No answer came within the time, in milliseconds, that the call or one attempt has.
 *
 * @category errors
 * @since 0.1.0
 */
export class TimedOut extends Data.TaggedError("TimedOut")<{
  readonly limitMillis: number
  readonly message: string
}> {}

/**
 * What answered is no Emend server, or one of another version: HTML, another content type, JSON that is cut off or of
 * another shape. `excerpt` is the beginning of what it said.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerForeign extends Data.TaggedError("AnswerForeign")<{
  readonly status: number
  readonly contentType: string | undefined
  readonly excerpt: string
  readonly message: string
}> {}

/**
 * The answer is larger than the client takes; the rest of it was not read.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerTooLarge extends Data.TaggedError("AnswerTooLarge")<{
  readonly limitBytes: number
  readonly message: string
}> {}

/**
 * The server sends the client elsewhere. It is not followed: a token would go along.
 *
 * @category errors
 * @since 0.1.0
 */
export class Redirected extends Data.TaggedError("Redirected")<{
  readonly status: number
  readonly location: string | undefined
  readonly message: string
}> {}

/**
 * The server refused the request for a reason that is none of the domain: a token, a role, its limits, its store. `code`
 * is the stable code of the problem, and `facts` are its other members.
 *
 * @category errors
 * @since 0.1.0
 */
export class RequestRefused extends Data.TaggedError("RequestRefused")<{
  readonly status: number
  readonly code: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly message: string
}> {}

/**
 * No bearer token could be had.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokenUnavailable extends Data.TaggedError("TokenUnavailable")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/**
 * Why a server elsewhere gave no answer of the domain.
 *
 * @category errors
 * @since 0.1.0
 */
export type RemoteFailure =
  | Unreachable
  | CertificateRefused
  | TimedOut
  | AnswerForeign
  | AnswerTooLarge
  | Redirected
  | RequestRefused
  | TokenUnavailable
