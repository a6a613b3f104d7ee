/**
 * What a refusal over HTTP was in the domain.
 *
 * @since 0.1.0
 */
import { Refusals } from "@emend/domain"
import { RefusalCodes } from "@emend/http-api/operations"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * A problem (RFC 9457) as a server tells it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Problem {
  readonly code: string
  readonly detail: string
  readonly facts: Readonly<Record<string, unknown>>
}

const Told = Schema.Struct({ code: Schema.String, detail: Schema.String })
const isTold = Schema.is(Told)

/**
 * Reads the body of a problem, or gives undefined where it is none of ours.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (body: unknown): Problem | undefined => {
  if (!isTold(body)) return undefined
  const { code, detail, instance: _, status: __, title: ___, type: ____, ...facts } = body as
    & typeof Told.Type
    & Readonly<Record<string, unknown>>
  return { code, detail, facts }
}

/**
 * Gives the refusal of the domain that a problem says, with all its facts; undefined where it is none, or lacks facts.
 *
 * @category conversions
 * @since 0.1.0
 */
export const refusal = ({ code, detail, facts }: Problem): RefusalCodes.Coded | undefined => {
  if (!isCode(code)) return undefined
  const told = Object.fromEntries(RefusalCodes.factNames(code).map((name) => [name, facts[name]]))
  const refusal = RefusalCodes.refusalsByCode[code]
  const decoded = Schema.decodeUnknownResult(refusal as unknown as Schema.Codec<RefusalCodes.Coded>)({
    ...told,
    _tag: refusal.identifier,
    ...("message" in refusal.fields ? { message: detail } : undefined)
  })
  return Result.getOrUndefined(decoded)
}

const isCode = (code: string): code is keyof typeof RefusalCodes.refusalsByCode =>
  Object.hasOwn(RefusalCodes.refusalsByCode, code)

const Invalid = Schema.Struct({
  detail: Schema.Array(
    Schema.Struct({
      loc: Schema.Array(Schema.Union([Schema.String, Schema.Int])),
      msg: Schema.String,
      type: Schema.String,
      input: Schema.optionalKey(Schema.Json),
      ctx: Schema.optionalKey(Schema.JsonObject)
    })
  )
})

/**
 * One place of a request that a server found wrong.
 *
 * @category models
 * @since 0.1.0
 */
export type Flaw = (typeof Invalid.Type)["detail"][number]

/**
 * Reads the body of a 422, or gives undefined where it is none of ours.
 *
 * @category conversions
 * @since 0.1.0
 */
export const flaws = (body: unknown): ReadonlyArray<Flaw> | undefined =>
  Result.getOrUndefined(Schema.decodeUnknownResult(Invalid)(body))?.detail

/**
 * Tells whether what is wrong is that the key of a request belongs to another one.
 *
 * @category checks
 * @since 0.1.0
 */
export const isReusedKey = ([flaw, ...others]: ReadonlyArray<Flaw>): boolean =>
  flaw?.type === "value_error" && flaw.loc.join(".") === "header.idempotency-key" && others.length === 0

/**
 * Gives the refusal of the domain that says what is wrong with a request. A place in the body is told by its path in
 * it, and one elsewhere by all of its path.
 *
 * @category conversions
 * @since 0.1.0
 */
export const invalid = (flaws: ReadonlyArray<Flaw>): Refusals.InputInvalid =>
  new Refusals.InputInvalid({
    problems: flaws.map(({ ctx, loc, msg, type }) => ({
      path: loc[0] === "body" ? loc.slice(1) : loc,
      message: type === "value_error" && typeof ctx?.["error"] === "string" ? ctx["error"] : msg
    }))
  })
