/**
 * From the definition of an operation to its route: what is wrong with a request is told all at once, and a handler
 * gets only what the definition says.
 *
 * @since 0.1.0
 */
import { Guard } from "@emend/algebra/schema"
import { Caller } from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpMethod from "effect/http/HttpMethod"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { KeyHints } from "../definitions/KeyHints.ts"
import { OptionalBody, Overwrites } from "../definitions/Operation.ts"
import { type Grant, scopeProblem } from "../identity/Grant.ts"
import type { Identity } from "../identity/Identity.ts"
import { Problem } from "../Problem.ts"
import * as Body from "../request/Body.ts"
import * as Conditions from "../request/Conditions.ts"
import * as IdempotencyKey from "../request/IdempotencyKey.ts"
import * as JsonBody from "../request/JsonBody.ts"
import * as SchemaErrors from "../request/SchemaErrors.ts"
import * as Shorten from "../request/Shorten.ts"
import type { Settings } from "../Settings.ts"
import { RequestInvalid, type ValidationError } from "../ValidationError.ts"
import * as Admission from "./Admission.ts"
import type { Answer } from "./Answer.ts"
import * as Deadline from "./Deadline.ts"
import * as Form from "./Form.ts"
import type { InFlight } from "./InFlight.ts"
import type { Failure } from "./Refusal.ts"
import * as Repetition from "./Repetition.ts"

/**
 * A request as a handler gets it: decoded, its conditions read.
 *
 * @category models
 * @since 0.1.0
 */
export type Incoming<Endpoint extends HttpApiEndpoint.Constraint> =
  & Pick<Endpoint["~Request"], Extract<keyof Endpoint["~Request"], "params" | "query" | "payload">>
  & {
    readonly conditions: Conditions.Conditions
    readonly path: string
    /** The query as it was sent, of each key the last. */
    readonly search: Readonly<Record<string, string>>
  }

/**
 * What carries out an operation.
 *
 * @category models
 * @since 0.1.0
 */
export type Handler<Endpoint extends HttpApiEndpoint.Constraint> = (
  request: Incoming<Endpoint>
) => Effect.Effect<Answer | HttpServerResponse, Failure>

/**
 * One handler for each operation of a group.
 *
 * @category models
 * @since 0.1.0
 */
export type Handlers<Group extends { readonly endpoints: Readonly<Record<string, HttpApiEndpoint.Constraint>> }> = {
  readonly [Id in keyof Group["endpoints"]]: Handler<Group["endpoints"][Id]>
}

/**
 * What the head of a request says: its headers with names in lower case, its target, and what a router makes of that.
 *
 * @category models
 * @since 0.1.0
 */
export interface Head {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly url: string
  readonly params: Readonly<Record<string, string | undefined>>
  readonly search: Readonly<Record<string, string | ReadonlyArray<string>>>
}

/**
 * A request whose head is well, and asks for nothing that is waited for but the operation itself. It is carried out with
 * its body, if it has one, and tells how it ended. Gives what gives it up before.
 *
 * @category models
 * @since 0.1.0
 */
export interface Plain {
  readonly hasBody: boolean
  readonly carryOut: (
    body: Uint8Array | undefined,
    services: Context.Context<never>,
    done: (exit: Exit.Exit<HttpServerResponse, Failure>) => void
  ) => () => void
}

/**
 * An operation that is served: by a route, and where `plain` finds that a request is plain, at a time in milliseconds
 * since 1970, without it. Both read a request and answer it by the same functions.
 *
 * @category models
 * @since 0.1.0
 */
export interface Served {
  readonly route: HttpRouter.Route<Failure, never>
  readonly plain: (head: Head, millis: number) => Plain | undefined
}

/**
 * Serves the operations of a group.
 *
 * @category constructors
 * @since 0.1.0
 */
export const group = <Group extends { readonly endpoints: Readonly<Record<string, HttpApiEndpoint.Constraint>> }>(
  { endpoints }: Group,
  handlers: Handlers<Group>,
  settings: Settings,
  identity: Identity,
  inFlight?: InFlight
): ReadonlyArray<Served> =>
  Object.keys(endpoints).map((id) =>
    serve(
      endpoints[id] as unknown as HttpApiEndpoint.Top,
      handlers[id] as unknown as (request: unknown) => Effect.Effect<Answer | HttpServerResponse, Failure>,
      settings,
      identity,
      inFlight
    )
  )

const serve = (
  endpoint: HttpApiEndpoint.Top,
  handler: (request: unknown) => Effect.Effect<Answer | HttpServerResponse, Failure>,
  settings: Settings,
  identity: Identity,
  inFlight: InFlight | undefined
): Served => {
  const admission = Admission.make(endpoint, identity)
  const head = headReader(endpoint, settings)
  const payload = HttpMethod.hasBody(endpoint.method) ? bodyDecoder(endpoint, settings) : undefined
  const optional = Context.get(endpoint.annotations, OptionalBody)
  const body: Operation["body"] = payload && (({ errors, incoming }, grant, parsed) => {
    if (parsed === undefined && !optional) {
      errors.push({ loc: ["body"], msg: "Field required", type: "missing", input: null })
    } else incoming["payload"] = readPayload(payload, parsed, errors)
    return admission.refuses(grant, incoming["payload"])
  })
  const operation: Operation = { endpoint, admission, head, body, handler, settings, inFlight }
  return { route: generalWay(operation), plain: shortWay(operation) }
}

/** What an operation is, for whichever way a request comes. */
interface Operation {
  readonly endpoint: HttpApiEndpoint.Top
  readonly admission: Admission.Admission
  /** Reads all but the body, or gives what refuses the request whatever its body says. */
  readonly head: (head: Head, grant: Grant) => Asked | Problem
  /** Adds what the body says, where there can be one, or gives the problem with it. */
  readonly body: ((asked: Asked, grant: Grant, parsed: JsonBody.Parsed | undefined) => Problem | undefined) | undefined
  readonly handler: (request: unknown) => Effect.Effect<Answer | HttpServerResponse, Failure>
  readonly settings: Settings
  readonly inFlight: InFlight | undefined
}

const shortWay = (operation: Operation): Served["plain"] => {
  const { admission, body: readBody, handler, head, inFlight, settings } = operation
  return (given, millis) => {
    const { headers } = given
    const grant = admission.known(headers, millis)
    if (grant === undefined || Form.asked(headers) !== "served") return undefined
    const hasBody = Body.isThere(headers)
    if (hasBody && (readBody === undefined || !Body.isPlain(headers, settings))) return undefined
    const asked = head(given, grant)
    if (asked instanceof Problem || asked.errors.length > 0 || asked.key !== undefined) return undefined
    const carriedOut = (body: Uint8Array | undefined): Effect.Effect<Answer | HttpServerResponse, Failure> => {
      const parsed = body === undefined ? undefined : JsonBody.parse(body, settings.maxJsonDepth)
      const refused = readBody?.(asked, grant, parsed)
      if (refused !== undefined) return Effect.fail(refused)
      return asked.errors.length > 0
        ? Effect.fail(new RequestInvalid({ errors: asked.errors }))
        : handler(asked.incoming)
    }
    return {
      hasBody,
      carryOut: (body, services, done) =>
        Deadline.run<HttpServerResponse, Failure, never>(
          Effect.map(Effect.suspend(() => carriedOut(body)), (answered) => inForm(answered, "served")),
          Context.add(services, Caller, grant.caller),
          settings.requestMillis,
          inFlight,
          done
        )
    }
  }
}

const generalWay = (operation: Operation): HttpRouter.Route<Failure, never> => {
  const { admission, body: readBody, endpoint, handler, head, inFlight, settings } = operation
  const answer = (
    { errors, incoming, key }: Asked,
    request: HttpServerRequest.HttpServerRequest,
    context: Context.Context<HttpServerRequest.HttpServerRequest>,
    grant: Grant
  ): Effect.Effect<HttpServerResponse, Failure> => {
    if (errors.length > 0) return Effect.fail(new RequestInvalid({ errors }))
    const form = Form.asked(request.headers)
    const sender = form === "whole" && key !== undefined
      ? IdempotencyKey.sender(request.headers[IdempotencyKey.senderHeader])
      : undefined
    if (sender !== undefined && Result.isFailure(sender)) return Effect.fail(sender.failure)
    const called = Context.add(context, Caller, grant.caller)
    const known = form === "whole" ? Context.add(called, Form.Form, form) : called
    const handled = handler(incoming)
    return Effect.map(
      Deadline.within(
        key === undefined ? handled : Repetition.under(key, endpoint, incoming, sender?.success)(handled),
        known,
        settings.requestMillis,
        inFlight
      ),
      (answered) => inForm(answered, form)
    )
  }

  type Given = HttpServerRequest.HttpServerRequest | HttpServerRequest.ParsedSearchParams | HttpRouter.RouteContext
  return HttpRouter.route(
    endpoint.method,
    endpoint.path as HttpRouter.PathInput,
    // Each step of it is a call and not an effect, where it can be.
    Effect.contextWith((context: Context.Context<Given>) => {
      const request = Context.get(context, HttpServerRequest.HttpServerRequest)
      const { headers, url } = request
      return Effect.flatMap(admission.admit(headers), (grant): Effect.Effect<HttpServerResponse, Failure> => {
        const { params } = Context.get(context, HttpRouter.RouteContext)
        const search = Context.get(context, HttpServerRequest.ParsedSearchParams)
        const asked = head({ headers, url, params, search }, grant)
        if (asked instanceof Problem) return Effect.fail(asked)
        if (readBody === undefined) return answer(asked, request, context, grant)
        return Effect.flatMap(Body.read(request, settings), (body): Effect.Effect<HttpServerResponse, Failure> => {
          const refused = readBody(asked, grant, body)
          return refused === undefined ? answer(asked, request, context, grant) : Effect.fail(refused)
        })
      })
    })
  ) as HttpRouter.Route<Failure, never>
}

/** Makes what reads all of a request but the body, or gives what refuses it whatever its body says. */
const headReader = (
  endpoint: HttpApiEndpoint.Top,
  settings: Settings
): (head: Head, grant: Grant) => Asked | Problem => {
  const params = decoder(endpoint.params, "path", { onExcessProperty: "ignore" })
  const query = decoder(endpoint.query, "query", { onExcessProperty: "ignore" })
  const declared = new Set(propertiesOf(endpoint.headers))
  const unheededOf = endpoint.method === "GET" ? () => undefined : Conditions.unheeded(declared)
  const conditionsOf = Conditions.reader(declared)
  const demanding = settings.updateCondition === "required" && Context.get(endpoint.annotations, Overwrites)
  return ({ headers, params: given, search: searched, url }, grant) => {
    const unheeded = unheededOf(headers)
    if (unheeded !== undefined) return unheeded
    const errors: Array<ValidationError> = []
    const search = lastOfEach(searched)
    const incoming: Record<string, unknown> = { path: pathOf(url), search }
    if (params !== undefined) {
      // Those of a router have no prototype; of a plain object it is recognised that decoding leaves it as it is.
      incoming["params"] = params({ ...given }, errors)
      const refused = malformedPath(errors) ?? scopeProblem(grant, incoming["params"])
      if (refused !== undefined) return refused
    }
    const conditions = conditionsOf(headers)
    if (Result.isFailure(conditions)) return conditions.failure
    const unconditional = demanding ? Conditions.unconditional(declared, conditions.success) : undefined
    if (unconditional !== undefined) return unconditional
    const key = declared.has(IdempotencyKey.header) ? headers[IdempotencyKey.header] : undefined
    errors.push(...Conditions.errors(conditions.success), ...IdempotencyKey.errors(key))
    incoming["conditions"] = conditions.success
    if (query !== undefined) incoming["query"] = query(search, errors)
    // A rehearsal may come again and again.
    return { incoming, errors, key: conditions.success.dryRun === true ? undefined : key }
  }
}

const inForm = (answered: Answer | HttpServerResponse, form: Form.Form): HttpServerResponse =>
  typeof answered === "function" ? answered(form) : answered

/** A request on its way to the handler: what is read of it, what is wrong with it, and the key to carry it out under. */
interface Asked {
  readonly incoming: Record<string, unknown>
  readonly errors: Array<ValidationError>
  readonly key: string | undefined
}

/** Adds what is wrong with a body as JSON and what the schema says of it, once for each place. */
const readPayload = (
  decode: Decoder,
  body: JsonBody.Parsed = { _tag: "Value", value: {}, errors: [] },
  errors: Array<ValidationError>
): unknown => {
  for (const error of body.errors) errors.push(error)
  if (body._tag === "NoValue") return undefined
  const found: Array<ValidationError> = []
  const payload = decode(body.value, found)
  // Of a number that would change its value the schema saw another one.
  const told = new Set(body.errors.map(({ loc }) => JSON.stringify(loc)))
  for (const error of found) if (!told.has(JSON.stringify(error.loc))) errors.push(error)
  return payload
}

/** Decodes one part of a request, or adds to the errors. */
type Decoder = (input: unknown, errors: Array<ValidationError>) => unknown

const decoder = (
  schema: Schema.Top | undefined,
  part: SchemaErrors.Part,
  options: SchemaAST.ParseOptions,
  hints?: Readonly<Record<string, string>>
): Decoder | undefined => {
  if (schema === undefined) return undefined
  const decode = Schema.decodeUnknownResult(schema as Schema.Codec<unknown>, { errors: "all", ...options })
  const shortened = Shorten.lists(schema.ast) ?? ((input) => input)
  const staysAsItIs = Guard.make(schema as Schema.Codec<unknown>)
  return (input, errors) => {
    // Nearly all that is sent is right, and to decode it is the dear way to find that out.
    if (staysAsItIs(input)) return input
    const result = decode(shortened(input))
    if (result._tag === "Success") return result.success
    for (const error of SchemaErrors.errors(result.failure.issue, part, input, hints)) errors.push(error)
    return undefined
  }
}

const bodyDecoder = (endpoint: HttpApiEndpoint.Top, { unknownKeys }: Settings): Decoder | undefined =>
  decoder(
    endpoint.payload.get("application/json")?.schemas[0],
    "body",
    { onExcessProperty: unknownKeys === "refuse" ? "error" : "ignore" },
    Context.get(endpoint.annotations, KeyHints)
  )

const propertiesOf = (schema: Schema.Top | undefined): ReadonlyArray<string> =>
  schema?.ast._tag === "Objects" ? schema.ast.propertySignatures.map(({ name }) => String(name)) : []

/** An id that cannot be one is a malformed path; what should be a UUID and is none is told as the seeds tell it. */
const malformedPath = (errors: ReadonlyArray<ValidationError>): Problem | undefined => {
  const error = errors.find(({ type }) => type !== "uuid_parsing")
  if (error === undefined) return undefined
  const parameter = error.loc[1]
  return new Problem({ code: "malformed-path", detail: `${parameter}: ${error.msg}`, facts: { parameter } })
}

/** Of a query key that is given more than once the last counts. */
const lastOfEach = (
  search: Readonly<Record<string, string | ReadonlyArray<string>>>
): Readonly<Record<string, string>> => {
  const entries = Object.entries(search)
  return entries.length === 0
    ? {}
    : Object.fromEntries(entries.map(([key, value]) => [key, typeof value === "string" ? value : value.at(-1)!]))
}

/**
 * Gives the path of a request, without its query.
 *
 * @category conversions
 * @since 0.1.0
 */
export const pathOf = (url: string): string => {
  const query = url.indexOf("?")
  return query < 0 ? url : url.slice(0, query)
}
