import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { run } from "./Command.ts"
import * as Random from "./exports/Random.ts"
import { serving } from "./Serving.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-remote-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const stored = (name: string): ReadonlyArray<any> =>
  readFileSync(join(folder, name), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

/** What happens at each page of a server that lists its tasks by the time of their last change, the newest first. */
interface Churn {
  /** How many pages move a record: the last one goes to the front, so that who reads on never meets it. */
  readonly moving?: number
  /** Moves records of all places, at every page for ever. */
  readonly always?: boolean
  /** Makes a task at each walk. */
  readonly growing?: boolean
  /** Gives the first page whatever number is asked for. */
  readonly numberless?: boolean
}

const task = (i: number) => ({
  id: `t${i}`,
  status: "RUNNING",
  params: { i },
  created_at: "2026-11-21T10:00:00Z",
  updated_at: "2026-11-21T10:00:00Z"
})

/** Tasks in pages by number, 50 at most. */
const paged = async (
  count: number,
  { always = false, growing = false, moving = 0, numberless = false }: Churn
): Promise<{ readonly server: Server; readonly address: string }> => {
  let left = moving
  let tasks = Array.from({ length: count }, (_, i) => task(i))
  const random = Random.make(7)
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://here")
    const one = /^\/tasks\/(.+)$/.exec(url.pathname)?.[1]
    const found = one === undefined
      ? url.pathname === "/tasks"
        ? page(Number(url.searchParams.get("page_number") ?? 1), Number(url.searchParams.get("limit")))
        : undefined
      : tasks.find(({ id }) => id === one)
    const authorized = request.headers.authorization === "Bearer s3cret"
    response.writeHead(!authorized ? 401 : found === undefined ? 404 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(found ?? {}))
  })
  const page = (number: number, limit: number) => {
    if (number === 1 && limit > 1 && growing) tasks = [task(tasks.length), ...tasks]
    const size = Math.min(limit, 50)
    const at = numberless ? 0 : (number - 1) * size
    const shown = tasks.slice(at, at + (numberless ? Infinity : size)).map(({ params: _, ...task }) => task)
    if (limit > 1 && (left-- > 0 || always)) {
      const last = always ? random.below(tasks.length) : tasks.length - 1
      tasks = [tasks[last]!, ...tasks.toSpliced(last, 1)]
    }
    return shown
  }
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
const env = { EMEND_TOKEN: "s3cret" }
const numbersOf = (name: string) => stored(name).map(({ state }) => state.params.i).sort((a, b) => a - b)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

test("records that move between the pages of a server are all copied, and it is said how that was made sure", async () => {
  const { address, server } = await paged(260, { moving: 7 })
  const copy = ["copy", "--from", address, "--to", `file:${join(folder, "paged")}`]
  const refused = await run(copy)
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("answers 401 to /tasks") })
  const ended = await run(copy, { env })
  server.close()
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  expect(ended.stdout).toContain("260 records read: 260 added")
  expect(ended.stdout).toMatch(/tasks: 260 by page numbers, (the same in two walks in a row, of|in) [3-9]/)
  expect(numbersOf("paged")).toEqual(upTo(260))
})

test("records that move at every page of every walk are all copied, from all walks together", async () => {
  const { address, server } = await paged(260, { always: true })
  const ended = await run(["copy", "--from", address, "--to", `file:${join(folder, "always")}`], { env })
  server.close()
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  expect(ended.stdout).toMatch(/tasks: 260 by page numbers/)
  expect(numbersOf("always")).toEqual(upTo(260))
})

test("a list that has something new at every walk is not called a copy", async () => {
  const { address, server } = await paged(60, { growing: true })
  const ended = await run(["copy", "--from", address, "--to", `file:${join(folder, "never")}`], { env })
  server.close()
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("had something new at each of 10 walks") })
})

test("a server that knows no page numbers is walked to its end all the same", async () => {
  const { address, server } = await paged(120, { numberless: true })
  const ended = await run(["copy", "--from", address, "--to", `file:${join(folder, "one")}`], { env })
  server.close()
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  expect(numbersOf("one")).toEqual(upTo(120))
})

test("what a server of this project shows is copied: tasks, events, trackers with cursors, the board with its links, agents", async () => {
  await serving("memory", async ({ address, send }) => {
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
    for (let n = 0; n < 130; n++) await send("PUT", "/tasks/t000", { merge_params: { n } })
    await send("PUT", "/tasks/t002", { merge_params: { secret: "s3cret-content" } })
    await send("POST", "/tasks/t002/complete")
    await send("POST", "/tasks/t002/clean")
    const which = ["--organization", organization, "--project", project]
    const ended = await run(["copy", "--from", address, "--to", `file:${join(folder, "own")}`, ...which])
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
    const often = found.find((line) => line.state.id === "t000")
    expect(often).toMatchObject({ version: 131, state: { params: { i: 0, n: 129 } }, snapshots: [{ version: 128 }] })
    expect(often.history.map((revision: any) => revision.patch.params?.n ?? revision.version)[0]).toBe(1)
    expect(often.history.length).toBe(131)
    // The state that a cleaning leaves is kept whole, so that later versions can be read from it.
    const cleaned = found.find((line) => line.state.id === "t002")
    expect(cleaned).toMatchObject({ version: 4, snapshots: [{ version: 4, state: { params: null } }] })
    const edited = found.find((line) => line.kind === "TaskAgent").history.at(-1)
    expect(edited).toMatchObject({ patch: {}, moves: { revision_count: { from: 1, to: 2 } } })
    const revisions = await (await fetch(`${address}/tasks/t000/history?limit=1`)).json() as Array<
      { readonly at: string }
    >
    expect(often.history.at(-1).at).toBe(revisions[0]!.at)
    await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const env = { STORE: Redacted.value(yield* TestDatabase.make()) }
      const go = (...args: ReadonlyArray<string>) => Effect.promise(() => run([...args, ...which], { env }))
      expect(yield* go("copy", "--from", address, "--to", "env:STORE")).toMatchObject({ code: 0, stderr: "" })
      expect(yield* go("verify", "--from", address, "--to", "env:STORE")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("no difference")
      })
      const out = join(folder, "exported")
      expect(yield* go("export", "--from", address, "-o", out)).toMatchObject({ code: 0 })
      expect(readFileSync(out, "utf8")).toBe(readFileSync(join(folder, "own"), "utf8"))
      yield* Effect.promise(() => send("PUT", "/tasks/t003", { merge_params: { later: true } }))
      const differing = yield* go("verify", "--from", address, "--to", "env:STORE")
      expect(differing.code).toBe(3)
      expect(differing.stdout).toContain("different: Task t003 of local version state history")
    })))
  })
})

test("a copy from a server of this project is the same as one from its database, histories of links and agents included", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = Redacted.value(yield* TestDatabase.make())
    yield* Effect.promise(() =>
      serving({ url }, async ({ address, send }) => {
        const [organization, project] = ["7d9f2a10-0000-4000-8000-000000000001", "7d9f2a10-0000-4000-8000-000000000002"]
        for (const id of ["p", "q", "c", "d", "gone"]) await send("POST", "/agents/tasks", { id, title: id })
        await send("POST", "/agents/tasks/p/subtasks", { id: "made", title: "made" })
        const link = (parent: string, child: string) =>
          send("POST", `/agents/tasks/${parent}/subtasks/link`, { child_id: child })
        const unlink = (parent: string, child: string) => send("DELETE", `/agents/tasks/${parent}/subtasks/${child}`)
        for (let n = 0; n < 65; n++) {
          await link("p", "c")
          await unlink("p", "c")
        }
        await link("p", "c")
        await link("q", "c")
        await link("q", "d")
        await unlink("q", "d")
        for (const id of ["kept", "lost"]) {
          await send("POST", "/tasks", { id, params: {} })
          await send("POST", `/tasks/${id}/agents/${id}-reader`, { name: `The reader of ${id}` })
          await send("POST", `/tasks/${id}/events`, { agent_id: `${id}-reader`, content: id })
        }
        const agents = `/api/v1/org/${organization}/project/${project}/task-agent`
        const agent = await send("POST", agents, { name: "A", instruction: "0", llm_model_id: organization })
        for (let n = 1; n <= 3; n++) {
          await send("POST", `${agents}/${agent.id}`, { instruction: String(n), name: `A${n}` })
        }
        const { revisions } = await send("GET", `${agents}/${agent.id}`)
        for (const { id } of revisions) {
          await send("POST", `${agents}/${agent.id}`, { active_revision_id: id })
        }
        const which = ["--organization", organization, "--project", project]
        const store = { env: { STORE: url } }
        const [served, direct] = [join(folder, "served"), join(folder, "direct")]
        const ended = await run(["copy", "--from", address, "--to", `file:${served}`, ...which])
        expect(ended).toMatchObject({ code: 0, stderr: "" })
        expect(ended.stdout).toContain("links: 3 with their histories")
        expect(await run(["export", "--from", "env:STORE", "-o", direct], store)).toMatchObject({ code: 0 })
        expect(readFileSync(served, "utf8")).toBe(readFileSync(direct, "utf8"))
        const links = stored("served").filter(({ kind }) => kind === "BoardLink")
        expect(links.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 1, 2, 131])
        expect(links.find(({ version }) => version === 131).snapshots).toMatchObject([{ version: 128 }])
        expect(stored("served").filter(({ kind }) => kind === "BoardChange").length).toBe(135)
        expect(await run(["verify", "--from", address, "--to", "env:STORE", ...which], store)).toMatchObject({
          code: 0
        })

        // What belongs to what is deleted is left out, and told.
        await link("p", "gone")
        await send("DELETE", "/agents/tasks/gone")
        await send("DELETE", "/tasks/lost")
        const again = await run(["copy", "--from", address, "--to", `file:${join(folder, "without")}`, ...which])
        expect(again).toMatchObject({ code: 0, stderr: "" })
        expect(again.stdout).toContain("2 changes of links left out, of tasks that the server does not show")
        expect(again.stdout).toContain("1 trackers left out, of tasks that the server does not show")
        expect(readFileSync(join(folder, "without"), "utf8")).toBe(
          readFileSync(served, "utf8").trimEnd().split("\n").filter((line) => !/"(lost|lost-reader|gone)"/.test(line))
            .join("\n") + "\n"
        )
      })
    )
  }))))
