/** Traces as a collector gets them: from the request of a client down to the statement. */
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { start } from "./ServerProcess.ts"

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly status: { readonly code: number }
  readonly attributes: Readonly<Record<string, unknown>>
}

/** What was sent to the collector, and to which path. */
const received: Array<{ readonly path: string; readonly type: string | undefined; readonly text: string }> = []
let collector: Server
let endpoint = ""
let database = ""
const scope = Scope.makeUnsafe()

beforeAll(async () => {
  database = Redacted.value(await Effect.runPromise(Scope.provide(scope)(TestDatabase.make())))
  collector = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      received.push({
        path: request.url!,
        type: request.headers["content-type"],
        text: Buffer.concat(chunks).toString("utf8")
      })
      response.end("{}")
    })
  }).listen(0, "127.0.0.1")
  await once(collector, "listening")
  endpoint = `http://127.0.0.1:${(collector.address() as { readonly port: number }).port}`
})

afterAll(async () => {
  collector.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

const valueOf = (value: Record<string, unknown>): unknown => Object.values(value)[0]

const plain = (attributes: ReadonlyArray<{ readonly key: string; readonly value: Record<string, unknown> }>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))

/** Runs a server, asks it, stops it, which sends what is left, and gives what the collector got. */
const traced = async (
  env: Readonly<Record<string, string>>,
  ask: (address: string) => Promise<void>
): Promise<
  { readonly resources: ReadonlyArray<Readonly<Record<string, unknown>>>; readonly spans: ReadonlyArray<Span> }
> => {
  received.length = 0
  const server = start([], { DATABASE_URL: database, EMEND_LOG_REQUESTS: "all", ...env })
  await ask(await server.address)
  server.process.kill("SIGTERM")
  const { code, stderr } = await server.exit
  expect(code, stderr).toBe(0)
  lines.splice(0, Infinity, ...stderr.trim().split("\n").map((line) => JSON.parse(line)))
  const data = received.map(({ path, text, type }) => {
    expect([path, type]).toEqual(["/v1/traces", "application/json"])
    return JSON.parse(text)
  })
  const groups = data.flatMap((one) => one.resourceSpans as Array<any>)
  return {
    resources: groups.map(({ resource }) => plain(resource.attributes)),
    spans: groups.flatMap(({ scopeSpans }) => scopeSpans as Array<any>).flatMap(({ spans }) => spans as Array<any>).map(
      (span) => ({ ...span, attributes: plain(span.attributes) })
    )
  }
}

const lines: Array<any> = []
const json = { "content-type": "application/json" }
const traceId = "0af7651916cd43dd8448eb211c80319c"
const traceparent = (sampled: boolean) => `00-${traceId}-b7ad6b7169203331-0${Number(sampled)}`

const put = async (address: string, headers: Readonly<Record<string, string>>): Promise<number> => {
  const body = JSON.stringify({ merge_params: { secret: 1 } })
  return (await fetch(`${address}/tasks/t1`, { method: "PUT", body, headers: { ...json, ...headers } })).status
}

describe("with a collector", () => {
  it("an update continues the trace of its client: the request, the use case, the statement", async () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_SERVICE_NAME: "board",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test"
    }
    const { resources, spans } = await traced(env, async (address) => {
      await fetch(`${address}/tasks`, { method: "POST", body: JSON.stringify({ id: "t1" }), headers: json })
      await fetch(`${address}/health/ready`)
      await fetch(`${address}/metrics`)
      const headers = { traceparent: traceparent(true), authorization: "Bearer secret", "x-request-id": "abc" }
      expect(await put(address, headers)).toBe(200)
    })
    expect(resources[0]).toMatchObject({ "service.name": "board", "deployment.environment.name": "test" })

    const trace = spans.filter((span) => span.traceId === traceId)
    const [request, useCase, statement] = ["PUT /tasks/:task_id", "Tasks.update", "UPDATE tasks"].map((name) =>
      trace.find((span) => span.name === name)!
    )
    expect(trace.map(({ name }) => name).sort()).toEqual(["PUT /tasks/:task_id", "Tasks.update", "UPDATE tasks"])
    expect(request!.parentSpanId).toBe("b7ad6b7169203331")
    expect(useCase!.parentSpanId).toBe(request!.spanId)
    expect(statement!.parentSpanId).toBe(useCase!.spanId)
    // Server, internal, client.
    expect([request, useCase, statement].map((span) => span!.kind)).toEqual([2, 1, 3])
    expect(request!.attributes).toMatchObject({
      "http.request.method": "PUT",
      "http.route": "/tasks/:task_id",
      "http.response.status_code": 200,
      "http.response.header.x-request-id": "abc",
      "url.path": "/tasks/t1",
      "url.scheme": "http"
    })
    expect(statement!.attributes).toMatchObject({
      "db.system.name": "postgresql",
      "db.query.summary": "UPDATE tasks",
      "db.operation.name": "UPDATE",
      "db.collection.name": "tasks"
    })

    // The first request began a trace of its own. Health and metrics are asked all the time, and leave none.
    expect(spans.map(({ name }) => name)).toContain("POST /tasks")
    expect(spans.find(({ name }) => name === "POST /tasks")!.parentSpanId).toBeUndefined()
    expect(spans.filter(({ attributes, name }) => /health|metrics/.test(`${name} ${attributes["url.path"]}`))).toEqual(
      []
    )
    expect(JSON.stringify(received)).not.toContain("secret")
    // A line of log leads to its trace.
    expect(lines.find(({ annotations }) => annotations.request_id === "abc").annotations.trace_id).toBe(traceId)
  })

  it("a refusal of the client's doing is no error of the server's, and what no route takes has its method for a name", async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }
    const { resources, spans } = await traced(env, async (address) => {
      await fetch(`${address}/tasks/none`)
      await fetch(`${address}/nothing`)
    })
    expect(resources[0]).toMatchObject({ "service.name": "emend" })
    const [missing, nowhere] = ["GET /tasks/:task_id", "GET"].map((name) => spans.find((span) => span.name === name)!)
    for (const span of [missing, nowhere]) {
      expect(span!.attributes["http.response.status_code"]).toBe(404)
      expect(span!.status.code).not.toBe(2)
    }
  })

  it("a request whose client does not sample its trace leaves no span", async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }
    const { spans } = await traced(env, async (address) => {
      expect(await put(address, { traceparent: traceparent(false) })).toBe(200)
    })
    expect(spans.filter((span) => span.traceId === traceId)).toEqual([])
  })

  it.each(["parentbased_traceidratio", "traceidratio"])(
    "the sampler %s keeps a part of the traces, whole ones",
    async (sampler) => {
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_TRACES_SAMPLER: sampler,
        OTEL_TRACES_SAMPLER_ARG: "0.5"
      }
      const { spans } = await traced(env, async (address) => {
        for (let n = 0; n < 200; n++) expect(await put(address, {})).toBe(200)
        expect(await put(address, { traceparent: traceparent(true) })).toBe(200)
      })
      const byTrace = Map.groupBy(spans, (span) => span.traceId)
      for (const whole of byTrace.values()) {
        expect(whole.map(({ name }) => name).sort()).toEqual(["PUT /tasks/:task_id", "Tasks.update", "UPDATE tasks"])
      }
      // The client samples its trace, and its id is one of the half that is kept.
      expect(byTrace.delete(traceId)).toBe(true)
      // Six standard deviations: less likely than one in 10^8 to be elsewhere.
      expect(byTrace.size).toBeGreaterThan(57)
      expect(byTrace.size).toBeLessThan(143)
    }
  )

  it("that is away, requests are answered all the same", async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_EXPORTER_OTLP_TIMEOUT: "1" }
    const { spans } = await traced(env, async (address) => {
      expect(await put(address, {})).toBe(200)
    })
    expect(spans).toEqual([])
  })
})

describe("without a collector", () => {
  it("nothing is sent and no line names a trace, also where the client has one", async () => {
    const { spans } = await traced({}, async (address) => {
      expect(await put(address, { traceparent: traceparent(true) })).toBe(200)
    })
    expect(spans).toEqual([])
    expect(lines.every(({ annotations }) => annotations.trace_id === undefined)).toBe(true)
  })
})
