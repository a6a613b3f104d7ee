/** What the server counts of itself, and what it must not. */
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"

const fresh = () => Layer.succeed(Metric.MetricRegistry)(new Map())
const total = "emend_http_requests_total"
const duration = "emend_http_request_duration_seconds"

describe("metrics that are on", () => {
  const { ask } = testServer({ maxBodyBytes: 100 }, { extra: fresh() })
  const metrics = async () => {
    const { headers, text } = await ask("/metrics")
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8")
    return new Map(
      text.split("\n").filter((line) => line.startsWith("emend_")).map((line) => {
        const at = line.lastIndexOf(" ")
        return [line.slice(0, at), Number(line.slice(at + 1))] as const
      })
    )
  }

  it("count requests by method, the template of their path, and status, and time them", async () => {
    await ask("/tasks", { method: "POST", json: { id: "t1" } })
    await ask("/tasks/t1")
    await ask("/tasks/t2")
    await ask("/tasks/t3/", { method: "HEAD" })
    await ask("/agents/tasks/b1", { method: "PATCH", json: { priority: 9 } })
    const found = await metrics()
    expect(found.get(`${total}{method="POST",route="/tasks",status="201"}`)).toBe(1)
    expect(found.get(`${total}{method="GET",route="/tasks/:task_id",status="200"}`)).toBe(1)
    expect(found.get(`${total}{method="GET",route="/tasks/:task_id",status="404"}`)).toBe(1)
    expect(found.get(`${total}{method="HEAD",route="/tasks/:task_id",status="404"}`)).toBe(1)
    expect(found.get(`${total}{method="PATCH",route="/agents/tasks/:task_id",status="422"}`)).toBe(1)
    expect(found.get(`${duration}_count{method="GET",route="/tasks/:task_id"}`)).toBe(2)
    expect(found.get(`${duration}_sum{method="GET",route="/tasks/:task_id"}`)).toBeGreaterThan(0)
  })

  it("have no label that a client chooses, however many paths and methods it tries", async () => {
    const before = await metrics()
    for (let n = 0; n < 50; n++) {
      await ask(`/tasks/secret-${n}`)
      await ask(`/secret-${n}?secret=${n}`)
      await ask("/tasks/t1", {
        method: ["PROPFIND", "PURGE", "LOCK"][n % 3]!,
        headers: { "x-request-id": `secret-${n}` }
      })
    }
    const after = await metrics()
    expect(after.get(`${total}{method="GET",route="unmatched",status="404"}`)).toBe(50)
    expect(after.get(`${total}{method="other",route="unmatched",status="405"}`)).toBe(50)
    const series = (found: ReadonlyMap<string, number>) =>
      [...found.keys()].filter((key) => key.startsWith(total)).length
    // The two above, and /metrics itself.
    expect(series(after) - series(before)).toBeLessThanOrEqual(3)
    expect((await ask("/metrics")).text).not.toContain("secret")
  })

  it("tell what is in work, and how much each limit refused", async () => {
    const refused = (found: ReadonlyMap<string, number>) =>
      new Map([...found].filter(([key]) => key.startsWith("emend_http_refused_total")))
    const before = refused(await metrics())
    expect([...before.keys()].sort()).toEqual(
      ["body", "connections", "header", "receive", "requests", "stopping", "time", "unread"].map((limit) =>
        `emend_http_refused_total{limit="${limit}"}`
      )
    )
    await ask("/tasks", { method: "POST", json: { name: "n".repeat(100) } })
    const after = await metrics()
    for (const [key, value] of refused(after)) expect(value - before.get(key)!, key).toBe(/body/.test(key) ? 1 : 0)
    expect(after.get("emend_http_requests_in_flight")).toBe(0)
  })
})

describe("metrics that are off", () => {
  const registry = new Map()
  const { ask } = testServer({ metrics: false }, { extra: Layer.succeed(Metric.MetricRegistry)(registry) })

  it("count nothing, and there is nothing at their path", async () => {
    await ask("/tasks", { method: "POST", json: {} })
    expect(await ask("/metrics")).toMatchObject({ status: 404, body: { code: "route-unknown" } })
    expect(registry.size).toBe(0)
  })
})
