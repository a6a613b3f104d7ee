/**
 * From the claims of a token to what its bearer may.
 *
 * @since 0.1.0
 */
import { Text } from "@emend/domain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Grant } from "./Grant.ts"
import { type Role, roles } from "./Role.ts"

/**
 * Where a token says what: the name of a claim, or a JSON Pointer (RFC 6901) to a member within one, which begins with
 * a slash: `/realm_access/roles`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClaimNames {
  readonly subject: string
  readonly organization: string
  readonly projects: string
  readonly roles: string
}

/**
 * The names of claims where nothing else is said.
 *
 * @category models
 * @since 0.1.0
 */
export const defaultNames: ClaimNames = {
  subject: "sub",
  organization: "organization",
  projects: "projects",
  roles: "roles"
}

/**
 * Reads what the bearer of a token may, or fails with one sentence that says which claim is wrong and how. A caller has
 * one organization, which is the tenant; projects are listed, `"*"` for all of the organization; of several roles the
 * highest counts. Without the claim there are no projects, and there is no role.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (names: ClaimNames, claims: Readonly<Record<string, unknown>>): Result.Result<Grant, string> => {
  const subject = valueAt(claims, names.subject)
  if (!isSubject(subject)) {
    return Result.fail(`The claim ${names.subject} is not a subject: text of 1 to 255 characters`)
  }
  const organization = valueAt(claims, names.organization)
  if (!isId(organization)) {
    return Result.fail(`The claim ${names.organization} is not an organization: an id of 1 to 255 characters`)
  }
  const projects = listed(valueAt(claims, names.projects))
  if (projects === undefined || !projects.every((project) => project === "*" || isId(project))) {
    return Result.fail(`The claim ${names.projects} is not a list of projects`)
  }
  const held = listed(valueAt(claims, names.roles))
  if (held === undefined || !held.every(isRole)) {
    return Result.fail(`The claim ${names.roles} is not a list of the roles ${roles.join(", ")}`)
  }
  const tenant = canonical(organization)
  return Result.succeed({
    caller: { tenant, subject },
    role: roles.findLast((role) => held.includes(role)) ?? null,
    scope: { organization: tenant, projects: projects.includes("*") ? null : new Set(projects.map(canonical)) }
  })
}

const isId = Schema.is(Text.Id)
const isSubject = Schema.is(
  Text.Text.check(Schema.isMinLength(1), Schema.isMaxLength(255), Schema.isPattern(/^[^\u0000-\u001f\u007f-\u009f]*$/))
)
const isRole = (role: string): role is Role => (roles as ReadonlyArray<string>).includes(role)

const isUuid = Schema.is(Text.Uuid)

/** A UUID means the same in either case: the tenant is one. */
const canonical = (id: string): string => isUuid(id.toLowerCase()) ? id.toLowerCase() : id

/** One value is a list of one; undefined where it is neither text nor a list of texts. */
const listed = (value: unknown): ReadonlyArray<string> | undefined => {
  const values = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
  return values.every((one) => typeof one === "string") ? values : undefined
}

const valueAt = (claims: unknown, name: string): unknown =>
  name.startsWith("/")
    ? name.slice(1).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~")).reduce(member, claims)
    : member(claims, name)

const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
