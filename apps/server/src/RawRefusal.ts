/**
 * What is said of a request that is none, or that did not arrive: the application never sees it.
 *
 * @since 0.1.0
 */
import { Problem } from "@emend/http-api"
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"

/**
 * Learns of a refusal: by its code, and the id of the request that its answer has.
 *
 * @category models
 * @since 0.1.0
 */
export type Refused = (code: Problem.Code, requestId: string) => void

/**
 * Refuses what the parser of Node could not read, and ends the connection.
 *
 * @category operations
 * @since 0.1.0
 */
export const refuse = (
  error: NodeJS.ErrnoException,
  socket: Duplex,
  maxHeaderBytes: number,
  refused: Refused
): void => {
  // Where an answer has begun, more would be taken for a part of it.
  const { _httpMessage: begun } = socket as { readonly _httpMessage?: { readonly headersSent?: boolean } | null }
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy(error)
  const problem = problemOf(error.code, maxHeaderBytes)
  const said = answer(problem)
  refused(problem.code, said.id)
  if (begun?.headersSent === true) return void socket.destroy(error)
  farewell(socket)
  socket.end(text(said))
}

/** How long a client that is refused may take to go, before it is cut off. */
const farewellMillis = 1_000

/** Sees to it that a client goes that goes on sending: what it holds is held from others. */
const farewell = (socket: Duplex): void => {
  const timer = setTimeout(() => socket.destroy(), farewellMillis).unref()
  socket.once("close", () => clearTimeout(timer))
}

/**
 * Refuses a connection beyond the number that there may be. Nothing that it sends is looked at.
 *
 * @category operations
 * @since 0.1.0
 */
export const refuseConnection = (socket: Socket, maxConnections: number, refused: Refused): void => {
  const problem = new Problem.Problem({
    code: "too-many-connections",
    detail: `The server has ${maxConnections} connections and takes no more`,
    facts: { limit: maxConnections },
    headers: { "retry-after": "1" }
  })
  const said = answer(problem)
  refused(problem.code, said.id)
  socket.on("error", () => {})
  // Unread bytes would make the system cut the connection, and the answer be lost.
  farewell(socket)
  socket.resume().end(text(said))
}

/**
 * Refuses a request whose `Expect` is another than `100-continue`.
 *
 * @category operations
 * @since 0.1.0
 */
export const refuseExpectation = (refused: Refused) => (_: IncomingMessage, response: ServerResponse): void => {
  const problem = new Problem.Problem({
    code: "expectation-refused",
    detail: "The one expectation that is served is 100-continue"
  })
  const { body, headers, id, status } = answer(problem)
  refused(problem.code, id)
  response.writeHead(status, headers).end(body)
}

const text = ({ body, headers, status }: ReturnType<typeof answer>): string => {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`
}

const problemOf = (code: string | undefined, maxHeaderBytes: number): Problem.Problem => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new Problem.Problem({
        code: "head-too-large",
        detail: `The head of a request has at most ${maxHeaderBytes} bytes`,
        facts: { max_bytes: maxHeaderBytes }
      })
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Problem.Problem({ code: "body-too-large", detail: "The extensions of a chunk are too large" })
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Problem.Problem({ code: "request-incomplete", detail: "A part of the request did not come in time" })
    default:
      return new Problem.Problem({ code: "malformed-request", detail: "The request is not HTTP/1.1 (RFC 9112)" })
  }
}

/** Neither the path nor the request's own id is known. */
const answer = (problem: Problem.Problem) => {
  const id = crypto.randomUUID()
  const body = JSON.stringify(Problem.toBody(problem, { path: "", id }))
  return {
    id,
    status: Problem.catalogue[problem.code].status,
    body,
    headers: {
      ...Problem.toHeaders(problem),
      "content-type": Problem.mediaType,
      "content-length": String(Buffer.byteLength(body)),
      "x-request-id": id,
      connection: "close"
    }
  }
}
