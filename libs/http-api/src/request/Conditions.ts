/**
 * What the headers of a request demand.
 *
 * @since 0.1.0
 */
import { type AgentConditions, Text } from "@emend/domain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Problem } from "../Problem.ts"
import type { ValidationError } from "../ValidationError.ts"
import { echo, notUuid } from "./SchemaErrors.ts"

/** The headers of a request, with names in lower case. */
type Headers = Readonly<Record<string, string | undefined>>

/**
 * How many characters a `Change-Reason` may have.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxReason = 1000

/**
 * How many characters a `Revision-Annotation` may have.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxAnnotation = 255

/**
 * The entity tags of a precondition (RFC 9110, section 13.1): the versions that strong tags name, whether each tag is
 * weak, or `"*"`.
 *
 * @category models
 * @since 0.1.0
 */
export type EntityTags = ReadonlyArray<{ readonly weak: boolean; readonly version: number | undefined }> | "*"

/**
 * Reads a list of entity tags, or gives undefined where it is none.
 *
 * @category conversions
 * @since 0.1.0
 */
export const entityTags = (value: string): EntityTags | undefined => {
  const text = value.trim()
  if (text === "*") return "*"
  const tags: Array<{ weak: boolean; version: number | undefined }> = []
  let i = 0
  while (i < text.length) {
    tag.lastIndex = i
    const match = tag.exec(text)
    if (match === null) return undefined
    tags.push({ weak: match[1] !== undefined, version: versionOf(match[2]!) })
    i = tag.lastIndex
  }
  return tags.length > 0 ? tags : undefined
}

// One tag, then a comma or the end; empty elements of a list are allowed (RFC 9110, section 5.6.1).
const tag = /[ \t,]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,[ \t,]*|$)/y

/** Versions are 32-bit integers; another tag is well-formed and names no version. */
const versionOf = (opaque: string): number | undefined =>
  /^[1-9]\d{0,9}$/.test(opaque) && Number(opaque) <= 0x7fffffff ? Number(opaque) : undefined

/**
 * What the headers of a request demand and say: the conditions of an update, and the versions that the client has.
 *
 * @category models
 * @since 0.1.0
 */
export interface Conditions extends AgentConditions {
  readonly ifNoneMatch?: EntityTags
}

/**
 * Makes what reads the headers that an operation declares, by their names in lower case. Weak tags never match in
 * `If-Match` (RFC 9110, section 13.1.1). It fails with the first header that is malformed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reader = (declared: ReadonlySet<string>): (headers: Headers) => Result.Result<Conditions, Problem> => {
  const mine = readers.filter(([name]) => declared.has(name))
  return (headers) => {
    const conditions: Draft = {}
    for (const [name, read] of mine) {
      const value = headers[name]
      const problem = value === undefined ? undefined : read(value, conditions)
      if (problem !== undefined) return Result.fail(problem)
    }
    return Result.succeed(conditions)
  }
}

/**
 * Makes what gives the problem with a request to change something that is made under a condition which its operation
 * does not heed. To ignore it would harm a client that relies on it: its request would be done although the condition
 * fails.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unheeded = (declared: ReadonlySet<string>): (headers: Headers) => Problem | undefined => {
  const others = binding.filter(({ key }) => !declared.has(key))
  return (headers) => {
    const header = others.find(({ key }) => headers[key] !== undefined)?.name
    return header === undefined ? undefined : new Problem({
      code: "malformed-header",
      detail: `${header} is not served for this operation; nothing was done`,
      facts: { header }
    })
  }
}

/**
 * Gives the problem with a request that writes over what is there and says not to which version it is meant: by none of
 * the headers that its operation declares for it. `If-Match: *` says that any version is meant.
 *
 * @category checks
 * @since 0.1.0
 */
export const unconditional = (
  declared: ReadonlySet<string>,
  { ifMatch, rebaseFrom }: Conditions
): Problem | undefined => {
  if (ifMatch !== undefined || rebaseFrom !== undefined) return undefined
  const accepted = ["If-Match", "Rebase-From"].filter((name) => declared.has(name.toLowerCase()))
  return new Problem({
    code: "condition-required",
    detail: `This server takes a change only with ${accepted.join(" or ")}, which says what it is meant for`,
    facts: { accepted }
  })
}

const binding = ["If-Match", "Rebase-From", "Revision-Base", "Revision-Annotation", "Dry-Run", "Idempotency-Key"]
  .map((name) => ({ name, key: name.toLowerCase() }))

type Draft = { -readonly [K in keyof Conditions]: Conditions[K] }

const readers: ReadonlyArray<readonly [string, (value: string, conditions: Draft) => Problem | undefined]> = [
  ["if-match", (value, conditions) => {
    const tags = entityTags(value)
    if (tags === undefined) return malformed("If-Match", listOfTags)
    conditions.ifMatch = tags === "*" ? tags : strong(tags)
  }],
  ["if-none-match", (value, conditions) => {
    const tags = entityTags(value)
    if (tags === undefined) return malformed("If-None-Match", listOfTags)
    conditions.ifNoneMatch = tags
  }],
  ["rebase-from", (value, conditions) => {
    const match = /^"([1-9]\d{0,14})"$/.exec(value.trim())
    if (match === null) return malformed("Rebase-From", "is one version in quotes, such as \"7\"")
    conditions.rebaseFrom = Number(match[1])
  }],
  ["change-reason", (value, conditions) => {
    const text = freeText("Change-Reason", value)
    if (text instanceof Problem) return text
    if (text !== "") conditions.reason = text
  }],
  ["dry-run", (value, conditions) => {
    const text = value.trim().toLowerCase()
    if (text !== "true" && text !== "false") return malformed("Dry-Run", "is true or false")
    if (text === "true") conditions.dryRun = true
  }],
  ["revision-base", (value, conditions) => {
    conditions.base = value.trim().toLowerCase()
  }],
  ["revision-annotation", (value, conditions) => {
    const text = freeText("Revision-Annotation", value)
    if (text instanceof Problem) return text
    if (text !== "") conditions.annotation = text
  }]
]

const listOfTags = "is * or a list of entity tags such as \"7\""

const strong = (tags: Exclude<EntityTags, "*">): ReadonlyArray<number> =>
  tags.flatMap(({ version, weak }) => weak || version === undefined ? [] : [version])

/**
 * Lists what is wrong with the values that the headers carry, as a body would be told.
 *
 * @category checks
 * @since 0.1.0
 */
export const errors = (
  { annotation, base, reason }: Conditions
): ReadonlyArray<ValidationError> => [
  ...tooLong("change-reason", reason, maxReason),
  ...tooLong("revision-annotation", annotation, maxAnnotation),
  ...mustBeUuid("revision-base", base)
]

const tooLong = (header: string, value: string | undefined, max_length: number): ReadonlyArray<ValidationError> =>
  value === undefined || value.length <= max_length ? [] : [{
    loc: ["header", header],
    msg: `String should have at most ${max_length} characters`,
    type: "string_too_long",
    ...echo(value),
    ctx: { max_length }
  }]

const isUuid = Schema.is(Text.Uuid)

const mustBeUuid = (header: string, value: string | undefined): ReadonlyArray<ValidationError> =>
  value === undefined || isUuid(value) ? [] : [{ loc: ["header", header], ...notUuid, ...echo(value) }]

/**
 * Tells whether a version that the client has, by `If-None-Match`, is the present one. Weak tags match too (RFC 9110,
 * section 13.1.2).
 *
 * @category checks
 * @since 0.1.0
 */
export const isCurrent = ({ ifNoneMatch }: Conditions, version: number): boolean =>
  ifNoneMatch !== undefined && (ifNoneMatch === "*" || ifNoneMatch.some((tag) => tag.version === version))

/**
 * Reads free text out of a header. Like `Slug` (RFC 5023, section 9.7) it is UTF-8 with percent-encoding; UTF-8 that
 * is not encoded is read as well. Control characters are refused.
 */
const freeText = (header: string, value: string): string | Problem => {
  if (/%(?![0-9a-fA-F]{2})/.test(value)) return malformed(header, "is percent-encoded UTF-8: a % is written as %25")
  // Header values arrive as one character for each byte.
  const bytes = Uint8Array.from(
    value.trim().replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    (character) => character.charCodeAt(0)
  )
  let text: string
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return malformed(header, "is percent-encoded UTF-8")
  }
  return /[\u0000-\u001f\u007f-\u009f]/.test(text) ? malformed(header, "is text without control characters") : text
}

const malformed = (header: string, what: string): Problem =>
  new Problem({ code: "malformed-header", detail: `${header} ${what}`, facts: { header } })
