import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { run } from "./Command.ts"
import { serving } from "./Serving.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-apply-server-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, lines: ReadonlyArray<unknown>): string => {
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
  return join(folder, name)
}
const [organization, project] = ["7d9f2a10-0000-4000-8000-000000000001", "7d9f2a10-0000-4000-8000-000000000002"]
const where = ["--organization", organization, "--project", project]

test("updates of all kinds are applied to a server, once, and what it refuses is told with its line", () =>
  serving("memory", async ({ address, send }) => {
    await send("POST", "/tasks", { id: "t1", params: { a: 1 } })
    const tracker = await send("POST", "/tasks/t1/agents/reader")
    const event = await send("POST", "/tasks/t1/events", { agent_id: "reader", content: 1 })
    await send("POST", "/agents/tasks", { id: "b1", title: "T" })
    const agents = `/api/v1/org/${organization}/project/${project}/task-agent`
    const agent = await send("POST", agents, { name: "A", instruction: "Do.", llm_model_id: organization })
    const updates = file("updates", [
      { kind: "Task", id: "t1", update: { merge_params: { b: 2 } } },
      { kind: "Task", id: "t1", update: { merge_params: { c: "é" } } },
      { kind: "Task", id: "t1", move: "COMPLETED", status_reason: "All done", reason: "nightly – é" },
      { kind: "AgentTaskTracker", id: tracker.id, update: { last_processed_event_id: event.id } },
      { kind: "BoardTask", id: "b1", move: "running" },
      { kind: "BoardTask", id: "b1", assign: { user_id: "ann" } },
      { kind: "BoardTask", id: "b1", move: "running" },
      { kind: "TaskAgent", id: agent.id, update: { name: "B", instruction: "Do more." } },
      { kind: "TaskAgent", id: agent.id, update: { name: "late" }, version: 1 },
      { kind: "Task", id: "nobody", update: {} }
    ])
    const apply = ["apply", updates, "--to", address, ...where, "--rejects", join(folder, "rejects"), "--json"]
    const rehearsed = await run([...apply, "--dry-run"])
    expect(JSON.parse(rehearsed.stdout)).toMatchObject({ read: 10, writes: 6, rejected: 3 })
    expect((await send("GET", "/tasks/t1")).status).toBe("RUNNING")
    const done = await run(apply)
    expect(done).toMatchObject({ code: 3, stderr: "" })
    expect(JSON.parse(done.stdout)).toMatchObject({ read: 10, applied: 7, writes: 6, repeated: 0, rejected: 3 })
    expect(await send("GET", "/tasks/t1")).toMatchObject({
      params: { a: 1, b: 2, c: "é" },
      status: "COMPLETED",
      status_reason: "All done"
    })
    const history = await send("GET", "/tasks/t1/history")
    expect(history.map(({ reason, version }: any) => [version, reason])).toEqual([[3, "nightly – é"], [2, null], [
      1,
      null
    ]])
    expect(await send("GET", "/agents/tasks/b1")).toMatchObject({ status: "running", assigned_to_user_id: "ann" })
    expect(await send("GET", `${agents}/${agent.id}`)).toMatchObject({ name: "B", revisions: [{ number: 2 }, {}] })
    const rejects = readFileSync(join(folder, "rejects"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))
    expect(rejects.map(({ line, reason }) => [line, reason]).toSorted(([a], [b]) => a - b)).toEqual([
      [5, expect.stringContaining("The status cannot move from backlog to running")],
      [9, "The record has version 2"],
      [10, "There is no such record, or it is deleted"]
    ])
    const again = await run(apply)
    expect(JSON.parse(again.stdout)).toMatchObject({ applied: 0, repeated: 7, rejected: 3 })
    expect((await send("GET", "/tasks/t1/history")).length).toBe(3)
    expect((await send("GET", `${agents}/${agent.id}`)).revisions.length).toBe(2)
  }))

test(
  "killed at any moment and run again, each request to a server is carried out once",
  { timeout: 180_000 },
  () =>
    serving("memory", async ({ address, send }) => {
      for (let i = 0; i < 20; i++) await send("POST", "/tasks", { id: `t${i}`, params: {} })
      // Reasons that alternate keep neighbours apart: each update is a request.
      const updates = file(
        "many",
        Array.from({ length: 400 }, (_, i) => ({
          kind: "Task",
          id: `t${i % 20}`,
          reason: `r${Math.floor(i / 20) % 2}`,
          update: { merge_params: { n: i } }
        }))
      )
      const versions = async () =>
        (await Promise.all(Array.from({ length: 20 }, (_, i) => send("GET", `/tasks/t${i}/history?limit=100`))))
          .map((history) => history.length as number)
      const sum = async () => (await versions()).reduce((sum, length) => sum + length - 1, 0)
      let [kills, sent] = [0, 0]
      while (true) {
        const goal = sent + 90
        const ended = await run(["apply", updates, "--to", address, "--json"], {
          killWhen: async (ended) => {
            for (let now = sent; now < goal && !ended.aborted;) now = await sum()
          }
        })
        sent = await sum()
        if (ended.code === null) {
          kills++
          continue
        }
        expect(ended).toMatchObject({ code: 0, stderr: "" })
        const { applied, rejected, repeated } = JSON.parse(ended.stdout)
        expect([applied + repeated, rejected]).toEqual([400, 0])
        break
      }
      expect(kills).toBeGreaterThan(1)
      expect(await versions()).toEqual(Array.from({ length: 20 }, () => 21))
      const states = await Promise.all(Array.from({ length: 20 }, (_, i) => send("GET", `/tasks/t${i}`)))
      expect(states.map(({ params }) => params.n)).toEqual(Array.from({ length: 20 }, (_, i) => 380 + i))
    })
)

test("a server takes no whole records, knows by itself who asks, and a token that it refuses ends the run", async () => {
  const server = createServer((_, response) => {
    response.writeHead(401, { "content-type": "application/problem+json" })
    response.end(
      JSON.stringify({
        type: "about:blank",
        title: "Unauthorized",
        status: 401,
        code: "unauthenticated",
        detail: "No."
      })
    )
  }).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const updates = file("refused", [{ kind: "Task", id: "t1", update: { merge_params: {} } }])
  try {
    for (const command of [["import", updates], ["copy", "--from", `file:${updates}`]]) {
      const ended = await run([...command, "--to", address])
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("takes no whole records") })
    }
    expect(await run(["apply", updates, "--to", address, "--by", "ann"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--by and --tenant are for stores")
    })
    const secret = { EMEND_TOKEN: "s3cret-token" }
    const ended = await run(["apply", updates, "--to", address], { env: secret })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`${address} answers 401: No.`) })
    expect(ended.stderr + ended.stdout).not.toContain("s3cret")
  } finally {
    server.close()
  }
})
