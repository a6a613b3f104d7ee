/**
 * What every answer has, whatever became of the request: an id, and a body that says what went wrong.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { type Route, RouteContext } from "effect/http/HttpRouter"
import { isHttpServerError } from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { Scope } from "effect/Scope"
import { ParentSpan } from "effect/Tracer"
import * as Excerpt from "../Excerpt.ts"
import { Lifecycle } from "../Lifecycle.ts"
import { catalogue, type Code, mediaType, Problem, toBody, toHeaders } from "../Problem.ts"
import type { Settings } from "../Settings.ts"
import * as Access from "./Access.ts"
import * as Answer from "./Answer.ts"
import type { InFlight } from "./InFlight.ts"
import { type Failure, isFailure, toHttp } from "./Refusal.ts"
import * as RequestLog from "./RequestLog.ts"
import * as RequestMetrics from "./RequestMetrics.ts"
import { pathOf } from "./Route.ts"
import { matcher } from "./SpanName.ts"

/**
 * A request that came in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Identified {
  readonly id: string
  readonly method: string
  readonly path: string
  /** When its head was read, by the clock of `performance`. */
  readonly began: number
}

/**
 * The answer to a request, and why it was not carried out: for the client, and where it is the server's doing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly response: HttpServerResponse.HttpServerResponse
  readonly code?: Code
  readonly failing?: RequestLog.Failing
}

/**
 * What is done about every request, whichever way it goes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Envelope {
  /** Gives the problem with a request that may not reach a route, but for there being no room. */
  readonly refused: (path: string, headers: Headers, source: object) => Problem | undefined
  readonly identify: (method: string, path: string, headers: Headers, began: number) => Identified
  /** Gives what is answered where a route failed. */
  readonly failed: (cause: Cause.Cause<unknown>, request: Identified) => Outcome
  /** Counts what became of a request, and gives what logs it where that is wanted. */
  readonly finished: (
    request: Identified,
    found: { readonly route?: string | undefined; readonly traceId?: string | undefined },
    status: number,
    outcome: Omit<Outcome, "response">
  ) => Effect.Effect<void> | undefined
}

type Headers = Readonly<Record<string, string | undefined>>

/**
 * Tells the paths of operations on the service itself, which are answered whatever else is in work, and while it stops.
 *
 * @category checks
 * @since 0.1.0
 */
export const isAboutService = (path: string): boolean => /^\/(health\/(live|ready)|metrics)\/?$/.test(path)

/**
 * Makes what is done about every request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  routes: ReadonlyArray<Route<any, any>>,
  { localOnly, logRequests, metrics }: Settings,
  inFlight: InFlight
): Effect.Effect<Envelope> =>
  Effect.gen(function*() {
    const logsAll = logRequests === "all" &&
      LogLevel.isLessThanOrEqualTo(yield* References.MinimumLogLevel, "Info")
    const lifecycle = yield* Lifecycle
    const methodsAt = methodTable(routes)
    const services = yield* Effect.context<never>()
    const count = metrics ? RequestMetrics.make(services, inFlight) : undefined
    const refusals = metrics ? RequestMetrics.refusals(services) : undefined
    return {
      identify: (method, path, headers, began) => ({ id: requestId(headers["x-request-id"]), method, path, began }),
      refused: (path, headers, source) =>
        Access.ambiguous(source) ?? (localOnly ? Access.foreign(headers) : undefined) ?? unclear(path) ??
          (lifecycle.phase === "stopping" && !isAboutService(path) ? stopping() : undefined),
      failed: (cause, request) => failed(cause, request, methodsAt),
      finished: (request, { route, traceId }, status, { code, failing }) => {
        const logs = logsAll || failing !== undefined
        if (code !== undefined) refusals?.(code)
        if (count === undefined && !logs) return undefined
        const millis = performance.now() - request.began
        count?.({ method: request.method, route, status, seconds: millis / 1000 })
        if (!logs) return undefined
        return RequestLog.line(request, failing, {
          request_id: request.id,
          status,
          duration_ms: Math.round(millis * 1000) / 1000,
          ...(route === undefined ? undefined : { route }),
          ...(traceId === undefined ? undefined : { trace_id: traceId })
        })
      }
    }
  })

/**
 * Wraps a router: refuses what may not reach it, takes no more than is allowed at once, turns every failure into an
 * answer, and counts and logs what becomes of requests.
 *
 * @category constructors
 * @since 0.1.0
 */
export const around = (
  router: Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, HttpServerRequest | Scope>,
  { failed, finished, identify, refused }: Envelope,
  { maxRequests }: Settings,
  inFlight: InFlight
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest | Scope> => {
  const counted = Effect.ensuring(router, Effect.sync(inFlight.leave))
  // Each step of it is a call and not an effect, where it can be.
  return Effect.withFiber((fiber) => {
    const { headers, method, source, url } = Context.getUnsafe(fiber.context, HttpServerRequest)
    const identified = identify(method, pathOf(url), headers, performance.now())
    // The router leaves in the context of the fiber which route it was.
    const logged = (status: number, outcome: Omit<Outcome, "response">): Effect.Effect<void> | undefined => {
      const context = fiber.context as Context.Context<RouteContext | ParentSpan>
      const found = {
        route: Context.getOrUndefined(context, RouteContext)?.route.path,
        traceId: Context.getOrUndefined(context, ParentSpan)?.traceId
      }
      return finished(identified, found, status, outcome)
    }
    const answered = (outcome: Outcome): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
      const response = HttpServerResponse.setHeader(outcome.response, "x-request-id", identified.id)
      const line = logged(response.status, outcome)
      return line === undefined ? Effect.succeed(response) : Effect.as(line, response)
    }
    const aboutService = isAboutService(identified.path)
    const problem = refused(identified.path, headers, source) ??
      (aboutService ? undefined : full(inFlight, maxRequests))
    if (problem !== undefined) return answered({ response: told(problem, identified), code: problem.code })
    return Effect.matchCauseEffect(aboutService ? router : counted, {
      onSuccess: (response) => answered({ response }),
      onFailure: (cause) => {
        if (!Cause.hasInterruptsOnly(cause)) return answered(failed(cause, identified))
        // A client that went away is told nothing.
        return Effect.andThen(logged(499, {}) ?? Effect.void, Effect.failCause(cause as Cause.Cause<never>))
      }
    })
  })
}

const stopping = (): Problem =>
  new Problem({
    code: "server-stopping",
    detail: "The server is stopping and takes no more requests; nothing was done",
    headers: { "retry-after": "1", connection: "close" }
  })

/** Takes a request in, or says that there is no room. */
const full = (inFlight: InFlight, limit: number): Problem | undefined =>
  inFlight.enter() ? undefined : new Problem({
    code: "too-many-requests",
    detail: `The server works on ${limit} requests at once and takes no more; nothing was done`,
    facts: { limit },
    headers: { "retry-after": "1" }
  })

/** A router takes what follows a `;` for a query: such a path would name another record than it says. */
const unclear = (path: string): Problem | undefined =>
  /[;#]/.test(path)
    ? new Problem({ code: "malformed-path", detail: "In a path ; is written as %3B and # as %23" })
    : undefined

const requestId = (given: string | undefined): string =>
  given !== undefined && /^[\x21-\x7e]{1,128}$/.test(given) ? given : crypto.randomUUID()

const failed = (
  cause: Cause.Cause<unknown>,
  request: Identified,
  methodsAt: (path: string) => ReadonlyArray<string>
): Outcome => {
  const failure = Cause.squash(cause)
  if (isHttpServerError(failure) && failure.reason._tag === "RouteNotFound") {
    return { response: unrouted(request, methodsAt(request.path)) }
  }
  if (isFailure(failure)) {
    const said = toHttp(failure)
    if (said._tag === "RequestInvalid") return { response: Answer.json({ detail: Excerpt.of(said.errors) }, 422) }
    const response = told(said, request)
    return response.status < 500
      ? { response, code: said.code }
      : { response, code: said.code, failing: { _tag: "Refused", why: whyOf(failure) } }
  }
  const problem = new Problem({
    code: "internal-error",
    detail: "The request failed; what happened is in the log under its id"
  })
  return { response: told(problem, request), code: problem.code, failing: { _tag: "Defect", cause } }
}

const whyOf = (failure: Failure): string =>
  failure._tag === "Problem" ? failure.code : failure.message === "" ? failure._tag : failure.message

const told = (problem: Problem, request: Identified): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(toBody(problem, request)), {
    status: catalogue[problem.code].status,
    contentType: mediaType,
    headers: toHeaders(problem)
  })

/** Answers a request that no route takes: the path is unknown, or has other methods, or could not be decoded. */
const unrouted = (request: Identified, methods: ReadonlyArray<string>): HttpServerResponse.HttpServerResponse => {
  if (methods.length === 0) {
    return told(new Problem({ code: "route-unknown", detail: `There is nothing at ${request.path}` }), request)
  }
  const allow = methods.join(", ")
  if (request.method === "OPTIONS") return HttpServerResponse.empty({ headers: { allow } })
  if (methods.includes(request.method)) {
    return told(
      new Problem({ code: "malformed-path", detail: "The path is not percent-encoded UTF-8, or too long" }),
      request
    )
  }
  return told(
    new Problem({
      code: "method-refused",
      detail: `${request.path} has the methods ${allow}`,
      facts: { allowed: methods },
      headers: { allow }
    }),
    request
  )
}

const methodTable = (routes: ReadonlyArray<Route<any, any>>): (path: string) => ReadonlyArray<string> => {
  const paths = routes.map(({ method, path }) => ({ method: method as string, pattern: matcher(path) }))
  return (path) => {
    const found = paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    return found.length === 0
      ? found
      : [...new Set([...found, ...(found.includes("GET") ? ["HEAD"] : []), "OPTIONS"])]
  }
}
