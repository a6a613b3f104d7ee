/**
 * The short way of plain requests: from a request of Node's `http` to the operation and back, without what the general way
 * needs for all others. What a request says and what is answered is found out by the same functions on both.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FindMyWay from "effect/http/FindMyWay"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http"
import * as Body from "../request/Body.ts"
import type { Take } from "../Shortcut.ts"
import type { Envelope, Identified, Outcome } from "./Envelope.ts"
import type { InFlight } from "./InFlight.ts"
import type { Failure } from "./Refusal.ts"
import { pathOf, type Plain, type Served } from "./Route.ts"
import * as Underway from "./Underway.ts"

/**
 * Makes the short way to operations. It takes no request that a route would have to be asked about: nothing that is refused
 * by its head, and nothing at all where traces are made.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  served: ReadonlyArray<Served>,
  envelope: Envelope,
  inFlight: InFlight,
  config: Partial<FindMyWay.RouterConfig>
): Effect.Effect<Take, never, Scope.Scope> =>
  Effect.contextWith((services: Context.Context<Scope.Scope>) =>
    Effect.gen(function*() {
      if (yield* References.TracerEnabled) return () => false
      const clock = Context.get(services, Clock.Clock)
      const underWay = Underway.make()
      // What is left when the server stops, such as a request of which a part did not come, is given up.
      yield* Effect.addFinalizer(() => Effect.sync(underWay.end))
      const router = FindMyWay.make<Served>(config)
      for (const one of served) router.on(one.route.method, one.route.path as FindMyWay.PathInput, one)
      /** Gives what is carried out of a plain request, and by which route. */
      const find = (request: IncomingMessage, { headers, method, path, url }: Sent): Found | undefined => {
        if (!url.startsWith("/") || envelope.refused(path, headers, request) !== undefined) return undefined
        const found = router.find(method, url)
        const plain = found?.handler.plain(
          { headers, url, params: found.params, search: found.searchParams },
          clock.currentTimeMillisUnsafe()
        )
        return plain && { plain, route: found!.handler.route.path }
      }
      const take: Take = (request, response) => {
        const began = performance.now()
        const sent = sentBy(request)
        let found: Found | undefined
        try {
          found = find(request, sent)
        } catch {
          // The general way comes to the same, and answers and logs it as the defect that it is.
        }
        if (found === undefined || !inFlight.enter()) return false
        let identified: Identified | undefined
        const identify = () => (identified ??= envelope.identify(sent.method, sent.path, sent.headers, began))
        const { plain, route } = found
        carryOut({ request, response, plain, meanwhile: identify, underWay }, services, (outcome) => {
          inFlight.leave()
          finish(response, identify(), route, outcome, envelope, services)
        })
        return true
      }
      return take
    })
  )

interface Sent {
  readonly method: string
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

const sentBy = ({ headers, method, url }: IncomingMessage): Sent => ({
  method: method!,
  url: url!,
  path: pathOf(url!),
  // Headers that come more than once are one text, but for Set-Cookie, which no client sends.
  headers: headers as Sent["headers"]
})

interface Found {
  readonly plain: Plain
  readonly route: string
}

interface Taken {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly plain: Plain
  /** What can be done while the store is. */
  readonly meanwhile: () => void
  readonly underWay: Underway.Underway
}

type Ended = Exit.Exit<HttpServerResponse.HttpServerResponse, Failure>

/** Reads the body, if there is one, and carries the request out; until it is answered the client may go away. */
const carryOut = (
  { meanwhile, plain, request, response, underWay }: Taken,
  services: Context.Context<never>,
  done: (exit: Ended) => void
): void => {
  let isDone = false
  const finish = (exit: Ended): void => {
    if (isDone) return
    isDone = true
    underWay.leave(one)
    done(exit)
  }
  let giveUp = (): void => {}
  const leave = (): void => {
    if (isDone) return
    giveUp()
    finish(gone)
  }
  const one = underWay.enter(leave)
  response.on("close", leave)
  const go = (body: Uint8Array | undefined): void => {
    giveUp = plain.carryOut(body, services, finish)
    meanwhile()
  }
  if (plain.hasBody) giveUp = Body.collect(request, Number(request.headers["content-length"]), go, () => {})
  else go(undefined)
}

const gone: Ended = Exit.failCause(Cause.interrupt())

/** Answers a request, unless its client has gone, and counts and logs it. */
const finish = (
  response: ServerResponse,
  identified: Identified,
  route: string,
  exit: Ended,
  { failed, finished }: Envelope,
  services: Context.Context<never>
): void => {
  const log = (status: number, outcome: Omit<Outcome, "response">): void => {
    const line = finished(identified, { route }, status, outcome)
    if (line !== undefined) Effect.runForkWith(services)(line)
  }
  if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) {
    // Where the client is still there, something else ended the work: the server, most likely.
    if (exit !== gone && !response.destroyed) response.writeHead(503).end()
    return log(499, {})
  }
  let outcome: Outcome = Exit.isSuccess(exit) ? { response: exit.value } : failed(exit.cause, identified)
  try {
    write(response, outcome.response, identified.id)
  } catch (defect) {
    // Node does not take such a status or header.
    outcome = failed(Cause.die(defect), identified)
    if (response.headersSent) response.destroy()
    else write(response, outcome.response, identified.id)
  }
  log(outcome.response.status, outcome)
}

/**
 * Writes an answer as the server of the general way does: an answer that has no body does not say how long it is. Its text
 * leaves with its head, in one piece. No operation answers with anything but a text.
 */
const write = (
  response: ServerResponse,
  { body, headers, status, statusText }: HttpServerResponse.HttpServerResponse,
  id: string
): void => {
  if (response.destroyed) return
  if (body._tag !== "Empty" && body._tag !== "Uint8Array") throw new Error(`A body is no ${body._tag} here`)
  // Said, since what an answer that failed would have said stays otherwise.
  const reason = statusText ?? STATUS_CODES[status]
  if (status === 204 || status === 205) {
    const { "content-length": _, ...others } = headers
    response.writeHead(status, reason, { ...others, "x-request-id": id }).end()
  } else {
    response.writeHead(status, reason, { ...headers, "x-request-id": id })
    response.end(status !== 304 && body._tag === "Uint8Array" ? body.text ?? body.body : undefined)
  }
}
