/**
 * A running server: the store, the services over it, and the application over these.
 *
 * @since 0.1.0
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { CursorPolicy, type EventLog, type RecordStore, Services } from "@emend/domain"
import { Identity, Settings } from "@emend/http-api"
import { layer as application } from "@emend/http-api/handlers"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type { Configuration, Store } from "./Configuration.ts"
import * as Connections from "./Connections.ts"

/**
 * A running server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Server {
  /** Where it answers, such as `http://127.0.0.1:8080`. */
  readonly address: string
  /** Fails when the store is gone for good; until then it waits. */
  readonly lost: Effect.Effect<never, unknown>
}

/**
 * Runs a server while the scope is open. It answers when this succeeds; when the scope closes it finishes the requests
 * that it has and takes no more.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { cursorPolicy, host, identity, logLevel, port, store, wire }: Configuration
): Effect.Effect<Server, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const callers = yield* identityOf(identity)
    const { lost, ports } = yield* storeLayer(store)
    // The store is ready before anybody can connect.
    const services = yield* Layer.build(Layer.provideMerge(Services.layer, ports))
    const { letGo, listener } = Connections.make()
    const http = NodeHttpServer.layerServer(() => listener, { host, port })
    const context = yield* Layer.build(Layer.provideMerge(application, http)).pipe(
      Effect.provideContext(services),
      Effect.provideService(Identity, callers)
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => letGo(Connections.graceMillis)))
    const { address } = Context.get(context, HttpServer.HttpServer)
    const name = host.includes(":") ? `[${host}]` : host
    return { address: `http://${name}:${(address as { readonly port: number }).port}`, lost }
  }).pipe(
    Effect.provideService(Settings, wire),
    Effect.provideService(CursorPolicy, cursorPolicy),
    Effect.provideService(References.MinimumLogLevel, logLevel),
    Effect.provideService(Logger.CurrentLoggers, new Set([Logger.withConsoleError(Logger.formatJson)])),
    Effect.provideService(References.TracerEnabled, false)
  )

/** Without a configured identity everybody is local. A file that cannot be read is told before anything starts. */
const identityOf = (configuration: Configuration["identity"]): Effect.Effect<Identity, unknown> =>
  Effect.gen(function*() {
    if (configuration === undefined) return yield* Identity
    const { JsonWebTokens, KeySet, KeySource } = yield* Effect.promise(() => import("@emend/http-api/identity"))
    const { keys, ...options } = configuration
    const source = keys._tag === "File" ? KeySource.file(keys.path) : KeySource.url(keys.url)
    if (keys._tag === "File") {
      yield* Effect.mapError(KeySet.check(source), (why) => new Error(`EMEND_JWKS cannot be used: ${why}`))
    }
    return JsonWebTokens.make({ ...options, keys: source })
  })

type Ports = RecordStore.RecordStore | EventLog.EventLog

interface Opened {
  readonly ports: Layer.Layer<Ports, unknown>
  readonly lost: Effect.Effect<never, unknown>
}

/** Gives the ports of the store; what a store needs is loaded only where it is asked for. */
const storeLayer = (store: Store): Effect.Effect<Opened, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    if (store._tag === "memory") {
      const { MemoryStore } = yield* Effect.promise(() => import("@emend/memory"))
      return { ports: MemoryStore.layer(), lost: Effect.never }
    }
    const { EmbeddedPostgres, PostgresStore } = yield* Effect.promise(() => import("@emend/postgres"))
    if (store._tag === "postgres") {
      return { ports: PostgresStore.layer({ url: store.url }), lost: Effect.never }
    }
    const { lost, url } = yield* EmbeddedPostgres.make({ dataDir: store.dataDir })
    yield* Effect.logInfo("The records are kept here").pipe(Effect.annotateLogs({ data_dir: store.dataDir }))
    return { ports: PostgresStore.layer({ url }), lost }
  })
