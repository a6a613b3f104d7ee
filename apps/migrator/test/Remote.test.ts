import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { run } from "./Command.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-remote-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const stored = (name: string): ReadonlyArray<any> =>
  readFileSync(join(folder, name), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

/** Tasks in pages by number, the last changed first, 50 at most; while `moving` is above 0, each page moves a record. */
const paged = async (
  count: number,
  moving: number,
  hiding = false
): Promise<{ readonly server: Server; readonly address: string }> => {
  let [left, walk] = [moving, 0]
  let tasks = Array.from({ length: count }, (_, i) => ({
    id: `t${i}`,
    status: "RUNNING",
    params: { i },
    created_at: "2026-11-21T10:00:00Z",
    updated_at: "2026-11-21T10:00:00Z"
  }))
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://here")
    const one = /^\/tasks\/(.+)$/.exec(url.pathname)?.[1]
    const found = one === undefined
      ? url.pathname === "/tasks" ? page(Number(url.searchParams.get("page_number") ?? 1)) : undefined
      : tasks.find(({ id }) => id === one)
    const authorized = request.headers.authorization === "Bearer s3cret"
    response.writeHead(!authorized ? 401 : found === undefined ? 404 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(found ?? {}))
  })
  const page = (number: number) => {
    if (number === 1) walk++
    const shown = tasks.filter((_, i) => !hiding || i !== walk).slice((number - 1) * 50, number * 50).map((
      { params: _, ...task }
    ) => task)
    if (left > 0) {
      left--
      // The last one goes to the front: who reads on never meets it, and meets another one twice.
      tasks = [tasks.at(-1)!, ...tasks.slice(0, -1)]
    }
    return shown
  }
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test("records that move between the pages of a server are all copied, and it is said how that was made sure", async () => {
  const { address, server } = await paged(260, 7)
  const copy = ["copy", "--from", address, "--to", `file:${join(folder, "paged")}`]
  const refused = await run(copy)
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("answers 401 to /tasks") })
  const ended = await run(copy, { env: { EMEND_TOKEN: "s3cret" } })
  server.close()
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  expect(ended.stdout).toContain("260 records read: 260 added")
  expect(ended.stdout).toMatch(/tasks: 260 by page numbers, the same in two walks in a row, of [3-9]/)
  expect(stored("paged").map(({ state }) => state.params.i).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 260 }, (_, i) => i)
  )
})

test("a list that is another one at every walk is not called a copy", async () => {
  const { address, server } = await paged(60, 0, true)
  const env = { EMEND_TOKEN: "s3cret" }
  const ended = await run(["copy", "--from", address, "--to", `file:${join(folder, "never")}`], { env })
  server.close()
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("was another one at each of 10 walks") })
})

test("what a server of this project shows is copied: tasks, events, trackers with cursors, the board with its links, agents", async () => {
  const main = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url))
  const child = spawn(process.execPath, ["--conditions=@emend/source", main, "--store", "memory"], {
    env: { PATH: process.env["PATH"], PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"]
  })
  try {
    let address = ""
    for await (const line of createInterface(child.stdout)) {
      address = /^listening on (\S+)/.exec(line)?.[1] ?? ""
      break
    }
    const send = async (method: string, path: string, body: unknown = {}) => {
      const headers = { "content-type": "application/json" }
      const answer = await fetch(`${address}${path}`, { method, headers, body: JSON.stringify(body) })
      expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true)
      return await answer.json() as any
    }
    for (let i = 0; i < 120; i++) await send("POST", "/tasks", { id: `t${String(i).padStart(3, "0")}`, params: { i } })
    const tracker = await send("POST", "/tasks/t001/agents/reader")
    const events = [
      await send("POST", "/tasks/t001/events", { agent_id: "reader", content: 1 }),
      await send("POST", "/tasks/t001/events", { agent_id: "reader", content: { n: 2 } })
    ]
    await send("PUT", `/tracker/${tracker.id}`, { last_processed_event_id: events[1].id })
    await send("POST", "/agents/tasks", { id: "p", title: "P" })
    await send("POST", "/agents/tasks/p/subtasks", { id: "c", title: "C" })
    const [organization, project] = ["7d9f2a10-0000-4000-8000-000000000001", "7d9f2a10-0000-4000-8000-000000000002"]
    const agents = `/api/v1/org/${organization}/project/${project}/task-agent`
    const agent = await send("POST", agents, { name: "A", instruction: "Do.", llm_model_id: organization })
    await send("POST", `${agents}/${agent.id}`, { instruction: "Do more." })
    const ended = await run([
      "copy",
      "--from",
      address,
      "--to",
      `file:${join(folder, "own")}`,
      "--organization",
      organization,
      "--project",
      project
    ])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(ended.stdout).toContain("tasks: 120 by cursors, which neither skip nor repeat")
    const found = stored("own")
    const count = (kind: string) => found.filter((line) => line.kind === kind).length
    expect(["Task", "Event", "AgentTaskTracker", "BoardTask", "BoardLink", "TaskAgent", "TaskAgentRevision"].map(count))
      .toEqual([120, 2, 1, 2, 1, 1, 2])
    const state = (kind: string) => found.find((line) => line.kind === kind).state
    expect(state("AgentTaskTracker").last_processed_event_id).toEqual({ sequence: 2, id: events[1].id })
    expect(state("BoardLink")).toMatchObject({ parent_id: "p", child_id: "c", linked: true })
    expect(state("TaskAgent")).toMatchObject({
      id: agent.id,
      revision_count: 2,
      active_revision_id: agent.active_revision.id
    })
  } finally {
    child.kill("SIGKILL")
    await once(child, "close")
  }
})
