/**
 * A running server: the store, the services over it, and the application over these.
 *
 * @since 0.1.0
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { CursorPolicy, type EventLog, type RecordStore, Services } from "@emend/domain"
import { Settings } from "@emend/http-api"
import { layer as application } from "@emend/http-api/handlers"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { createServer, type Server as HttpListener } from "node:http"
import type { Configuration, Store } from "./Configuration.ts"

/**
 * The limits of a connection: bytes of the head of a request, and milliseconds until the head and the whole request
 * must be here.
 */
const limits = { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000 }

/**
 * Runs a server while the scope is open and gives its address. It answers when this succeeds; when the scope closes it
 * finishes the requests that it has and takes no more.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { cursorPolicy, host, logLevel, port, store, wire }: Configuration
): Effect.Effect<string, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const ports = yield* storeLayer(store)
    // The store is ready before anybody can connect.
    const services = yield* Layer.build(Layer.provideMerge(Services.layer, ports))
    const listener = createServer(limits)
    const http = NodeHttpServer.layerServer(() => listener, { host, port })
    const context = yield* Layer.build(Layer.provideMerge(application, http)).pipe(Effect.provideContext(services))
    yield* Effect.addFinalizer(() => Effect.sync(() => letGo(listener)))
    const { address } = Context.get(context, HttpServer.HttpServer)
    return `http://${host.includes(":") ? `[${host}]` : host}:${(address as { readonly port: number }).port}`
  }).pipe(
    Effect.provideService(Settings, wire),
    Effect.provideService(CursorPolicy, cursorPolicy),
    Effect.provideService(References.MinimumLogLevel, logLevel),
    Effect.provideService(Logger.CurrentLoggers, new Set([Logger.withConsoleError(Logger.formatJson)])),
    Effect.provideService(References.TracerEnabled, false)
  )

/**
 * Ends the connections of clients that keep them open: after the answer that they wait for, and at once where they wait
 * for none. Otherwise a stop would last until the last of them goes by itself.
 */
const letGo = (listener: HttpListener): void => {
  listener.prependListener("request", (_, response) => response.setHeader("connection", "close"))
  const sweep = setInterval(() => listener.closeIdleConnections(), 20)
  listener.once("close", () => clearInterval(sweep))
}

type Ports = RecordStore.RecordStore | EventLog.EventLog

/** Gives the ports of the store; what a store needs is loaded only where it is asked for. */
const storeLayer = (store: Store): Effect.Effect<Layer.Layer<Ports, unknown>, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    if (store._tag === "memory") {
      const { MemoryStore } = yield* Effect.promise(() => import("@emend/memory"))
      return MemoryStore.layer()
    }
    const { EmbeddedPostgres, PostgresStore } = yield* Effect.promise(() => import("@emend/postgres"))
    if (store._tag === "postgres") return PostgresStore.layer({ url: store.url })
    const { url } = yield* EmbeddedPostgres.make({ dataDir: store.dataDir })
    yield* Effect.logInfo("The records are kept here").pipe(Effect.annotateLogs({ data_dir: store.dataDir }))
    return PostgresStore.layer({ url })
  })
