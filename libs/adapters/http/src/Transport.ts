/**
 * One request and its answer, over connections that are kept.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Https from "node:https"
import type { TLSSocket } from "node:tls"
import type { BaseUrl } from "./BaseUrl.ts"
import { AnswerForeign, AnswerTooLarge, CertificateRefused, Unreachable } from "./RemoteFailure.ts"

/**
 * A request as it is sent: its path below the base, with its query.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outgoing {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/**
 * An answer, read to its end.
 *
 * @category models
 * @since 0.1.0
 */
export interface Incoming {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

/**
 * Sends a request, once, and reads the answer. An interruption aborts the request.
 *
 * @category models
 * @since 0.1.0
 */
export type Transport = (
  outgoing: Outgoing
) => Effect.Effect<Incoming, Unreachable | CertificateRefused | AnswerForeign | AnswerTooLarge>

/**
 * What bounds a transport: connections open at once, bytes of an answer, and for how many milliseconds a connection
 * without a request is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bounds {
  readonly maxConnections: number
  readonly maxAnswerBytes: number
  readonly idleMillis: number
}

/**
 * Makes a transport whose connections are closed with the scope. More requests than there may be connections wait for
 * their turn.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { hostname, port, prefix, secure }: BaseUrl,
  { idleMillis, maxAnswerBytes, maxConnections }: Bounds
): Effect.Effect<Transport, never, Scope.Scope> => {
  const client = secure ? Https : Http
  const open = Effect.sync(() =>
    new client.Agent({
      keepAlive: true,
      // What was used last is the least likely to be closed by the other side at this moment.
      scheduling: "lifo",
      maxSockets: maxConnections,
      maxFreeSockets: maxConnections,
      timeout: Math.min(idleMillis, maxTimerMillis)
    })
  )
  return Effect.map(
    Effect.acquireRelease(open, (agent) => Effect.sync(() => agent.destroy())),
    (agent): Transport => ({ body, headers, method, path }) =>
      Effect.callback((resume) => {
        let isAnswered = false
        const fail = (error: Error) => resume(Effect.fail(failureOf(error, request.socket as TLSSocket | null)))
        const request = client.request({
          agent,
          host: hostname,
          port,
          method,
          // The path is written as it is sent: a URL would take some segments for steps.
          path: prefix + path,
          headers: body === undefined
            ? headers
            : { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) }
        })
        request.once("response", (response) => {
          isAnswered = true
          const chunks: Array<Buffer> = []
          let bytes = 0
          response.on("data", (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes <= maxAnswerBytes) return chunks.push(chunk)
            resume(Effect.fail(tooLarge(maxAnswerBytes)))
            request.destroy()
          })
          response.once("end", () => {
            const { headers, statusCode } = response
            const incoming = { status: statusCode!, headers, text: Buffer.concat(chunks).toString("utf8") }
            // Right behind this event the connection is free: who sends another request at once takes the same.
            request.once("close", () => queueMicrotask(() => resume(Effect.succeed(incoming))))
            if (!request.writableFinished) request.destroy()
          })
          response.once("error", fail)
        })
        // A server may answer before it has all of a body, and then reads no more: the answer counts, not that.
        request.on("error", (error) => isAnswered || fail(error))
        write(request, body, () => isAnswered)
        return Effect.sync(() => request.destroy())
      })
  )
}

/** Timers of Node take no more. */
const maxTimerMillis = 2_147_483_647

/** How many bytes of a body are written at a time: between them it is seen whether there is an answer already. */
const portion = 65_536

const write = (request: Http.ClientRequest, body: string | undefined, isAnswered: () => boolean): void => {
  const bytes = Buffer.from(body ?? "")
  if (bytes.length <= portion) return void request.end(body)
  const next = (begin: number): void => {
    if (isAnswered() || request.destroyed) return
    if (begin >= bytes.length) return void request.end()
    const goOn = () => setImmediate(next, begin + portion)
    if (request.write(bytes.subarray(begin, begin + portion))) goOn()
    else request.once("drain", goOn)
  }
  next(0)
}

const tooLarge = (limitBytes: number): AnswerTooLarge =>
  new AnswerTooLarge({ limitBytes, message: `The answer has more than ${limitBytes} bytes; it was not read further` })

/**
 * What an error of the connection means. One of the parser (HPE_…) or of TLS says that what answers does not speak it, or
 * far too much of it.
 */
const failureOf = (
  error: Error & { readonly code?: string },
  socket: TLSSocket | null
): Unreachable | CertificateRefused | AnswerForeign => {
  const code = error.code ?? "UNKNOWN"
  if (String(socket?.authorizationError) === code) {
    return new CertificateRefused({ code, message: `The certificate of the server is not trusted: ${error.message}` })
  }
  const spoken = code.startsWith("HPE_") ? "HTTP/1.1" : /^(EPROTO$|ERR_SSL_)/.test(code) ? "TLS" : undefined
  return spoken === undefined
    ? new Unreachable({ code, message: `The server cannot be reached, or the connection was lost: ${error.message}` })
    : new AnswerForeign({
      status: 0,
      contentType: undefined,
      excerpt: "",
      message: `What answers does not speak ${spoken}: ${error.message}`
    })
}
