/**
 * The connections of the HTTP server: how many there may be, how slow a client may be, and what becomes of them when the
 * server stops.
 *
 * @since 0.1.0
 */
import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { InTurn } from "./InTurn.ts"
import type { Limits } from "./Limits.ts"
import * as RawRefusal from "./RawRefusal.ts"
import * as Unread from "./Unread.ts"

/**
 * An HTTP server of Node and what ends its connections.
 *
 * @category models
 * @since 0.1.0
 */
export interface Connections {
  readonly listener: InTurn
  /** How many connections are open. */
  readonly count: () => number
  /** How many bytes of answers wait because their clients do not take them. */
  readonly unreadBytes: () => number
  /** From now on each answer is the last on its connection. */
  readonly closeAfterAnswers: () => void
  /**
   * Ends the connections of clients that keep them open: after the answer that they wait for, and at once where they
   * wait for none. Otherwise a stop would last until the last of them goes by itself. A request of which a part is still
   * to come when `graceMillis` are over is not waited for.
   */
  readonly letGo: (graceMillis: number) => void
}

/**
 * What bounds the connections of a server.
 *
 * @category models
 * @since 0.1.0
 */
export type Bounds = Pick<
  Limits,
  | "maxHeaderBytes"
  | "maxConnections"
  | "maxUnreadBytes"
  | "requestMillis"
  | "headMillis"
  | "receiveMillis"
  | "keepAliveMillis"
>

/**
 * Makes an HTTP server within bounds. `refused` learns of what is refused before the application sees it, and `cut` of each
 * connection that was closed because its client did not take an answer, and too much waited.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  bounds: Bounds,
  refused: RawRefusal.Refused = () => {},
  cut: () => void = () => {}
): Connections => {
  const unread = Unread.make(bounds.maxUnreadBytes, cut)
  const listener = new InTurn({
    maxHeaderSize: bounds.maxHeaderBytes,
    // Node would refuse a request without a host by an empty answer; the application says what is wrong.
    requireHostHeader: false,
    headersTimeout: bounds.headMillis,
    requestTimeout: bounds.receiveMillis,
    keepAliveTimeout: bounds.keepAliveMillis,
    connectionsCheckingInterval: Math.min(1_000, bounds.headMillis)
  }, unread.written)
  // A client that does not take its answer: nothing moves on its connection for longer than a request may take in all.
  listener.timeout = bounds.receiveMillis + bounds.requestMillis
  /** The connections, and the answer that is due on each. */
  const sockets = new Map<Socket, ServerResponse | undefined>()
  const note = (_: unknown, response: ServerResponse): void => {
    const { socket } = response.req
    if (sockets.has(socket)) sockets.set(socket, response)
    response.on("close", () => {
      unread.gone(socket)
      if (sockets.get(socket) === response) sockets.set(socket, undefined)
    })
  }

  // The server's own listener gives a connection to the parser: one too many must never get there.
  const [accept] = listener.listeners("connection")
  listener.removeAllListeners("connection")
  listener.on("connection", (socket: Socket) => {
    if (sockets.size >= bounds.maxConnections) {
      return RawRefusal.refuseConnection(socket, bounds.maxConnections, refused)
    }
    sockets.set(socket, undefined)
    socket.once("close", () => sockets.delete(socket))
    accept!.call(listener, socket)
  })
  listener.on("turn", note)
  listener.on("checkExpectation", RawRefusal.refuseExpectation(refused))
  listener.on("clientError", (error, socket) => RawRefusal.refuse(error, socket, bounds.maxHeaderBytes, refused))

  const close = (_: unknown, response: ServerResponse): void => void response.setHeader("connection", "close")
  const closeAfterAnswers = (): void => {
    if (listener.listeners("turn").includes(close)) return
    listener.on("turn", close)
    for (const response of sockets.values()) if (response?.headersSent === false) close(undefined, response)
  }
  const letGo = (graceMillis: number): void => {
    closeAfterAnswers()
    const sweep = setInterval(() => listener.closeIdleConnections(), 20)
    const end = setTimeout(() => {
      for (const [socket, response] of sockets) if (response?.req.complete !== true) socket.destroy()
    }, graceMillis)
    listener.once("close", () => {
      clearInterval(sweep)
      clearTimeout(end)
    })
  }
  return { listener, count: () => sockets.size, unreadBytes: unread.bytes, closeAfterAnswers, letGo }
}
