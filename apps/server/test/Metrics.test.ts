/** The metrics of a whole server, read as strictly as a collector would. */
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { afterAll, describe, expect, it } from "vitest"
import { parse } from "./Exposition.ts"
import { send, start } from "./ServerProcess.ts"

const scope = Scope.makeUnsafe()

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const metrics = async (address: string) => parse(await (await fetch(`${address}/metrics`)).text())

describe("the reader of these tests", () => {
  const wrong: ReadonlyArray<readonly [what: string, text: string]> = [
    ["a last line that does not end", "# HELP a b\n# TYPE a gauge\na 1"],
    ["a sample without a type", "a 1\n"],
    ["a type without help", "# TYPE a gauge\na 1\n"],
    ["a sample of another family", "# HELP a b\n# TYPE a gauge\nc 1\n"],
    ["a label that is not closed", "# HELP a b\n# TYPE a gauge\na{x=\"1} 1\n"],
    ["a value that is no number", "# HELP a b\n# TYPE a gauge\na one\n"],
    ["a sample twice", "# HELP a b\n# TYPE a gauge\na 1\na 2\n"],
    ["buckets that fall", "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_count 1\n"],
    ["a count that is another", "# HELP a b\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n"]
  ]
  for (const [what, text] of wrong) it(`refuses ${what}`, () => expect(() => parse(text)).toThrow())
})

it("metrics tell of the process and its connections, and can be turned off", async () => {
  const server = start(["--store", "memory"])
  const found = await metrics(await server.address)
  for (
    const [name, type] of [
      ["process_cpu_seconds_total", "counter"],
      ["process_resident_memory_bytes", "gauge"],
      ["process_uptime_seconds", "gauge"],
      ["emend_http_connections", "gauge"]
    ] as const
  ) {
    const family = found.get(name)!
    expect(family.type, name).toBe(type)
    expect(family.samples.get(""), name).toBeGreaterThan(0)
  }
  expect([...found.get("nodejs_eventloop_lag_seconds")!.samples.keys()]).toEqual(
    ["0.5", "0.99", "1"].map((quantile) => `{quantile="${quantile}"}`)
  )
  const off = start(["--store", "memory"], { EMEND_METRICS: "off" })
  expect((await fetch(`${await off.address}/metrics`)).status).toBe(404)
})

it("metrics tell of statements, connections, batches and attempts of the store", async () => {
  const url = await Effect.runPromise(Scope.provide(scope)(TestDatabase.make()))
  const server = start([], { DATABASE_URL: Redacted.value(url), EMEND_DATABASE_CONNECTIONS: "3" })
  const address = await server.address
  await send(address, "POST", "/tasks", { id: "t1" })
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => send(address, "PUT", "/tasks/t1", { merge_params: { [`k${n}`]: n } }))
  )
  await send(address, "GET", "/tasks/t1")
  const found = await metrics(address)
  const statements = found.get("emend_store_statement_duration_seconds")!
  expect(statements.type).toBe("histogram")
  const count = (statement: string) => statements.samples.get(`_count{statement="${statement}",outcome="done"}`)
  expect([count("INSERT tasks"), count("SELECT tasks")]).toEqual([1, 1])
  // Updates that come together share a statement.
  const { samples: batches } = found.get("emend_store_batch_commits")!
  expect(count("UPDATE tasks")).toBe(batches.get("_count")! - 1)
  expect(batches.get("_sum")).toBe(21)
  expect(found.get("emend_store_retries_total")!.samples.get("")).toBe(0)
  expect(found.get("emend_store_waiting")!.samples.get("")).toBe(0)
  expect([...found.get("emend_store_connections")!.samples]).toEqual([
    ["{state=\"used\"}", 0],
    ["{state=\"free\"}", 3]
  ])
  const total = found.get("emend_http_requests_total")!.samples
  expect(total.get("{method=\"PUT\",route=\"/tasks/:task_id\",status=\"200\"}")).toBe(20)
})
