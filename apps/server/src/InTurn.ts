/**
 * An HTTP server that carries out the requests of a connection one after the other.
 *
 * @since 0.1.0
 */
import type { Take } from "@emend/http-api"
import { type IncomingMessage, Server, type ServerOptions, type ServerResponse } from "node:http"
import type { Socket } from "node:net"

/** How many requests of a connection may wait for their turn; with more it is closed. */
const maxWaiting = 128

/** The events by which Node hands over a request. */
const handsOver: ReadonlySet<string | symbol> = new Set(["request", "checkContinue", "checkExpectation"])

type HandOver = readonly [event: string | symbol, request: IncomingMessage, response: ServerResponse]

interface Line {
  /** A request of the connection is in work. */
  isBusy: boolean
  /** The requests behind it. */
  readonly waiting: Array<HandOver>
}

/**
 * A server of Node that hands over a request when the client has taken the answer to the one before it on the same
 * connection, which is when the system has room for the last of it. Node hands over at once all that was sent at once:
 * a client that takes nothing would have as many whole answers wait in memory as it asks for.
 *
 * Of each request that has its turn the event `turn` tells, with its response, before anything is done about it.
 *
 * A request whose connection has gone, or ends with the answer before it, is not carried out.
 *
 * @category models
 * @since 0.1.0
 */
export class InTurn extends Server {
  /** For as long as a connection is there: what comes and goes with each request leaves work for the garbage collector. */
  readonly #lines = new WeakMap<Socket, Line>()
  readonly #onWritten: (socket: Socket, response: ServerResponse) => void
  /** Carries out requests by itself; what it does not take is handed over to those that listen. */
  take: Take = () => false
  /** How many requests it took. */
  taken = 0

  /** `onWritten` learns of each answer that was written; what the system had no room for waits in the socket then. */
  constructor(options: ServerOptions, onWritten: (socket: Socket, response: ServerResponse) => void) {
    super(options)
    this.#onWritten = onWritten
  }

  override emit(event: string | symbol, ...given: ReadonlyArray<any>): boolean {
    if (!handsOver.has(event)) return super.emit(event as string, ...given)
    const [request, response] = given as [IncomingMessage, ServerResponse]
    const { socket } = request
    let line = this.#lines.get(socket)
    if (line === undefined) this.#lines.set(socket, line = { isBusy: false, waiting: [] })
    if (!line.isBusy) this.#handOver(socket, line, [event, request, response])
    else if (line.waiting.length < maxWaiting) line.waiting.push([event, request, response])
    else socket.destroy()
    return true
  }

  #handOver(socket: Socket, line: Line, [event, request, response]: HandOver): void {
    line.isBusy = true
    response.on("prefinish", () => this.#onWritten(socket, response))
    super.emit("turn", request, response)
    if (event === "request" && this.take(request, response)) this.taken++
    else super.emit(event as string, request, response)
    // After the listeners of others: what they note of this answer is done with before the next request.
    response.on("close", () => {
      const next = socket.writable ? line.waiting.shift() : undefined
      if (next === undefined) line.isBusy = false
      else this.#handOver(socket, line, next)
    })
  }
}
