/** Calls of the services over HTTP in tests. */
import { type HttpOptions, HttpServices } from "@emend/http"
import * as Effect from "effect/Effect"
import type { All } from "./Serving.ts"

/** Runs a program over a server; each call may be sent once only, unless said. */
export const over =
  (baseUrl: string, options: Partial<HttpOptions> = {}) =>
  <A, E, R>(program: Effect.Effect<A, E, R | All>): Effect.Effect<A, unknown, Exclude<R, All>> =>
    Effect.provide(program, HttpServices.layer({ baseUrl, attempts: 1, ...options })) as never
