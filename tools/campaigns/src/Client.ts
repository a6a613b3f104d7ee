/** A client with one connection, which sends one request at a time. */
import { Agent, request } from "node:http"

export interface Answer {
  readonly status: number
  /** Of the header `ETag`; 0 where there is none. */
  readonly version: number
  readonly replayed: boolean
  /** Whether the answer invites to send the same request again. */
  readonly mayRetry: boolean
  readonly body: string
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Client {
  /** Fails where the connection breaks before the whole answer is there, or nothing comes for two minutes. */
  readonly send: (request: Request) => Promise<Answer>
  readonly close: () => void
}

/** What stands for an answer where there is none. */
export const broken: Answer = { status: 0, version: 0, mayRetry: true, replayed: false, body: "the connection broke" }

/** How long at most an answer is waited for. */
const patienceMillis = 120_000

export const make = (port: number): Client => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    send: ({ body, headers, method, path }) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? "" : JSON.stringify(body)
        const sent = request({
          agent,
          host: "127.0.0.1",
          port,
          method,
          path,
          timeout: patienceMillis,
          headers: {
            ...headers,
            ...(body === undefined ? undefined : { "content-type": "application/json" }),
            "content-length": Buffer.byteLength(text)
          }
        }, (response) => {
          const parts: Array<Buffer> = []
          response.on("data", (part: Buffer) => parts.push(part)).on("error", reject).on("end", () =>
            resolve({
              status: response.statusCode!,
              version: Number(/"(\d+)"/.exec(response.headers.etag ?? "")?.[1] ?? 0),
              mayRetry: response.headers["x-should-retry"] === "true" || response.headers["retry-after"] !== undefined,
              replayed: response.headers["idempotent-replayed"] === "true",
              body: Buffer.concat(parts).toString()
            }))
        })
        sent.on("timeout", () => sent.destroy(new Error(`Nothing came for ${patienceMillis / 1000} s`)))
          .on("error", reject).end(text)
      }),
    close: () => agent.destroy()
  }
}
