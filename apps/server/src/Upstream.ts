/**
 * Another Emend server as the store of this one.
 *
 * @since 0.1.0
 */
import { type Board, Health, RecordStore, type TaskAgents, type Tasks, type Trackers } from "@emend/domain"
import { type HttpOptions, HttpServices, Strangers, Tokens } from "@emend/http"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpTraceContext from "effect/http/HttpTraceContext"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ParentSpan } from "effect/Tracer"

/**
 * The other server does not tell callers apart as this one does: requests sent on to it would be somebody else's.
 *
 * @category errors
 * @since 0.1.0
 */
export class UpstreamUnsuitable extends Data.TaggedError("UpstreamUnsuitable")<{ readonly message: string }> {}

/**
 * How another server is used: where it is, for how many milliseconds a request may take, and whether this server knows
 * its callers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly url: string
  readonly requestMillis: number
  readonly hasIdentity: boolean
}

/**
 * Provides the services of another server. Each request carries the token of the caller for whom it is made, as he sent
 * it, and no other: the other server finds out itself who he is. Fails where that cannot be so: one of the two servers
 * knows its callers, and the other one lets everybody in. Whether that came to be is seen at every question of readiness.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { hasIdentity, requestMillis, url }: Options
): Layer.Layer<Tasks | Trackers | Board | TaskAgents | Health, unknown> => {
  const options: HttpOptions = {
    baseUrl: url,
    callMillis: requestMillis,
    attemptMillis: requestMillis,
    maxConnections: 64,
    headers: traced,
    ...(hasIdentity ? { tokens: Tokens.perCall(token) } : undefined)
  }
  const suits = Effect.flatMap(Strangers.areLetIn(options), (lets) => {
    if (lets !== hasIdentity) return Effect.void
    return new UpstreamUnsuitable({
      message: hasIdentity
        ? "The server of EMEND_UPSTREAM_URL lets callers in without a token: the tenants of this server would be one there"
        : "The server of EMEND_UPSTREAM_URL asks for tokens, and this one has no identity configured: EMEND_JWKS configures one"
    })
  })
  return Layer.effectContext(Effect.gen(function*() {
    yield* suits
    const services = yield* Layer.build(HttpServices.layer(options))
    const { ping } = Context.get(services, Health)
    return Context.add(services, Health, {
      ping: Effect.andThen(
        ping,
        Effect.mapError(suits, (cause) => new RecordStore.StoreUnavailable({ message: cause.message, cause }))
      )
    })
  }))
}

/** The bearer token of the request that is being answered, which was verified before. */
const token = Effect.map(Effect.context<never>(), (context) => {
  const request = Context.getOrUndefined(context as Context.Context<HttpServerRequest>, HttpServerRequest)
  const [, token] = /^bearer +(.+)$/i.exec(request?.headers["authorization"]?.trim() ?? "") ?? []
  return token === undefined ? undefined : Redacted.make(token)
})

/** A trace goes on behind the other server. */
const traced = Effect.map(Effect.context<never>(), (context): Readonly<Record<string, string>> => {
  const span = Context.getOrUndefined(context as Context.Context<ParentSpan>, ParentSpan)
  const traceparent = span?._tag === "Span" ? HttpTraceContext.toHeaders(span)["traceparent"] : undefined
  return traceparent === undefined ? {} : { traceparent }
})
