/**
 * What an answer says: what a service gave, or why it was refused.
 *
 * @internal
 */
import { Refusals } from "@emend/domain"
import { Problem, wholeType } from "@emend/http-api/operations"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaParser from "effect/SchemaParser"
import * as ProblemReading from "./ProblemReading.ts"
import { AnswerForeign, Redirected, type RemoteFailure, RequestRefused } from "./RemoteFailure.ts"
import type { Incoming } from "./Transport.ts"

/** A refusal of the domain that an answer can say. */
export type Refusal =
  | NonNullable<ReturnType<typeof ProblemReading.refusal>>
  | Refusals.InputInvalid
  | Refusals.KeyReused
  | Refusals.KeyInUse

/** What is known of the request that was answered. */
export interface Asked {
  /** Whether it changes something: then what is wrong with it is said as the domain says it. */
  readonly changes: boolean
  /** The idempotency key that the caller gave. */
  readonly key: string | undefined
  readonly restore: (answered: unknown) => unknown
}

/** A reader of answers whose bodies have a schema. */
export const make = <A>(
  answer: Schema.Codec<A, unknown>
): (incoming: Incoming, asked: Asked) => Result.Result<A, Refusal | RemoteFailure> => {
  const decode = SchemaParser.decodeUnknownResult(answer)
  return (incoming, asked) => {
    const { status } = incoming
    if (status >= 300 && status < 400) return Result.fail(redirected(incoming))
    const type = mediaType(incoming)
    const body = type === undefined ? undefined : parsed(incoming)
    if (body === undefined) return Result.fail(foreign(incoming, "is not JSON"))
    if (status >= 400) return Result.fail(refused(incoming, type!, body.value, asked))
    if (status < 200 || (type !== wholeType && type !== "application/json")) {
      return Result.fail(foreign(incoming, "is none that was asked for"))
    }
    const decoded = decode(body.value)
    return Result.isSuccess(decoded)
      ? Result.succeed(decoded.success)
      : Result.fail(foreign(incoming, "has another form than this client knows"))
  }
}

const mediaType = ({ headers }: Incoming): string | undefined => {
  const encoding = headers["content-encoding"]
  const type = String(headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase()
  return /^application\/([^;]+\+)?json$/.test(type) && (encoding === undefined || encoding === "identity")
    ? type
    : undefined
}

const parsed = ({ text }: Incoming): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const refused = (incoming: Incoming, type: string, body: unknown, asked: Asked): Refusal | RemoteFailure => {
  const { status } = incoming
  if (type === Problem.mediaType) {
    const problem = ProblemReading.read(asked.restore(body))
    return problem === undefined ? foreign(incoming, "is no problem of this service") : told(status, problem, asked)
  }
  const flaws = status === 422 ? ProblemReading.flaws(body) : undefined
  if (flaws === undefined) return foreign(incoming, "is no refusal of this service")
  if (asked.key !== undefined && ProblemReading.isReusedKey(flaws)) return new Refusals.KeyReused({ key: asked.key })
  if (asked.changes) return ProblemReading.invalid(flaws)
  const message = `The request is invalid: ${flaws.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ")}`
  return new RequestRefused({ status, code: "request-invalid", facts: { errors: flaws }, message })
}

/** What is wrong with a request that changes something, though no schema of its body says so. */
const flawed: ReadonlySet<string> = new Set([
  "malformed-path",
  "malformed-header",
  "malformed-body",
  "body-too-large",
  "head-too-large"
])

const told = (status: number, problem: ProblemReading.Problem, asked: Asked): Refusal | RemoteFailure => {
  const { code, detail, facts } = problem
  const refusal = ProblemReading.refusal(problem)
  if (refusal !== undefined) return refusal
  if (code === "key-in-use" && asked.key !== undefined) return new Refusals.KeyInUse({ key: asked.key })
  if (asked.changes && flawed.has(code)) {
    const where = facts["header"] ?? facts["parameter"]
    return new Refusals.InputInvalid({
      problems: [{ path: typeof where === "string" ? [where] : [], message: detail }]
    })
  }
  return new RequestRefused({ status, code, facts, message: detail })
}

const redirected = ({ headers, status }: Incoming): Redirected => {
  const location = headers["location"]
  return new Redirected({
    status,
    location: typeof location === "string" ? location : undefined,
    message: `The server sends the client elsewhere (${status}), which is not followed: give the address itself`
  })
}

const foreign = ({ headers, status, text }: Incoming, why: string): AnswerForeign => {
  const contentType = headers["content-type"]
  return new AnswerForeign({
    status,
    contentType: typeof contentType === "string" ? contentType : undefined,
    excerpt: text.slice(0, 200),
    message: `What answered (${status}) is no Emend server of this version: its answer ${why}`
  })
}
