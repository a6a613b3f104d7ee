/**
 * The whole service over HTTP.
 *
 * @since 0.1.0
 */
import { Board, Health, TaskAgents, Tasks, Trackers } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import { BoardGroup } from "../definitions/BoardGroup.ts"
import { ServiceGroup } from "../definitions/ServiceGroup.ts"
import { TaskAgentsGroup } from "../definitions/TaskAgentsGroup.ts"
import { TasksGroup } from "../definitions/TasksGroup.ts"
import { EventsGroup, TrackersGroup } from "../definitions/TrackersGroup.ts"
import * as BoardHandlers from "../handlers/BoardHandlers.ts"
import * as ServiceHandlers from "../handlers/ServiceHandlers.ts"
import * as TaskAgentHandlers from "../handlers/TaskAgentHandlers.ts"
import * as TaskHandlers from "../handlers/TaskHandlers.ts"
import * as TrackerHandlers from "../handlers/TrackerHandlers.ts"
import { Identity } from "../identity/Identity.ts"
import { Settings } from "../Settings.ts"
import { Shortcut } from "../Shortcut.ts"
import * as Envelope from "./Envelope.ts"
import * as InFlight from "./InFlight.ts"
import * as Route from "./Route.ts"
import * as ShortWay from "./ShortWay.ts"
import * as SpanName from "./SpanName.ts"

const routerConfig = {
  // A path with and without a trailing slash is the same. Nothing else is: ids are told apart by case.
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: false,
  caseSensitive: true,
  // The longest id, each of its characters taking twelve when encoded, and far below the limit of a header.
  maxParamLength: 4096
}

const build = Effect.gen(function*() {
  const settings = yield* Settings
  const identity = yield* Identity
  const inFlight = InFlight.make(settings.maxRequests)
  const trackers = yield* Trackers
  const served = [
    ...Route.group(TasksGroup, TaskHandlers.make(yield* Tasks), settings, identity, inFlight),
    ...Route.group(TrackersGroup, TrackerHandlers.make(trackers, settings), settings, identity, inFlight),
    ...Route.group(EventsGroup, TrackerHandlers.makeEvents(trackers), settings, identity, inFlight),
    ...Route.group(BoardGroup, BoardHandlers.make(yield* Board), settings, identity, inFlight),
    ...Route.group(TaskAgentsGroup, TaskAgentHandlers.make(yield* TaskAgents), settings, identity, inFlight)
  ]
  const about = Route.group(ServiceGroup, ServiceHandlers.make(yield* Health, settings, identity), settings, identity)
  const routes = [...served, ...about].map(({ route }) => route)
  const router = yield* Effect.provideService(HttpRouter.make, HttpRouter.RouterConfig, routerConfig)
  // Failures of routes are answered by the envelope.
  yield* router.addAll(routes) as Effect.Effect<void>
  const envelope = yield* Envelope.make(routes, settings, inFlight)
  return {
    application: Envelope.around(router.asHttpEffect(), envelope, settings, inFlight),
    routes,
    short: ShortWay.make(served, envelope, inFlight, routerConfig)
  }
})

/**
 * Makes the application: from a request to its answer. It never fails.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<
  Effect.Effect<HttpServerResponse, never, HttpServerRequest | Scope>,
  never,
  Tasks | Trackers | Board | TaskAgents | Health
> = Effect.map(build, ({ application }) => application)

/**
 * Serves the application on the HTTP server provided.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  never,
  never,
  HttpServer.HttpServer | Tasks | Trackers | Board | TaskAgents | Health
> = Layer.effectDiscard(Effect.gen(function*() {
  const { application, routes, short } = yield* build
  const offer = yield* Shortcut
  if (offer !== undefined) {
    offer(yield* short)
    yield* Effect.addFinalizer(() => Effect.sync(() => offer(() => false)))
  }
  yield* HttpServer.serveEffect(application).pipe(
    Effect.provideService(HttpMiddleware.SpanNameGenerator, SpanName.make(routes)),
    Effect.provideService(HttpMiddleware.TracerDisabledWhen, ({ url }) => Envelope.isAboutService(Route.pathOf(url)))
  )
}))
