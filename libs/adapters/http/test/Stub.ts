/** A server that answers as it is told, on a real socket. */
import { wholeType } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { once } from "node:events"
import * as Http from "node:http"
import type { AddressInfo, Socket } from "node:net"

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
  /** Succeeds when the client gives the request up. */
  readonly closed: Promise<unknown>
}

export interface Stub {
  readonly url: string
  readonly seen: ReadonlyArray<Seen>
  readonly sockets: { readonly open: number; readonly ever: number; readonly most: number }
  /** Waits until so many requests came. */
  readonly until: (count: number) => Effect.Effect<void>
}

export type Answer = (response: Http.ServerResponse, seen: Seen, number: number) => void

/** Answers with JSON: whole, or a problem from 400 on. */
export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => (response) =>
  response.writeHead(status, {
    "content-type": status < 400 ? wholeType : status === 422 ? "application/json" : "application/problem+json",
    ...headers
  }).end(JSON.stringify(body))

/** Cuts the connection before, or in the middle of, the answer. */
export const cut: Answer = (response) => void response.socket!.destroy()
export const cutWithin: Answer = (response) => {
  response.writeHead(200, { "content-type": wholeType, "content-length": "1000" })
  response.write("{", () => response.socket!.destroy())
}

/** Never answers. */
export const silent: Answer = () => {}

export const problem = (
  status: number,
  code: string,
  headers: Record<string, string> = {},
  facts: object = {}
): Answer =>
  json(status, {
    code,
    status,
    detail: `It is ${code}`,
    title: "t",
    type: "t",
    instance: "/",
    request_id: "r",
    ...facts
  }, headers)

export const task = (id = "t") => ({
  version: 1,
  state: {
    id,
    name: null,
    status: "RUNNING",
    status_reason: null,
    created_at: "2026-11-21T10:00:00.000000Z",
    updated_at: "2026-11-21T10:00:00.000000Z",
    cleaned_at: null,
    params: null,
    task_metadata: null
  }
})
export const aTask: Answer = json(200, task())
export const changed: Answer = json(200, { ...task(), changed: true })

/** Serves while the scope is open. Each request has the answer of its number; the last one goes on. */
export const serve = (...answers: ReadonlyArray<Answer>): Effect.Effect<Stub, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const seen: Array<Seen> = []
        const open = new Set<Socket>()
        const sockets = { open: 0, ever: 0, most: 0 }
        const waiting = new Set<() => void>()
        const server = Http.createServer((request, response) => {
          const chunks: Array<Buffer> = []
          const closed = once(response, "close")
          request.on("data", (chunk) => chunks.push(chunk))
          request.on("end", () => {
            const { headers, method, url } = request
            const number = seen.length
            seen.push({ method: method!, url: url!, headers, body: Buffer.concat(chunks).toString(), closed })
            for (const look of waiting) look()
            answers[Math.min(number, answers.length - 1)]!(response, seen[number]!, number)
          })
        })
        server.on("connection", (socket) => {
          open.add(socket)
          sockets.ever++
          sockets.most = Math.max(sockets.most, sockets.open = open.size)
          socket.on("close", () => {
            open.delete(socket)
            sockets.open = open.size
          })
        })
        server.listen(0, "127.0.0.1")
        await once(server, "listening")
        const until = (count: number) =>
          Effect.callback<void>((resume) => {
            const look = () => {
              if (seen.length < count) return
              waiting.delete(look)
              resume(Effect.void)
            }
            waiting.add(look)
            look()
          })
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        return { stub: { url, seen, sockets, until }, server, open }
      }),
      ({ open, server }) =>
        Effect.sync(() => {
          server.close()
          for (const socket of open) socket.destroy()
        })
    ),
    ({ stub }) => stub
  )
