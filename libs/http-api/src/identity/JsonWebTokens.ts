/**
 * Callers told by signed tokens (RFC 7519).
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose"
import { Problem } from "../Problem.ts"
import * as Bearer from "./Bearer.ts"
import * as Claims from "./Claims.ts"
import type { Identity } from "./Identity.ts"
import * as KeySet from "./KeySet.ts"
import type { KeySource } from "./KeySource.ts"

/**
 * The algorithms that a signature may have: all are asymmetric, so that who can verify a token cannot make one.
 *
 * @category models
 * @since 0.1.0
 */
export const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519"
] as const

/**
 * The name of an algorithm (RFC 7518).
 *
 * @category models
 * @since 0.1.0
 */
export type Algorithm = (typeof algorithms)[number]

/**
 * Which tokens are accepted, and what they say.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly keys: KeySource
  readonly issuer: string
  readonly audience: string
  /** {@link algorithms} without it. */
  readonly algorithms?: ReadonlyArray<Algorithm>
  /** By how many seconds clocks may differ; 5 without it. */
  readonly toleranceSeconds?: number
  readonly claims?: Claims.ClaimNames
}

/**
 * Makes the identity of callers who bear tokens of one issuer. A token is accepted when it is signed with a key of the
 * set by an algorithm that is allowed, is of the issuer, for the audience, has not expired, is valid already, and its
 * claims can be read. Keys that cannot be read are no fault of the caller: 503.
 *
 * What a verified token says is remembered until it expires or the keys change.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Identity => {
  const { claims: names = Claims.defaultNames } = options
  const set = KeySet.make(options.keys)

  const authenticate: Identity["authenticate"] = Effect.fnUntraced(function*(headers) {
    const token = yield* Effect.fromResult(Bearer.read(headers["authorization"]))
    let keys = yield* set.current
    const millis = yield* Clock.currentTimeMillis
    const known = keys.verified.get(token, millis)
    if (known !== undefined) return known
    let verified = yield* Effect.result(verify(token, keys, options, millis))
    if (Result.isFailure(verified) && isUnsigned(verified.failure)) {
      const other = yield* set.other(keys)
      if (other !== keys) verified = yield* Effect.result(verify(token, keys = other, options, millis))
    }
    if (Result.isFailure(verified)) return yield* refusal(verified.failure)
    const grant = Claims.read(names, verified.success)
    if (Result.isFailure(grant)) return yield* Bearer.invalid(grant.failure)
    keys.verified.put(token, grant.success, verified.success.exp! * 1000)
    return grant.success
  }, Effect.catchTag("KeysUnavailable", unavailable))

  const known: Identity["known"] = (headers, millis) => {
    const token = Bearer.read(headers["authorization"])
    return Result.isFailure(token) ? undefined : set.held(millis)?.verified.get(token.success, millis)
  }

  return { authenticate, known, ready: Effect.asVoid(Effect.catchTag(set.current, "KeysUnavailable", unavailable)) }
}

/** None of the keys signed it; others, that came since, may have. */
const isUnsigned = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed

const verify = (
  token: string,
  { find }: KeySet.Keys,
  { algorithms: allowed = algorithms, audience, issuer, toleranceSeconds = 5 }: Options,
  millis: number
): Effect.Effect<JWTPayload, unknown> =>
  Effect.map(
    Effect.tryPromise({
      try: () =>
        withEither(token, find, {
          algorithms: [...allowed],
          audience,
          issuer,
          requiredClaims: ["exp"],
          clockTolerance: toleranceSeconds,
          currentDate: new Date(millis)
        }),
      catch: (error) => error
    }),
    ({ payload }) => payload
  )

/** A token need not name its key: then any that fits may have signed it. */
const withEither = async (token: string, find: KeySet.Keys["find"], options: JWTVerifyOptions) => {
  try {
    return await jwtVerify(token, find, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options)
      } catch (refused) {
        if (!(refused instanceof errors.JWSSignatureVerificationFailed)) throw refused
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

const signature = "The signature of the token is not accepted"

/** What is said of each error; whether there is a key of that name, and which, is not. */
const reasons: Readonly<Record<string, string>> = {
  [errors.JWSInvalid.code]: "The token is no signed JSON Web Token",
  [errors.JWTInvalid.code]: "The token is no signed JSON Web Token",
  [errors.JOSENotSupported.code]: "The token demands what is not served",
  [errors.JOSEAlgNotAllowed.code]: "The algorithm of the token is not accepted",
  [errors.JWKSNoMatchingKey.code]: signature,
  [errors.JWSSignatureVerificationFailed.code]: signature,
  [errors.JWTExpired.code]: "The token has expired"
}

/** A key that cannot be used, though it is in the set, is no fault of the caller. */
const refusal = (error: unknown): Effect.Effect<never, Problem | KeySet.KeysUnavailable> => {
  if (error instanceof errors.JWTClaimValidationFailed) return Effect.fail(Bearer.invalid(claimReason(error)))
  const reason = error instanceof errors.JOSEError ? reasons[error.code] : undefined
  if (reason !== undefined) return Effect.fail(Bearer.invalid(reason))
  return Effect.andThen(
    Effect.logWarning(`A key of the set cannot be used: ${(error as Error).message}`),
    new KeySet.KeysUnavailable({ message: "a key of the set cannot be used", retryMillis: 0 })
  )
}

const claimReason = ({ claim, reason }: errors.JWTClaimValidationFailed): string => {
  if (reason === "missing") return `The token has no claim ${claim}`
  switch (claim) {
    case "iss":
      return "The token is of another issuer"
    case "aud":
      return "The token is for another audience"
    case "nbf":
      return reason === "invalid" ? "The claim nbf is no time" : "The token is not valid yet"
    default:
      return `The claim ${claim} is not as it should be`
  }
}

/** Seconds after which a request may be repeated, at least one. */
const unavailable = ({ retryMillis }: KeySet.KeysUnavailable): Effect.Effect<never, Problem> =>
  Effect.fail(
    new Problem({
      code: "identity-unavailable",
      detail: "The keys that tokens are checked with cannot be read; nothing was done",
      headers: { "retry-after": String(Math.max(1, Math.ceil(retryMillis / 1000))) }
    })
  )
