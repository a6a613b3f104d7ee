/**
 * The connections of the HTTP server: how slow a client may be, and what becomes of it when the server stops.
 *
 * @since 0.1.0
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import * as RawRefusal from "./RawRefusal.ts"

/**
 * The limits of a connection: bytes of the head of a request, milliseconds until the head and the whole request must be
 * here, and how often that is looked at.
 *
 * @category limits
 * @since 0.1.0
 */
export const limits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000
}

/**
 * How many milliseconds a server that stops waits for the rest of requests that are half sent.
 *
 * @category limits
 * @since 0.1.0
 */
export const graceMillis = 5_000

/**
 * An HTTP server of Node and what ends its connections.
 *
 * @category models
 * @since 0.1.0
 */
export interface Connections {
  readonly listener: Server
  /**
   * Ends the connections of clients that keep them open: after the answer that they wait for, and at once where they
   * wait for none. Otherwise a stop would last until the last of them goes by itself. A request of which a part is still
   * to come when `graceMillis` are over is not waited for.
   */
  readonly letGo: (graceMillis: number) => void
}

/**
 * Makes an HTTP server within {@link limits}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Connections => {
  const listener = createServer(limits)
  const sockets = new Set<Socket>()
  /** The request that a connection is busy with. */
  const busy = new WeakMap<Socket, IncomingMessage>()
  const note = (request: IncomingMessage, response: ServerResponse): void => {
    busy.set(request.socket, request)
    response.once("close", () => busy.get(request.socket) === request && busy.delete(request.socket))
  }
  listener.on("connection", (socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  listener.on("request", note)
  listener.on("checkContinue", note)
  listener.on("checkExpectation", RawRefusal.refuseExpectation)
  listener.on("clientError", RawRefusal.refuse)

  const letGo = (graceMillis: number): void => {
    const close = (_: unknown, response: ServerResponse): void => void response.setHeader("connection", "close")
    listener.prependListener("request", close)
    listener.prependListener("checkContinue", close)
    const sweep = setInterval(() => listener.closeIdleConnections(), 20)
    const end = setTimeout(() => {
      for (const socket of sockets) if (busy.get(socket)?.complete !== true) socket.destroy()
    }, graceMillis)
    listener.once("close", () => {
      clearInterval(sweep)
      clearTimeout(end)
    })
  }
  return { listener, letGo }
}
