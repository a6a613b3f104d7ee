/** The whole service on a real socket, over the store of the project that runs. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { type EventLog, type RecordStore, Services } from "@emend/domain"
import { Settings, Shortcut, type Take } from "@emend/http-api"
import { layer as application } from "@emend/http-api/handlers"
import { MemoryStore } from "@emend/memory"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Http from "node:http"
import { afterAll, beforeAll, inject } from "vitest"
import { check } from "./Documented.ts"

export interface Reply {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly text: string
  readonly body: any
}

export interface Ask {
  readonly method?: string
  /** An empty one is not sent. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array
}

export interface TestServer {
  readonly port: () => number
  readonly ask: (path: string, options?: Ask) => Promise<Reply>
  /** How many requests went the short way. */
  readonly taken: () => number
}

/** A server that sends what is plain the short way, as the server of the application does. */
class Listener extends Http.Server {
  take: Take = () => false
  taken = 0

  override emit(event: string | symbol, ...given: ReadonlyArray<any>): boolean {
    if (event !== "request" || !this.take(given[0], given[1])) return super.emit(event as string, ...given)
    this.taken++
    return true
  }
}

declare module "vitest" {
  interface ProvidedContext {
    emendStore: "memory" | "postgres"
  }
}

const given: Layer.Layer<RecordStore.RecordStore | EventLog.EventLog> = Layer.unwrap(
  Effect.promise(async () => {
    if (inject("emendStore") === "memory") return MemoryStore.layer()
    const { layer } = await import("@emend/postgres/testing")
    return Layer.orDie(layer())
  })
)

/**
 * Starts a server before the tests of a file and stops it after them. Plain requests go the short way, unless all shall go
 * the `general` one.
 */
export const testServer = (
  settings: Partial<typeof Settings.Service> = {},
  { extra = Layer.empty, general = false, store = given }: {
    readonly extra?: Layer.Layer<never>
    readonly general?: boolean
    readonly store?: Layer.Layer<RecordStore.RecordStore | EventLog.EventLog>
  } = {}
): TestServer => {
  const scope = Scope.makeUnsafe()
  const listener = new Listener()
  let port = 0
  const offer = (take: Take) => {
    listener.take = take
  }
  const defaults = Context.get(Context.empty(), Settings)
  const layer = application.pipe(
    Layer.provide(Services.layer),
    Layer.provide(store),
    Layer.provideMerge(NodeHttpServer.layerServer(() => listener, { port: 0, host: "127.0.0.1" })),
    Layer.provide(Layer.succeed(Settings)({ ...defaults, ...settings })),
    Layer.provide(general ? Layer.empty : Layer.succeed(Shortcut)(offer)),
    Layer.provide(extra),
    Layer.provide(Layer.succeed(References.TracerEnabled)(false))
  )
  beforeAll(async () => {
    const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
    const { address } = Context.get(context, HttpServer.HttpServer)
    port = (address as { readonly port: number }).port
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return {
    port: () => port,
    taken: () => listener.taken,
    ask: async (path, options) => {
      const reply = await ask(port, path, options)
      check(options?.method ?? "GET", path, reply)
      return reply
    }
  }
}

const agent = new Http.Agent({ keepAlive: false })

export const ask = (port: number, path: string, { headers, json, method = "GET", raw }: Ask = {}): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const content = json === undefined ? raw : JSON.stringify(json)
    const request = Http.request({
      agent,
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: Object.fromEntries(
        Object.entries({
          ...(content === undefined
            ? undefined
            : { "content-type": "application/json", "content-length": String(Buffer.byteLength(content)) }),
          ...headers
        }).filter(([, value]) => value !== "")
      )
    }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const isJson = /json/.test(response.headers["content-type"] ?? "")
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text,
          body: isJson && text !== "" ? JSON.parse(text) : undefined
        })
      })
      response.on("error", reject)
    })
    request.on("error", reject)
    request.end(content)
  })
