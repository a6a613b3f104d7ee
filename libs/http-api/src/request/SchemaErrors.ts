/**
 * What a schema says of a wrong request, in pydantic's words.
 *
 * @since 0.1.0
 */
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as Excerpt from "../Excerpt.ts"
import type { ValidationError } from "../ValidationError.ts"

/**
 * The part of a request that was read. In all but the body every value is text.
 *
 * @category models
 * @since 0.1.0
 */
export type Part = "body" | "path" | "query" | "header"

/**
 * Lists the errors of one part of a request, as many as may be told and one more. `hints` says more about keys that are refused, such as a status.
 *
 * @category conversions
 * @since 0.1.0
 */
export const errors = (
  issue: SchemaIssue.Issue,
  part: Part,
  input: unknown,
  hints: Readonly<Record<string, string>> = {}
): ReadonlyArray<ValidationError> => {
  const found: Array<ValidationError> = []
  visit(issue, { loc: [part], input, parent: input, hints }, found)
  // What a value breaks by itself and as a part of a larger one is one error: the first, which says more.
  const told = new Map<string, ValidationError>()
  for (const error of found) {
    const place = JSON.stringify([error.loc, error.type])
    if (!told.has(place)) told.set(place, error)
  }
  return [...told.values()]
}

/** A place of the request and what stands there. */
interface Place {
  readonly loc: ReadonlyArray<string | number>
  readonly input: unknown
  readonly parent: unknown
  readonly hints: Readonly<Record<string, string>>
}

type Wrong = Pick<ValidationError, "type" | "msg" | "ctx">

const visit = (issue: SchemaIssue.Issue, place: Place, found: Array<ValidationError>): void => {
  if (Excerpt.isFull(found)) return
  switch (issue._tag) {
    case "Pointer": {
      let here = place
      for (const key of issue.path) here = step(here, key as string | number)
      return visit(issue.issue, here, found)
    }
    case "Composite":
      return visitAll(issue.issues, place, found)
    case "AnyOf":
      // A union tells what is wrong with the member that was meant, or nothing where none has the type given.
      if (issue.issues.length === 0) return add(found, place, wrongType(issue.ast))
      return visitAll(issue.issues, place, found)
    case "Encoding":
      return visit(issue.issue, place, found)
    case "Filter":
      return filtered(issue, place, found)
    case "MissingKey":
      return add(found, { ...place, input: place.parent }, { type: "missing", msg: "Field required" })
    case "UnexpectedKey":
      return add(found, place, unexpected(place))
    case "InvalidType":
      return add(found, place, wrongType(issue.ast))
    case "InvalidValue":
    case "Forbidden":
      return add(found, place, valueError(messageOf(issue)))
    case "OneOf":
      return add(found, place, valueError("Expected exactly one of the alternatives"))
  }
}

const visitAll = (
  issues: ReadonlyArray<SchemaIssue.Issue>,
  place: Place,
  found: Array<ValidationError>
): void => {
  for (const issue of issues) {
    if (Excerpt.isFull(found)) return
    visit(issue, place, found)
  }
}

const step = ({ hints, input, loc }: Place, key: string | number): Place => ({
  loc: [...loc, typeof key === "string" ? Excerpt.cutText(key) : key],
  input: typeof input === "object" && input !== null && Object.hasOwn(input, key) ? (input as any)[key] : undefined,
  parent: input,
  hints
})

const add = (found: Array<ValidationError>, { input, loc }: Place, { ctx, msg, type }: Wrong): void => {
  found.push({ loc, msg, type, ...echo(input), ...(ctx === undefined ? undefined : { ctx }) })
}

/** How much of the input an error repeats, in characters of JSON. */
const maxEcho = 1024

/**
 * Repeats the input, unless it is absent or large: an answer should not be as large as the request.
 *
 * @category conversions
 * @since 0.1.0
 */
export const echo = (input: unknown): { readonly input?: unknown } =>
  input === undefined || (JSON.stringify(input) ?? "").length > maxEcho ? {} : { input }

const unexpected = ({ hints, loc }: Place): Wrong => {
  const hint = loc.length === 2 && Object.hasOwn(hints, loc[1]!) ? hints[loc[1]!] : undefined
  return {
    type: "extra_forbidden",
    msg: hint === undefined ? "Extra inputs are not permitted" : `Extra inputs are not permitted: ${hint}`
  }
}

const filtered = (issue: SchemaIssue.Filter, place: Place, found: Array<ValidationError>): void => {
  const known = broken(issue.filter.annotations ?? {}, place)
  if (known !== undefined) return add(found, place, known)
  // A filter of our own says itself what is wrong, and where.
  visit(issue.issue, place, found)
}

/** What a well-known check demands. Bounds come with the check's own payload. */
const broken = (annotations: Readonly<Record<string, any>>, { input, loc }: Place): Wrong | undefined => {
  if (annotations["identifier"] === "uuid") {
    return notUuid
  }
  if (annotations["identifier"] === "integer") return integerText
  const { id, payload } = annotations["representation"] ?? {}
  switch (id) {
    case "effect/schema/isInt":
      return loc[0] === "body" ? wholeNumber : integerText
    case "effect/schema/isStringFinite":
      return integerText
    case "effect/schema/isBetween":
      return Number(input) < payload.minimum ? atLeast(payload.minimum) : atMost(payload.maximum)
    case "effect/schema/isGreaterThanOrEqualTo":
      return atLeast(payload.minimum)
    case "effect/schema/isLessThanOrEqualTo":
      return atMost(payload.maximum)
    case "effect/schema/isMinLength":
      return lengthBound("string_too_short", "at least", { min_length: payload.minLength })
    case "effect/schema/isMaxLength":
      return Array.isArray(input)
        ? tooManyItems(payload.maxLength, input.length)
        : lengthBound("string_too_long", "at most", { max_length: payload.maxLength })
    case "effect/schema/isPattern":
      return {
        type: "string_pattern_mismatch",
        msg: `String should match pattern '${payload.source}'`,
        ctx: { pattern: payload.source }
      }
    default:
      return undefined
  }
}

const uuidForm = "expected 32 hexadecimal digits as 8-4-4-4-12"

/**
 * What is said of a text that should be a UUID and is none.
 *
 * @category models
 * @since 0.1.0
 */
export const notUuid: Wrong = {
  type: "uuid_parsing",
  msg: `Input should be a valid UUID, ${uuidForm}`,
  ctx: { error: uuidForm }
}

const wholeNumber: Wrong = {
  type: "int_from_float",
  msg: "Input should be a valid integer, got a number with a fractional part"
}

const integerText: Wrong = {
  type: "int_parsing",
  msg: "Input should be a valid integer, unable to parse string as an integer"
}

const atLeast = (ge: number): Wrong => ({
  type: "greater_than_equal",
  msg: `Input should be greater than or equal to ${ge}`,
  ctx: { ge }
})

const atMost = (le: number): Wrong => ({
  type: "less_than_equal",
  msg: `Input should be less than or equal to ${le}`,
  ctx: { le }
})

const lengthBound = (type: string, bound: string, ctx: Readonly<Record<string, number>>): Wrong => {
  const [length] = Object.values(ctx)
  return { type, msg: `String should have ${bound} ${length} character${length === 1 ? "" : "s"}`, ctx }
}

const tooManyItems = (max_length: number, actual_length: number): Wrong => ({
  type: "too_long",
  msg: `List should have at most ${max_length} items after validation, not ${actual_length}`,
  ctx: { field_type: "List", max_length, actual_length }
})

const valueError = (error: string): Wrong => ({ type: "value_error", msg: `Value error, ${error}`, ctx: { error } })

const messageOf = (issue: SchemaIssue.InvalidValue | SchemaIssue.Forbidden): string => {
  const message = issue.annotations?.["message"]
  return typeof message === "string" ? message : "Expected another value"
}

/** What a value of the wrong type should have been. */
const wrongType = (ast: SchemaAST.AST): Wrong => {
  switch (ast._tag) {
    case "Union": {
      const meant = ast.types.filter(({ _tag }) => _tag !== "Null")
      const literals = meant.flatMap((member) => member._tag === "Literal" ? [String(member.literal)] : [])
      return literals.length === meant.length ? oneOf(literals) : wrongType(meant[0]!)
    }
    case "String":
      return { type: "string_type", msg: "Input should be a valid string" }
    case "Number":
      return { type: "int_type", msg: "Input should be a valid integer" }
    case "Boolean":
      return { type: "bool_type", msg: "Input should be a valid boolean" }
    case "Arrays":
      return { type: "list_type", msg: "Input should be a valid list" }
    case "Objects":
      return ast.propertySignatures.length === 0
        ? { type: "dict_type", msg: "Input should be a valid dictionary" }
        : {
          type: "model_attributes_type",
          msg: "Input should be a valid dictionary or object to extract fields from"
        }
    case "Literal":
      return oneOf([String(ast.literal)])
    default:
      return valueError("Expected another type of value")
  }
}

const oneOf = (literals: ReadonlyArray<string>): Wrong => {
  const quoted = literals.map((literal) => `'${literal}'`)
  const expected = quoted.length === 1 ? quoted[0]! : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`
  return { type: "enum", msg: `Input should be ${expected}`, ctx: { expected } }
}
