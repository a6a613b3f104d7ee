/** A history of any size is read in pages of a bounded size, and no entry is lost or told twice. */
import { describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"

const { ask } = testServer()

/** Follows the links from page to page. */
const pages = async (path: string) => {
  const found: Array<{ readonly bytes: number; readonly entries: ReadonlyArray<any> }> = []
  for (let next: string | undefined = path; next !== undefined;) {
    const { body, headers, status, text } = await ask(next)
    expect(status).toBe(200)
    found.push({ bytes: Buffer.byteLength(text), entries: body })
    next = /^<([^>]+)>; rel="next"$/.exec((headers.link as string | undefined) ?? "")?.[1]
  }
  return found
}

const countdown = (from: number) => Array.from({ length: from }, (_, i) => from - i)

describe("a history", () => {
  it("of large changes is cut by bytes, and the links lead through all of it", async () => {
    await ask("/tasks", { method: "POST", json: { id: "large" } })
    for (let n = 1; n <= 9; n++) {
      const json = { task_metadata: { n, a: "✓".repeat(300_000) } }
      expect((await ask("/tasks/large", { method: "PUT", json })).status).toBe(200)
    }
    const found = await pages("/tasks/large/history?limit=100")
    expect(found.flatMap(({ entries }) => entries.map(({ version }) => version))).toEqual(countdown(10))
    expect(found.length).toBeGreaterThan(2)
    for (const { bytes, entries } of found) {
      expect(entries.length).toBeGreaterThan(0)
      if (entries.length > 1) expect(bytes).toBeLessThan(4.1 * 1_048_576)
    }
  })

  it("of small changes has 50 on a page unless the request says otherwise", async () => {
    await ask("/tasks", { method: "POST", json: { id: "small" } })
    for (let n = 1; n < 60; n++) await ask("/tasks/small", { method: "PUT", json: { merge_params: { n } } })
    expect((await pages("/tasks/small/history")).map(({ entries }) => entries.length)).toEqual([50, 10])
    const found = await pages("/tasks/small/history?limit=25")
    expect(found.map(({ entries }) => entries.length)).toEqual([25, 25, 10])
    expect(found.flatMap(({ entries }) => entries.map(({ version }) => version))).toEqual(countdown(60))
  })
})

describe("the events of a task", () => {
  it("of any size are read in pages too, in order", async () => {
    await ask("/tasks", { method: "POST", json: { id: "events", agent_ids: ["a/b"] } })
    for (let n = 1; n <= 9; n++) {
      const json = { agent_id: "a/b", content: "x".repeat(1_000_000) }
      expect((await ask("/tasks/events/events", { method: "POST", json })).status).toBe(201)
    }
    const found = await pages("/events?task_id=events&agent_id=a%2Fb&limit=1000")
    expect(found.flatMap(({ entries }) => entries.map(({ sequence_id }) => sequence_id))).toEqual(
      countdown(9).toReversed()
    )
    expect(found.map(({ entries }) => entries.length)).toEqual([4, 4, 1])
  })
})
