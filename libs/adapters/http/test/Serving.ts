/** Servers on real sockets, and the services of each over HTTP: what stands between a caller and a store. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import {
  type Board,
  Caller,
  CursorPolicy,
  type EventLog,
  type Health,
  Identifiers,
  KeyLifetimeMillis,
  type RecordStore,
  Services,
  type TaskAgents,
  type Tasks,
  type Trackers
} from "@emend/domain"
import { type HttpOptions, HttpServices, Tokens } from "@emend/http"
import { Identity, Problem, Settings } from "@emend/http-api"
import { make as application } from "@emend/http-api/handlers"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"

export type All = Tasks | Trackers | Board | TaskAgents | Health
export type Ports = RecordStore.RecordStore | EventLog.EventLog

/** What a fact arranges around a call, and a process of its own does not see: it goes along in a header of the tests. */
interface Ambient {
  readonly nanos?: string
  readonly ids?: string
  readonly keyMillis: number
  readonly cursors: "reject" | "join"
}

const header = "x-test-ambient"
const written = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")
const read = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString())

/** The token of the present caller: what the servers of the tests take for his identity. */
const token = Effect.map(Caller, (caller) => Redacted.make(written(caller)))

/** Who sends a request is whom its token says; nobody may send one without. */
const identity: Identity = {
  authenticate: ({ authorization }) =>
    authorization === undefined
      ? Effect.fail(new Problem.Problem({ code: "token-missing", detail: "There is no token" }))
      : Effect.sync(() => ({
        caller: read(authorization.slice("Bearer ".length)) as Caller,
        role: "owner",
        scope: null
      })),
  ready: Effect.void
}

/** Reads what is arranged around the present call. */
const ambient = Effect.gen(function*() {
  const real = yield* Clock.Clock
  const generator = yield* Identifiers
  return Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const identifiers = yield* Identifiers
    const arranged: Ambient = {
      ...(clock === real ? undefined : { nanos: String(yield* clock.currentTimeNanos) }),
      ...(identifiers === generator ? undefined : { ids: yield* identifiers.next }),
      keyMillis: yield* KeyLifetimeMillis,
      cursors: yield* CursorPolicy
    }
    return { [header]: written(arranged) }
  })
})

/** Arranges the same around what is done for a request. */
const arranged = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | HttpServerRequest> =>
  Effect.gen(function*() {
    const said = (yield* HttpServerRequest).headers[header]
    if (said === undefined) return yield* program
    const { cursors, ids, keyMillis, nanos } = read(said) as Ambient
    const clock = yield* Clock.Clock
    const generator = yield* Identifiers
    return yield* program.pipe(
      Effect.provideService(KeyLifetimeMillis, keyMillis),
      Effect.provideService(CursorPolicy, cursors),
      Effect.provideService(Clock.Clock, nanos === undefined ? clock : still(clock, BigInt(nanos))),
      Effect.provideService(Identifiers, ids === undefined ? generator : { next: counted(ids) })
    )
  })

const still = (clock: Clock.Clock, nanos: bigint): Clock.Clock => {
  const millis = Number(nanos / 1_000_000n)
  return {
    ...clock,
    currentTimeMillisUnsafe: () => millis,
    currentTimeMillis: Effect.succeed(millis),
    currentTimeNanosUnsafe: () => nanos,
    currentTimeNanos: Effect.succeed(nanos),
    sleep: (duration) => clock.sleep(duration)
  }
}

const counted = (first: string): Effect.Effect<string> => {
  let given = Number(first.slice(-12))
  return Effect.sync(() => first.slice(0, -12) + String(given++).padStart(12, "0"))
}

/** What the store takes at most has room in a body. */
const settings = { ...Context.get(Context.empty(), Settings), maxBodyBytes: 8 * 1_048_576 }

/** Serves services on a socket while the scope is open, and gives the address. */
export const serve = <E>(
  services: Layer.Layer<All, E>,
  more: Partial<typeof Settings.Service> = {}
): Effect.Effect<string, E, Scope.Scope> =>
  Effect.gen(function*() {
    const context = yield* Layer.build(services)
    const app = yield* application.pipe(
      Effect.provideContext(context),
      Effect.provideService(Identity, identity),
      Effect.provideService(Settings, { ...settings, ...more })
    )
    const http = yield* Layer.build(
      NodeHttpServer.layerServer(() => Http.createServer(), { port: 0, host: "127.0.0.1" }) as Layer.Layer<
        HttpServer.HttpServer
      >
    )
    yield* HttpServer.serveEffect(arranged(app)).pipe(Effect.provideContext(http))
    const { address } = Context.get(http, HttpServer.HttpServer)
    return `http://127.0.0.1:${(address as { readonly port: number }).port}`
  })

/** The services of a server over HTTP, in the name of whoever calls. */
export const client = (
  baseUrl: string,
  options: Partial<HttpOptions> = {}
): Layer.Layer<All, unknown> =>
  Layer.unwrap(
    Effect.map(
      ambient,
      (headers) => HttpServices.layer({ baseUrl, tokens: Tokens.perCall(token), headers, ...options })
    )
  )

/** The services over HTTP of a server that keeps its records in a store. */
export const overHttp = <E>(store: Layer.Layer<Ports, E>): Layer.Layer<All, unknown> =>
  through(Layer.provide(Services.layer, store))

/** The services over HTTP of a server of other services. */
export const through = <E>(services: Layer.Layer<All, E>): Layer.Layer<All, unknown> =>
  Layer.unwrap(Effect.map(serve(services), (url) => client(url)))
