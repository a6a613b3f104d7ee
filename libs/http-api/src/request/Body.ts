/**
 * Reading the body of a request within its bounds.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type { HttpServerError } from "effect/http/HttpServerError"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import { Problem } from "../Problem.ts"
import type { Settings } from "../Settings.ts"
import * as JsonBody from "./JsonBody.ts"

/**
 * Reads a JSON body of at most `maxBodyBytes`, or gives undefined where there is none. Fails where it is too large (413;
 * the rest is not read) or of another media type (415). What is wrong with it as JSON is told with what was read.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (
  request: HttpServerRequest,
  { maxBodyBytes: maxBytes, maxJsonDepth }: Pick<Settings, "maxBodyBytes" | "maxJsonDepth">
): Effect.Effect<JsonBody.Parsed | undefined, Problem> => {
  const { headers } = request
  const length = headers["content-length"]
  if (!isThere(headers)) return Effect.undefined
  if (Number(length ?? 0) > maxBytes) return Effect.fail(tooLarge(maxBytes))
  const refused = mediaTypeProblem(headers["content-type"], headers["content-encoding"])
  if (refused !== undefined && length !== undefined) return Effect.fail(refused)
  if (length !== undefined && headers["expect"] === undefined && isMessage(request.source)) {
    return Effect.map(ofKnownLength(request.source, Number(length)), (bytes) => JsonBody.parse(bytes, maxJsonDepth))
  }
  return request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBytes)),
    Effect.mapError((error) => unreadable(error, maxBytes)),
    Effect.flatMap((buffer): Effect.Effect<JsonBody.Parsed | undefined, Problem> => {
      // A chunked body may be empty: then there is none.
      if (buffer.byteLength === 0) return Effect.undefined
      return refused !== undefined
        ? Effect.fail(refused)
        : Effect.succeed(JsonBody.parse(new Uint8Array(buffer), maxJsonDepth))
    })
  )
}

type Headers = Readonly<Record<string, string | undefined>>

/**
 * Tells by its headers, with names in lower case, whether a request has a body.
 *
 * @category checks
 * @since 0.1.0
 */
export const isThere = (headers: Headers): boolean => {
  const length = headers["content-length"]
  return length === undefined ? headers["transfer-encoding"] !== undefined : Number(length) !== 0
}

/**
 * Tells by its headers, with names in lower case, whether a body is read to its end by {@link collect}: it says how long
 * it is, which is not too long, nobody waits to be told to send it, and it is of the one media type.
 *
 * @category checks
 * @since 0.1.0
 */
export const isPlain = (headers: Headers, { maxBodyBytes }: Pick<Settings, "maxBodyBytes">): boolean => {
  const length = headers["content-length"]
  return length !== undefined && Number(length) <= maxBodyBytes && headers["expect"] === undefined &&
    mediaTypeProblem(headers["content-type"], headers["content-encoding"]) === undefined
}

/**
 * What is needed of a message of Node's HTTP.
 *
 * @category models
 * @since 0.1.0
 */
export interface Message {
  readonly on: (event: string, listener: (chunk: Uint8Array) => void) => unknown
  readonly off: (event: string, listener: (chunk: Uint8Array) => void) => unknown
  readonly read: (size: number) => unknown
}

const isMessage = (source: object): source is Message => "rawHeaders" in source && "on" in source

/**
 * Reads the body of a message that says how long it is: `length` bytes, of which Node never gives more. Most bodies are
 * one piece, and with the last one it is there: that the message ends is not waited for. Gives what ends the reading before.
 *
 * @category operations
 * @since 0.1.0
 */
export const collect = (
  message: Message,
  length: number,
  onEnd: (bytes: Uint8Array) => void,
  onClose: () => void
): () => void => {
  const chunks: Array<Uint8Array> = []
  let missing = length
  const onData = (chunk: Uint8Array): void => {
    chunks.push(chunk)
    missing -= chunk.length
    if (missing > 0) return
    leave()
    onEnd(chunks.length === 1 ? chunks[0]! : joined(chunks))
  }
  const leave = (): void => {
    message.off("data", onData)
    message.off("close", closed)
  }
  const closed = (): void => {
    leave()
    onClose()
  }
  message.on("close", closed)
  message.on("data", onData)
  // Takes nothing, and lets what comes be told as it comes, and not a turn later.
  message.read(0)
  return leave
}

const ofKnownLength = (message: Message, length: number): Effect.Effect<Uint8Array, Problem> =>
  Effect.callback((resume) =>
    Effect.sync(
      collect(message, length, (bytes) => resume(Effect.succeed(bytes)), () => resume(Effect.fail(incomplete())))
    )
  )

const joined = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

const tooLarge = (maxBytes: number): Problem =>
  new Problem({
    code: "body-too-large",
    detail: `A body has at most ${maxBytes} bytes`,
    facts: { max_bytes: maxBytes },
    // The rest of it is not read: nothing else can follow on the connection.
    headers: { connection: "close" }
  })

const unreadable = ({ reason }: HttpServerError, maxBytes: number): Problem =>
  reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
    ? tooLarge(maxBytes)
    : incomplete()

const incomplete = (): Problem =>
  new Problem({ code: "malformed-body", detail: "The body ended before it was complete" })

const mediaTypeProblem = (contentType: string | undefined, encoding: string | undefined): Problem | undefined => {
  // As nearly all clients say it.
  if (contentType === "application/json" && encoding === undefined) return undefined
  const refuse = (detail: string) =>
    new Problem({
      code: "media-type-refused",
      detail,
      facts: { accepted: ["application/json"] },
      headers: { accept: "application/json", "accept-encoding": "identity" }
    })
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity") {
    return refuse("The content of a body is not encoded")
  }
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase())
  if (type !== "application/json") {
    return refuse(
      type === ""
        ? "A body has the content type application/json; it has none"
        : "A body has the content type application/json"
    )
  }
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset) ? undefined : refuse("A body is UTF-8")
}
