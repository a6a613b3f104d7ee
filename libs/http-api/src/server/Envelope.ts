/**
 * What every answer has, whatever became of the request: an id, and a body that says what went wrong.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Route } from "effect/http/HttpRouter"
import { isHttpServerError } from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { Scope } from "effect/Scope"
import * as Excerpt from "../Excerpt.ts"
import { catalogue, mediaType, Problem, toBody, toHeaders } from "../Problem.ts"
import type { Settings } from "../Settings.ts"
import * as Access from "./Access.ts"
import * as Answer from "./Answer.ts"
import { type Failure, isFailure, toHttp } from "./Refusal.ts"
import { pathOf } from "./Route.ts"

interface Identified {
  readonly id: string
  readonly method: string
  readonly path: string
}

/**
 * Wraps a router: refuses what may not reach it, turns every failure into an answer, and logs each defect, and at
 * debug level each request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  router: Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, HttpServerRequest | Scope>,
  routes: ReadonlyArray<Route<any, any>>,
  { localOnly }: Settings
) =>
  Effect.gen(function*() {
    const logsRequests = LogLevel.isLessThanOrEqualTo(yield* References.MinimumLogLevel, "Debug")
    const methodsAt = methodTable(routes)

    return Effect.gen(function*() {
      const request = yield* HttpServerRequest
      const identified = {
        id: requestId(request.headers["x-request-id"]),
        method: request.method,
        path: pathOf(request.url)
      }
      const refused = Access.ambiguous(request.source) ?? (localOnly ? Access.foreign(request.headers) : undefined) ??
        unclear(identified.path)
      const response = refused !== undefined
        ? told(refused, identified)
        : yield* Effect.catchCause(router, (cause) => failed(cause, identified, methodsAt))
      if (logsRequests) {
        yield* Effect.annotateLogs(Effect.logDebug(`${identified.method} ${identified.path}`), {
          request_id: identified.id,
          status: response.status
        })
      }
      return HttpServerResponse.setHeader(response, "x-request-id", identified.id)
    })
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
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  // A client that went away is told nothing.
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  const failure = Cause.squash(cause)
  if (isHttpServerError(failure) && failure.reason._tag === "RouteNotFound") {
    return Effect.succeed(unrouted(request, methodsAt(request.path)))
  }
  if (isFailure(failure)) {
    const said = toHttp(failure)
    const answer = said._tag === "RequestInvalid"
      ? Answer.json({ detail: Excerpt.of(said.errors) }, 422)
      : told(said, request)
    return answer.status < 500 ? Effect.succeed(answer) : Effect.as(warned(failure, request, answer.status), answer)
  }
  const answer = told(
    new Problem({ code: "internal-error", detail: "The request failed; what happened is in the log under its id" }),
    request
  )
  return Effect.as(logged(cause, request, 500), answer)
}

const logged = (cause: Cause.Cause<unknown>, { id, method, path }: Identified, status: number) =>
  Effect.annotateLogs(Effect.logError(`${method} ${path} failed`, cause), { request_id: id, status })

/** What is said to the client is no defect: where in the code it arose is of no use. */
const warned = (failure: Failure, { id, method, path }: Identified, status: number) =>
  Effect.annotateLogs(Effect.logWarning(`${method} ${path} was not done: ${whyOf(failure)}`), {
    request_id: id,
    status
  })

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
  const paths = routes.map(({ method, path }) => ({
    method: method as string,
    pattern: new RegExp(`^${path.replace(/\/$/, "").replace(/[.]/g, "\\$&").replace(/:[^/]+/g, "[^/]+")}/?$`)
  }))
  return (path) => {
    const found = paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    return found.length === 0
      ? found
      : [...new Set([...found, ...(found.includes("GET") ? ["HEAD"] : []), "OPTIONS"])]
  }
}
