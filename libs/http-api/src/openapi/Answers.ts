/**
 * What the answers of operations say beside their bodies.
 *
 * @since 0.1.0
 */
import { catalogue, type Code, nameOf } from "../Problem.ts"
import * as IdempotencyKey from "../request/IdempotencyKey.ts"

type Json = Record<string, any>

const text = (description: string, required = true): Json => ({ description, required, schema: { type: "string" } })

/** The headers of answers by their names as keys of `components.headers`. */
const headers = {
  "x-request-id": text("The id of the request: the one that it gave, or a new one. It is in every line of the log."),
  "x-should-retry": text(
    "Whether the same request may be sent again as it is: clients that repeat each conflict by themselves do not."
  ),
  "retry-after": text("After how many seconds the request may be sent again."),
  "www-authenticate": text("How to authenticate (RFC 6750)."),
  "accept": text("The media type that a body must have."),
  "etag": text("The present version of the record, where the problem is about one.", false),
  "idempotent-replayed": text(
    "`true` where the answer is the first one again that was given to a request with this Idempotency-Key.",
    false
  )
}

const headersByStatus: Readonly<Record<number, ReadonlyArray<keyof typeof headers>>> = {
  401: ["www-authenticate"],
  409: ["x-should-retry", "etag"],
  412: ["x-should-retry", "etag"],
  415: ["accept"],
  428: ["x-should-retry"],
  429: ["retry-after"],
  503: ["retry-after"]
}

const successes: Readonly<Record<number, string>> = {
  200: "Successful Response",
  201: "Created",
  204: "Done; there is nothing to tell",
  304: "The version that the client has is the present one",
  422: "Validation Error: all that is wrong with the request, place by place"
}

const codes = Object.keys(catalogue) as ReadonlyArray<Code>

/**
 * The statuses that mean the same for every operation: the document describes their answers once.
 *
 * @category models
 * @since 0.1.0
 */
export const general: ReadonlySet<number> = new Set([401, 403, 413, 415, 428, 429, 500, 503])

/**
 * Completes the answers of a document in place: what each status means, each problem by its code, and the headers.
 *
 * @category conversions
 * @since 0.1.0
 */
export const tell = (spec: Json): void => {
  spec["components"].headers = headers
  spec["components"].responses = {}
  for (const item of Object.values<Json>(spec["paths"])) {
    for (const operation of Object.values<Json>(item)) {
      const { parameters, responses } = operation
      for (const [status, answer] of Object.entries<Json>(responses)) {
        tellAnswer(Number(status), answer, repeats(operation))
        if (!general.has(Number(status))) continue
        const shared = spec["components"].responses[`Problem${status}`] ??= answer
        if (JSON.stringify(shared) !== JSON.stringify(answer)) continue
        responses[status] = { $ref: `#/components/responses/Problem${status}` }
      }
      for (const parameter of parameters) lift(parameter)
    }
  }
}

const repeats = (operation: Json): boolean =>
  operation["parameters"].some(({ name }: Json) => name === IdempotencyKey.header)

/** Answers that come before anything is done are not remembered, and those that come instead of it. */
const remembered = (status: number): boolean => ![401, 403, 413, 415, 428, 429].includes(status) && status < 500

const tellAnswer = (status: number, answer: Json, repeated: boolean): void => {
  const told = codes.filter((code) => JSON.stringify(answer).includes(`/${nameOf(code)}"`))
  answer["description"] = successes[status] ??
    told.map((code) => `\`${code}\`: ${catalogue[code].title}.`).join(" ")
  for (const header of Object.values<Json>(answer["headers"] ?? {})) lift(header)
  const more = [
    "x-request-id" as const,
    ...headersByStatus[status] ?? [],
    ...(repeated && remembered(status) ? ["idempotent-replayed" as const] : [])
  ]
  answer["headers"] = {
    ...answer["headers"],
    ...Object.fromEntries(more.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
  }
}

/** A description of a schema's value is one of the header or the parameter. */
const lift = (part: Json): void => {
  const { description, ...schema } = part["schema"]
  if (description === undefined) return
  part["description"] = description
  part["schema"] = schema
}
