/**
 * A running server: the store, the services over it, and the application over these.
 *
 * @since 0.1.0
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import {
  type Board,
  CursorPolicy,
  type Health,
  KeyLifetimeMillis,
  Services,
  type TaskAgents,
  type Tasks,
  type Trackers
} from "@emend/domain"
import { Identity, Lifecycle, Problem, RequestMetrics, Settings, Shortcut } from "@emend/http-api"
import { layer as application } from "@emend/http-api/handlers"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type { Configuration } from "./Configuration.ts"
import * as Connections from "./Connections.ts"
import * as ProcessMetrics from "./ProcessMetrics.ts"
import type * as RawRefusal from "./RawRefusal.ts"

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
  /** How many requests went the short way. */
  readonly taken: () => number
}

/**
 * Runs a server while the scope is open. It answers when this succeeds; when the scope closes it finishes the requests
 * that it has and takes no more.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (configuration: Configuration): Effect.Effect<Server, unknown, Scope.Scope> => {
  const { cursorPolicy, logFormat, logLevel, traces, wire } = configuration
  const logger = logFormat === "json" ? Logger.formatJson : Logger.formatLogFmt
  return Effect.gen(function*() {
    if (traces === undefined) return yield* Effect.withTracerEnabled(serve(configuration), false)
    const { layer } = yield* Effect.promise(() => import("./OtlpTraces.ts"))
    return yield* Effect.provideContext(serve(configuration), yield* Layer.build(layer(traces)))
  }).pipe(
    Effect.provideService(Settings, wire),
    Effect.provideService(CursorPolicy, cursorPolicy),
    Effect.provideService(KeyLifetimeMillis, configuration.limits.keyMillis),
    Effect.provideService(References.MinimumLogLevel, logLevel),
    Effect.provideService(Logger.CurrentLoggers, new Set([Logger.withConsoleError(logger)])),
    // Several servers of one process, as in tests, each count for themselves.
    Effect.provideService(Metric.MetricRegistry, new Map())
  )
}

const serve = (configuration: Configuration): Effect.Effect<Server, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const { host, identity, limits, port, wire } = configuration
    const callers = yield* identityOf(identity)
    const opened = yield* servicesOver(configuration)
    // The store is ready before anybody can connect.
    const services = yield* Layer.build(opened.services)
    const context = yield* Effect.context<never>()
    const count = wire.metrics ? RequestMetrics.refusals(context) : undefined
    const log = wire.logRequests === "all" ? logRefusal(context) : undefined
    const connections = Connections.make(limits, (code, requestId) => {
      count?.(code)
      log?.(code, requestId)
    }, () => {
      count?.("answer-not-taken")
      Effect.runSyncWith(context)(Effect.logWarning("A connection was closed: its client did not take an answer"))
    })
    if (wire.metrics) yield* ProcessMetrics.make(connections.count)
    const lifecycle: Lifecycle = { phase: "serving" }
    const http = NodeHttpServer.layerServer(() => connections.listener, {
      host,
      port,
      // What is in work has its own limit; a stop does not cut it short.
      gracefulShutdownTimeout: limits.requestMillis + limits.receiveMillis
    })
    const running = yield* Layer.build(Layer.provideMerge(application, http)).pipe(
      Effect.provideContext(services),
      Effect.provideService(Identity, callers),
      Effect.provideService(Lifecycle, lifecycle),
      Effect.provideService(
        Shortcut,
        opened.looksAtRequests ? undefined : (take) => {
          connections.listener.take = take
        }
      )
    )
    yield* Effect.addFinalizer(() => stop(lifecycle, connections, limits))
    const { address } = Context.get(running, HttpServer.HttpServer)
    const name = host.includes(":") ? `[${host}]` : host
    return {
      address: `http://${name}:${(address as { readonly port: number }).port}`,
      lost: opened.lost,
      taken: () => connections.listener.taken
    }
  })

/** A line for what is refused before the application sees it: of its head nothing was read that can be told. */
const logRefusal = (context: Context.Context<never>): RawRefusal.Refused => (code, request_id) =>
  Effect.runSyncWith(context)(
    Effect.logInfo(`A request was refused before it was read: ${code}`).pipe(
      Effect.annotateLogs({ request_id, status: Problem.catalogue[code].status })
    )
  )

/** Says that the server ends, gives those who balance load the time to see it, and only then refuses. */
const stop = (
  lifecycle: Lifecycle,
  connections: Connections.Connections,
  { drainMillis, graceMillis }: Configuration["limits"]
): Effect.Effect<void> =>
  Effect.gen(function*() {
    lifecycle.phase = "draining"
    connections.closeAfterAnswers()
    if (drainMillis > 0) yield* Effect.sleep(drainMillis)
    lifecycle.phase = "stopping"
    connections.letGo(graceMillis)
  })

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

interface Opened {
  readonly services: Layer.Layer<Tasks | Trackers | Board | TaskAgents | Health, unknown>
  readonly lost: Effect.Effect<never, unknown>
  /** Whether the services need the request that they are asked by: they send its token on. */
  readonly looksAtRequests?: boolean
}

/** Gives the services over the store; what a store needs is loaded only where it is asked for. */
const servicesOver = (
  { groupCommit, identity, limits, store, wire: { metrics } }: Configuration
): Effect.Effect<Opened, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const { databaseConnections: maxConnections, maxWaiting, requestMillis, statementMillis: statementTimeoutMillis } =
      limits
    if (store._tag === "memory") {
      const { MemoryStore } = yield* Effect.promise(() => import("@emend/memory"))
      return { services: Layer.provide(Services.layer, MemoryStore.layer()), lost: Effect.never }
    }
    if (store._tag === "http") {
      const Upstream = yield* Effect.promise(() => import("./Upstream.ts"))
      const hasIdentity = identity !== undefined
      return {
        services: Upstream.layer({ url: store.url, requestMillis, hasIdentity }),
        lost: Effect.never,
        looksAtRequests: hasIdentity
      }
    }
    const { EmbeddedPostgres, PostgresStore } = yield* Effect.promise(() => import("@emend/postgres"))
    const options = { maxConnections, maxWaiting, statementTimeoutMillis, groupCommit, metrics }
    if (store._tag === "postgres") {
      return {
        services: Layer.provide(Services.layer, PostgresStore.layer({ ...options, url: store.url })),
        lost: Effect.never
      }
    }
    const { lost, url } = yield* EmbeddedPostgres.make({ dataDir: store.dataDir })
    yield* Effect.logInfo("The records are kept here").pipe(Effect.annotateLogs({ data_dir: store.dataDir }))
    return { services: Layer.provide(Services.layer, PostgresStore.layer({ ...options, url })), lost }
  })
