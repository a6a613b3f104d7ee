/**
 * Which callers a server accepts: what the environment says of their tokens.
 *
 * @since 0.1.0
 */
import type { Algorithm, ClaimNames } from "@emend/http-api/identity"
import { isLoopback } from "@emend/http-api/loopback"
import { resolve } from "node:path"

/**
 * Which tokens a server accepts, and what their claims are called.
 *
 * @category models
 * @since 0.1.0
 */
export interface IdentityConfiguration {
  /** Where the keys are: a file, or the address of a key set. */
  readonly keys: { readonly _tag: "File"; readonly path: string } | { readonly _tag: "Url"; readonly url: string }
  readonly issuer: string
  readonly audience: string
  readonly toleranceSeconds: number
  readonly algorithms?: ReadonlyArray<Algorithm>
  readonly claims: ClaimNames
}

/** What `--help` prints of it. */
export const help = `
Identity, all three of the first or none
  EMEND_JWKS                  The public keys of the issuer: a file, or an https address
  EMEND_ISSUER                Who signs the tokens: their claim iss
  EMEND_AUDIENCE              For whom they are signed: their claim aud
  EMEND_ALGORITHMS            Which signatures are accepted, such as RS256,ES256 (all that are asymmetric)
  EMEND_CLOCK_TOLERANCE       By how many seconds clocks may differ (5)
  EMEND_CLAIM_SUBJECT         Where a token says who it is (sub)
  EMEND_CLAIM_ORGANIZATION    Where it says of which organization (organization)
  EMEND_CLAIM_PROJECTS        Where it lists the projects, * for all (projects)
  EMEND_CLAIM_ROLES           Where it lists the roles: viewer, editor, owner (roles)
                              A claim is a name, or a path that begins with a slash: /realm_access/roles
`

type Environment = Readonly<Record<string, string | undefined>>

const required = ["EMEND_JWKS", "EMEND_ISSUER", "EMEND_AUDIENCE"] as const
const optional = [
  "EMEND_ALGORITHMS",
  "EMEND_CLOCK_TOLERANCE",
  "EMEND_CLAIM_SUBJECT",
  "EMEND_CLAIM_ORGANIZATION",
  "EMEND_CLAIM_PROJECTS",
  "EMEND_CLAIM_ROLES"
] as const

/**
 * Reads which callers a server accepts, or gives undefined where nothing is said of it. What is wrong is added to
 * `wrong`; half a configuration is wrong, and never taken for none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (env: Environment, cwd: string, wrong: Array<string>): IdentityConfiguration | undefined => {
  const value = (name: string): string | undefined => env[name] === "" ? undefined : env[name]
  const given = [...required, ...optional].filter((name) => value(name) !== undefined)
  if (given.length === 0) return undefined
  const lacking = required.filter((name) => value(name) === undefined)
  if (lacking.length > 0) {
    wrong.push(`${given[0]} is set and ${lacking.join(" and ")} not: identity needs ${required.join(", ")}`)
    return undefined
  }
  const listed = readAlgorithms(value("EMEND_ALGORITHMS"), wrong)
  return {
    keys: readKeys(value("EMEND_JWKS")!, cwd, wrong),
    issuer: value("EMEND_ISSUER")!,
    audience: value("EMEND_AUDIENCE")!,
    toleranceSeconds: readTolerance(value("EMEND_CLOCK_TOLERANCE"), wrong),
    ...(listed === undefined ? undefined : { algorithms: listed }),
    claims: {
      subject: value("EMEND_CLAIM_SUBJECT") ?? "sub",
      organization: value("EMEND_CLAIM_ORGANIZATION") ?? "organization",
      projects: value("EMEND_CLAIM_PROJECTS") ?? "projects",
      roles: value("EMEND_CLAIM_ROLES") ?? "roles"
    }
  }
}

/** Keys that come over a wire which others can write to would let them in: plain http is for this machine. */
const readKeys = (text: string, cwd: string, wrong: Array<string>): IdentityConfiguration["keys"] => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { _tag: "File", path: resolve(cwd, text) }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? ""
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isLoopback(host))) {
    wrong.push(`EMEND_JWKS is ${text}; it may be a file, an https address, or an http address of this machine`)
  } else if (url.username !== "" || url.password !== "") {
    wrong.push("EMEND_JWKS has a user or a password; a key set is public")
  }
  return { _tag: "Url", url: text }
}

// As the library that verifies them lists them, which is not loaded where there is no identity.
const algorithms: { readonly [A in Algorithm]: true } = {
  RS256: true,
  RS384: true,
  RS512: true,
  PS256: true,
  PS384: true,
  PS512: true,
  ES256: true,
  ES384: true,
  ES512: true,
  EdDSA: true,
  Ed25519: true
}

const readAlgorithms = (text: string | undefined, wrong: Array<string>): ReadonlyArray<Algorithm> | undefined => {
  if (text === undefined) return undefined
  const names = text.split(",").map((name) => name.trim())
  const unknown = names.filter((name) => !Object.hasOwn(algorithms, name))
  if (unknown.length > 0) {
    wrong.push(
      `EMEND_ALGORITHMS names ${unknown.map((name) => JSON.stringify(name)).join(", ")}; it may name ` +
        Object.keys(algorithms).join(", ")
    )
  }
  return names as ReadonlyArray<Algorithm>
}

const readTolerance = (text: string | undefined, wrong: Array<string>): number => {
  if (text === undefined) return 5
  if (/^\d{1,3}$/.test(text) && Number(text) <= 300) return Number(text)
  wrong.push(`EMEND_CLOCK_TOLERANCE is ${text}; it may be a number of seconds from 0 to 300`)
  return 5
}
