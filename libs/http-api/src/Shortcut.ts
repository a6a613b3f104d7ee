/**
 * The short way of requests: past what the general way needs for those that are not plain.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { IncomingMessage, ServerResponse } from "node:http"

/**
 * Carries out a request of Node's HTTP server and answers it, or gives false and has not touched it: then it goes the
 * general way.
 *
 * @category models
 * @since 0.1.0
 */
export type Take = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Told, while the service is there, what it can carry out by itself. Whoever runs a server of Node's `http` asks that
 * for each of its requests, and hands over to the general way what was not taken; without one all go there. What an
 * operation is carried out by finds no request in its context then: services that look at it must do without.
 *
 * @category references
 * @since 0.1.0
 */
export const Shortcut = Context.Reference<((take: Take) => void) | undefined>("@emend/http-api/Shortcut", {
  defaultValue: () => undefined
})
