/**
 * Problem details (RFC 9457): every answer of the 400 and 500 class but 422.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { problemFacts } from "./ProblemFacts.ts"

interface Described {
  readonly status: number
  readonly title: string
  /** Whether a client may repeat the request as it is. Absent where the status says it. */
  readonly retry?: boolean
}

/**
 * Every problem by its stable code: its status, its title, and whether to repeat the request.
 *
 * @category models
 * @since 0.1.0
 */
export const catalogue = {
  "malformed-request": { status: 400, title: "The request is no HTTP" },
  "malformed-path": { status: 400, title: "The path is malformed" },
  "malformed-header": { status: 400, title: "A header is malformed" },
  "malformed-cursor": { status: 400, title: "A page cursor is malformed" },
  "malformed-body": { status: 400, title: "The body could not be read" },
  "reference-unknown": { status: 400, title: "A reference names nothing that it may name" },
  "version-unknown": { status: 400, title: "The record never had that version" },
  "token-missing": { status: 401, title: "The request has no bearer token" },
  "token-invalid": { status: 401, title: "The bearer token is not accepted" },
  "access-refused": { status: 403, title: "Access is refused" },
  "record-missing": { status: 404, title: "There is no such record" },
  "route-unknown": { status: 404, title: "There is nothing at this path" },
  "method-refused": { status: 405, title: "The path does not have this method" },
  "already-taken": { status: 409, title: "A value belongs to another record", retry: false },
  "cursor-backwards": { status: 409, title: "A cursor does not go back", retry: false },
  "transition-refused": { status: 409, title: "The status cannot move so now", retry: false },
  "cycle-refused": { status: 409, title: "The link would close a cycle", retry: false },
  "graph-too-large": { status: 409, title: "There are too many links to read", retry: false },
  "status-refused": { status: 409, title: "The record does not have a status in which this is done", retry: false },
  "redacted": { status: 409, title: "The content was cleaned away", retry: false },
  "rebase-conflict": { status: 409, title: "The update conflicts with what was committed since", retry: false },
  "key-in-use": { status: 409, title: "A request with this key is being carried out", retry: true },
  "version-mismatch": { status: 412, title: "The record has another version", retry: false },
  "request-incomplete": { status: 408, title: "The request did not arrive in time" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "media-type-refused": { status: 415, title: "The media type of the body is not served" },
  "condition-required": { status: 428, title: "The update says not to which version it is meant", retry: false },
  "expectation-refused": { status: 417, title: "The expectation is not served" },
  "too-many-requests": { status: 429, title: "The server has as many requests as it takes" },
  "head-too-large": { status: 431, title: "The head of the request is too large" },
  "internal-error": { status: 500, title: "Something went wrong inside the server" },
  "identity-unavailable": { status: 503, title: "Bearer tokens cannot be checked now" },
  "store-unavailable": { status: 503, title: "The store is unavailable" },
  "server-stopping": { status: 503, title: "The server is stopping" },
  "too-many-connections": { status: 503, title: "The server has as many connections as it takes" },
  "took-too-long": { status: 503, title: "The request took too long" },
  "too-contended": { status: 503, title: "Other writers were faster each time" }
} as const satisfies Readonly<Record<string, Described>>

// A code of which the facts are told is one of the catalogue.
problemFacts satisfies Partial<Record<Code, unknown>>

/**
 * The stable code of a problem.
 *
 * @category models
 * @since 0.1.0
 */
export type Code = keyof typeof catalogue

/**
 * A problem with a request: its code, one sentence, and the facts as fields of the answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class Problem extends Data.TaggedError("Problem")<{
  readonly code: Code
  readonly detail: string
  readonly facts?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}> {}

/**
 * The media type of problem details.
 *
 * @category models
 * @since 0.1.0
 */
export const mediaType = "application/problem+json"

const codes = Object.keys(catalogue) as ReadonlyArray<Code>

/**
 * Gives the name of a problem in documents: `TransitionRefused`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const nameOf = (code: Code): string =>
  code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

const detailsOf = (code: Code): Schema.Top =>
  Schema.Struct({
    type: Schema.Literal(`/problems/${code}`).annotate({ description: "A URI reference that names the problem." }),
    title: Schema.String.annotate({ description: "What is the case, the same for each problem of this type." }),
    status: Schema.Literal(catalogue[code].status),
    detail: Schema.String.annotate({ description: "What is the case here, in one sentence." }),
    instance: Schema.String.annotate({ description: "The path of the request." }),
    code: Schema.Literal(code),
    request_id: Schema.String.annotate({ description: "The id of the request, as in the header X-Request-Id." }),
    ...(problemFacts as Partial<Record<Code, Schema.Struct.Fields>>)[code]
  }).annotate({ identifier: nameOf(code), title: catalogue[code].title })

/** What is answered before a request reaches an operation. */
const ofNoOperation: ReadonlySet<Code> = new Set(["malformed-request", "route-unknown"])

/**
 * Gives the schemas of the answers that tell problems, one for each status: for each code what every problem says, and
 * its facts. A status stands for all of its codes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const schemas = (...causes: ReadonlyArray<number | Code>): ReadonlyArray<Schema.Top> => {
  const meant = codes.filter((code) =>
    causes.includes(code) || (causes.includes(catalogue[code].status) && !ofNoOperation.has(code))
  )
  return [...Map.groupBy(meant, (code): number => catalogue[code].status)].map(([status, alike]) => {
    const [first, ...others] = alike.map((code) => details[code])
    return (others.length === 0 ? first! : Schema.Union([first!, ...others])).pipe(
      HttpApiSchema.status(status),
      HttpApiSchema.asJson({ contentType: mediaType })
    )
  })
}

const details = Object.fromEntries(codes.map((code) => [code, detailsOf(code)])) as Readonly<Record<Code, Schema.Top>>

/**
 * Writes a problem as the body of an answer.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toBody = (
  { code, detail, facts }: Problem,
  request: { readonly path: string; readonly id: string }
): Readonly<Record<string, unknown>> => {
  const { status, title } = catalogue[code]
  // The facts come first: none can take the place of a member that every problem has.
  return {
    ...facts,
    type: `/problems/${code}`,
    title,
    status,
    detail,
    instance: request.path,
    code,
    request_id: request.id
  }
}

/**
 * Gives the headers of an answer that tells a problem.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toHeaders = ({ code, headers }: Problem): Readonly<Record<string, string>> => {
  const { retry }: Described = catalogue[code]
  return {
    ...(retry === undefined ? undefined : { "x-should-retry": String(retry) }),
    ...headers
  }
}
