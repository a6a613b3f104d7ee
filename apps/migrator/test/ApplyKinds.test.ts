import {
  Board,
  BoardTask,
  Caller,
  RecordArchive,
  RecordStore,
  type Scope,
  Services,
  Task,
  TaskAgent,
  TaskAgents,
  Tasks
} from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import * as Apply from "../src/Apply.ts"
import * as Random from "./exports/Random.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-apply-kinds-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, lines: ReadonlyArray<unknown>): string => {
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
  return join(folder, name)
}

const scope: Scope = {
  organization_id: "7d9f2a10-0000-4000-8000-000000000001",
  project_id: "7d9f2a10-0000-4000-8000-000000000002"
}
const options = {
  tenant: "local",
  kind: undefined,
  organization: scope.organization_id,
  project: scope.project_id,
  by: "night",
  dryRun: false,
  run: undefined,
  maxRecordBytes: 1e7,
  rejects: join(folder, "rejects"),
  maxRejects: -1
}
const rejects = (): ReadonlyArray<any> =>
  readFileSync(options.rejects, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

const runtime = () =>
  ManagedRuntime.make(Services.layer.pipe(Layer.provideMerge(MemoryStore.layer())) as Layer.Layer<any>)

/** Any: what the runtime gives is not in the type of this union of services; each value is compared where it is used. */
const view = (store: ReturnType<typeof runtime>, id: string): Promise<any> =>
  store.runPromise(Effect.flatMap(TaskAgents as any, (agents: TaskAgents["Service"]) => agents.get(scope, id)) as any)

const edit = (body: Readonly<Record<string, unknown>>): TaskAgent.Command => ({
  _tag: "Edit",
  draft: TaskAgent.Edit.fromBody(body)
})

/** Tasks and board tasks with given ids, and two agents of three revisions each, told by their ids. */
const given = Effect.gen(function*() {
  const [tasks, board, agents] = [yield* Tasks, yield* Board, yield* TaskAgents]
  for (let i = 0; i < 4; i++) {
    yield* tasks.create({ id: `t${i}`, params: {} })
    yield* board.create({ id: `b${i}`, title: "T", ...(i % 2 === 0 ? {} : { assigned_to_user_id: "ann" }) })
  }
  return yield* Effect.forEach([0, 1], (n) =>
    Effect.gen(function*() {
      const { state: { id } } = yield* agents.create(scope, {
        name: `A${n}`,
        instruction: "0",
        llm_model_id: scope.project_id
      })
      yield* agents.update(scope, id, edit({ instruction: "1" }))
      // Its tools are too few for the mode: it cannot be activated.
      yield* agents.update(scope, id, edit({ instruction: "2", mode: "sequential" }))
      const revisions = yield* agents.revisions(scope, id, { limit: 9 })
      return { id, revisions: revisions.map(({ state }) => state.id).reverse() }
    }))
})
type Agents = Effect.Success<typeof given>

/** All states and histories without times, with the numbers of revisions in place of their ids. */
const states = Effect.gen(function*() {
  const archive = yield* RecordArchive.RecordArchive
  const revisions = yield* archive.read({ kind: "TaskAgentRevision", tenant: "local", limit: 1000 })
  const agents = yield* archive.read({ kind: "TaskAgent", tenant: "local", limit: 1000 })
  const names = new Map([
    ...revisions.map(({ state }) => [state["id"], `revision ${state["number"]}`] as const),
    ...agents.map(({ history, state }) => [state["id"], `agent ${history[0]!.initial!["name"]}`] as const)
  ])
  const times = ["created", "modified", "created_at", "updated_at"]
  const read = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (key, value) => times.includes(key) ? undefined : names.get(value) ?? value)
  const out = []
  for (const kind of ["Task", "BoardTask", "TaskAgent", "TaskAgentRevision"]) {
    out.push(...(yield* archive.read({ kind, tenant: "local", limit: 1000 })).map(({ state }) => read({ kind, state })))
  }
  return out.map((one) => JSON.stringify(one)).sort()
})

/** A line for each way to ask something of a record; many of them are refused in the state that they meet. */
const line = (random: Random.Random): (agents: Agents) => object => {
  const reason = random.once(4) ? { reason: "because" } : {}
  const [task, board, agent] = [`t${random.below(5)}`, `b${random.below(4)}`, random.below(2)]
  const revision = random.below(3)
  switch (random.below(9)) {
    case 0:
      return () => ({ kind: "Task", id: task, move: random.pick(["COMPLETED", "INTERRUPTED", "RUNNING"]), ...reason })
    case 1:
      return () => ({ kind: "Task", id: task, update: { merge_params: { n: 1 } }, ...reason })
    case 2: {
      const move = random.pick(["assigned", "running", "review", "done", "backlog"])
      return () => ({ kind: "BoardTask", id: board, move, ...reason })
    }
    case 3:
      return () => ({ kind: "BoardTask", id: board, assign: { user_id: "bob" } })
    case 4:
      return () => ({ kind: "BoardTask", id: board, claim: { instance_id: "worker" } })
    case 5:
      return (agents) => ({
        kind: "TaskAgent",
        id: agents[agent]!.id,
        update: { active_revision_id: agents[agent]!.revisions[revision] }
      })
    case 6: {
      const name = `N${random.below(5)}`
      return (agents) => ({ kind: "TaskAgent", id: agents[agent]!.id, update: { name } })
    }
    case 7: {
      const update = { instruction: String(random.below(5)), max_turns: random.once(2) ? null : 1 + random.below(3) }
      const annotation = random.once(2) ? {} : { annotation: "why" }
      const isBased = random.once(2)
      return (agents) => ({
        kind: "TaskAgent",
        id: agents[agent]!.id,
        update,
        ...annotation,
        ...(isBased && { base: agents[agent]!.revisions[revision] })
      })
    }
    default:
      return (agents) =>
        random.once(12)
          ? { kind: "TaskAgent", id: agents[agent]!.id, delete: true }
          : { kind: "BoardTask", id: board, update: { priority: 1 }, ...reason }
  }
}

/** What the services do with one line. */
const alone = (line: any) =>
  Effect.gen(function*(): Effect.fn.Return<unknown, unknown, any> {
    const [tasks, board, agents] = [yield* Tasks, yield* Board, yield* TaskAgents]
    const { annotation, base, id, kind, update } = line
    const conditions = line.reason === undefined ? {} : { reason: line.reason }
    if (kind === "Task") {
      if (line.move !== undefined) return yield* tasks.move(id, line.move, conditions)
      return yield* tasks.update(id, Task.Task.fromBody(update), conditions)
    }
    if (kind === "BoardTask") {
      if (line.move !== undefined) return yield* board.transition(id, line.move, conditions)
      if (line.assign !== undefined) return yield* board.assign(id, { field: "assigned_to_user_id", id: "bob" })
      if (line.claim !== undefined) return yield* board.claim(id, { field: "assigned_to_instance_id", id: "worker" })
      return yield* board.update(id, BoardTask.BoardTask.fromBody(update), conditions)
    }
    if (line.delete === true) return yield* agents.remove(scope, id)
    const command = Result.getOrThrow(TaskAgent.command(update))
    return yield* agents.update(scope, id, command, { ...(base && { base }), ...(annotation && { annotation }) })
  })

test("moves, assignments, claims, edits of agents and activations in bulk leave what they leave one by one, and refuse the same", async () => {
  let [refusedInAll, movedInAll] = [0, 0]
  for (let seed = 1; seed <= 40; seed++) {
    const random = Random.make(seed)
    const [together, apart] = [runtime(), runtime()]
    const [mine, theirs] = [await together.runPromise(given), await apart.runPromise(given)]
    const lines = Array.from({ length: 60 }, () => line(random)(mine))
    const same = lines.map((one: any) => {
      const swap = (id: string) => {
        const agent = mine.findIndex((agent) => agent.id === id)
        if (agent >= 0) return theirs[agent]!.id
        const at = mine.map(({ revisions }) => revisions.indexOf(id))
        const owner = at.findIndex((i) => i >= 0)
        return owner < 0 ? id : theirs[owner]!.revisions[at[owner]!]!
      }
      return JSON.parse(JSON.stringify(one), (_, value) => typeof value === "string" ? swap(value) : value)
    })
    const ended = await together.runPromise(Apply.toStore([file("updates", lines)], options))
    let refused = 0
    for (const one of same) {
      // The verbs of different kinds give different types, of which only whether they failed counts here.
      const result = await apart.runPromise(
        Effect.provideService(Effect.result(alone(one)), Caller, { tenant: "local", subject: "night" }) as any
      ) as any
      if (result._tag === "Failure") refused++
    }
    refusedInAll += refused
    movedInAll += lines.length - refused
    expect(ended.data["rejected"], `seed ${seed}`).toBe(refused)
    expect(await together.runPromise(states), `seed ${seed}`).toEqual(await apart.runPromise(states))
    await Promise.all([together.dispose(), apart.dispose()])
  }
  // Neither side of the comparison is empty.
  expect(refusedInAll).toBeGreaterThan(300)
  expect(movedInAll).toBeGreaterThan(300)
})

test("each edit of an agent makes a revision from its base; what changes the root alone is one write", async () => {
  const store = runtime()
  const [{ id, revisions }] = await store.runPromise(given) as [Agents[number]]
  const updates = file("agent", [
    { kind: "TaskAgent", id, update: { name: "B" } },
    { kind: "TaskAgent", id, update: { task_agent_run_visibility: "all_viewers" } },
    { kind: "TaskAgent", id, update: { instruction: "from the first" }, base: revisions[0], annotation: "back" },
    { kind: "TaskAgent", id, update: { max_turns: 7 } },
    { kind: "TaskAgent", id, update: { active_revision_id: revisions[1] }, reason: "proven" }
  ])
  const rehearsed = await store.runPromise(Apply.toStore([updates], { ...options, dryRun: true }))
  expect(rehearsed.data).toMatchObject({ applied: 5, writes: 4, changed: 4, rejected: 0 })
  expect((await view(store, id)).version).toBe(3)
  const done = await store.runPromise(Apply.toStore([updates], options))
  expect(done).toMatchObject({ code: 0, data: { applied: 5, writes: 4, rejected: 0 } })
  const found = await view(store, id)
  expect(found).toMatchObject({ version: 7, state: { name: "B", task_agent_run_visibility: "all_viewers" } })
  expect(found.revisions.map(({ annotation, number }: any) => [number, annotation])).toEqual([
    [5, null],
    [4, "back"],
    [3, null],
    [2, null],
    [1, null]
  ])
  expect(found.revisions[1].parent_revision_id).toBe(revisions[0])
  expect(found.revisions[0].parent_revision_id).toBe(found.revisions[1].id)
  expect(found.active_revision).toMatchObject({ id: revisions[1], number: 2 })
  // Once more nothing is done, and no revision made.
  const again = await store.runPromise(Apply.toStore([updates], options))
  expect(again.data).toMatchObject({ applied: 0, repeated: 5, rejected: 0 })
  expect((await view(store, id)).state.revision_count).toBe(5)
  await store.dispose()
})

test("an agent is reached from where it lives only, whatever stands before", async () => {
  const store = runtime()
  const [{ id }] = await store.runPromise(given) as [Agents[number]]
  const elsewhere = [{ organization: scope.project_id }, { project: scope.organization_id }]
  const updates = file("scopes", [
    { kind: "TaskAgent", id, update: { name: "here" } },
    ...elsewhere.map((where) => ({ kind: "TaskAgent", id, update: { name: "elsewhere" }, ...where })),
    { kind: "TaskAgent", id, update: { name: "here again" } }
  ])
  const ended = await store.runPromise(Apply.toStore([updates], options))
  expect(ended.data).toMatchObject({ applied: 2, rejected: 2 })
  expect(rejects().map(({ line }) => line)).toEqual([2, 3])
  expect(await view(store, id)).toMatchObject({ state: { name: "here again" } })
  await store.dispose()
})

test("what a line cannot ask is refused with its reason, and so is what the record does not allow", async () => {
  const store = runtime()
  const [{ id, revisions }, other] = await store.runPromise(given) as [Agents[number], Agents[number]]
  const nowhere = { organization: scope.project_id }
  const updates = file("wrong", [
    { kind: "Task", id: "t0", move: "DONE" },
    { kind: "Task", id: "t0", update: {}, move: "COMPLETED" },
    { kind: "Task", id: "t0", claim: { user_id: "ann" } },
    { kind: "AgentTaskTracker", id: "x", delete: true },
    { kind: "BoardTask", id: "b0", assign: { user_id: "ann", type_id: "writer" } },
    { kind: "BoardTask", id: "b0", move: "done" },
    { kind: "BoardTask", id: "b0", move: "assigned" },
    { kind: "TaskAgent", id, update: { active_revision_id: revisions[0], name: "B" } },
    { kind: "TaskAgent", id, update: { active_revision_id: revisions[0] }, annotation: "why" },
    { kind: "TaskAgent", id, update: { active_revision_id: other.revisions[0] } },
    { kind: "TaskAgent", id, update: { active_revision_id: revisions[2] } },
    { kind: "TaskAgent", id, update: { name: "B" }, ...nowhere },
    { kind: "TaskAgent", id, update: { instruction: "x" }, base: other.revisions[0] },
    { kind: "TaskAgent", id, update: { name: "B" }, version: 1 }
  ])
  const ended = await store.runPromise(Apply.toStore([updates], options))
  expect(ended.data).toMatchObject({ applied: 0, rejected: 14 })
  expect(rejects().toSorted((a, b) => a.line - b.line).map(({ reason }) => reason)).toEqual([
    expect.stringContaining("/move: Expected one of RUNNING"),
    "Expected one of update, move, delete",
    "Expected one of update, move, delete",
    "/update: Missing key",
    "Expected the id of exactly one of instance_id, user_id, type_id",
    "The status cannot move from backlog to done: there is no move from backlog to done; it may move to no status",
    expect.stringContaining("must be set"),
    "/update/name: Nothing else may be changed where a revision is activated",
    "A base and an annotation belong to an edit",
    "active_revision_id names no revision of the agent",
    expect.stringContaining("Sequential mode needs at least two task tools"),
    "There is no such record, or it is deleted",
    "base: the base of an edit must be a revision of the agent",
    "The record has version 3"
  ])
  await store.dispose()
})

test("what was refused is refused again, though it would be allowed after what came behind it", async () => {
  const store = runtime()
  const [{ id }] = await store.runPromise(given) as [Agents[number]]
  const updates = file("early", [
    { kind: "Task", id: "t0", update: { merge_params: { early: true } }, version: 2 },
    { kind: "Task", id: "t0", update: { merge_params: { n: 1 } } },
    { kind: "BoardTask", id: "b0", move: "assigned" },
    { kind: "BoardTask", id: "b0", update: { assigned_to_user_id: "ann" } },
    { kind: "TaskAgent", id, update: { name: "early" }, version: 4 },
    { kind: "TaskAgent", id, update: { name: "B" } }
  ])
  const first = await store.runPromise(Apply.toStore([updates], options))
  expect(first.data).toMatchObject({ applied: 3, rejected: 3 })
  const before = await store.runPromise(states)
  const again = await store.runPromise(Apply.toStore([updates], options))
  expect(again.data).toMatchObject({ applied: 0, repeated: 3, rejected: 3 })
  expect(await store.runPromise(states)).toEqual(before)
  await store.dispose()
})

test("a run that is refused as a whole is tried one by one before what comes behind it", async () => {
  const store = runtime()
  await store.runPromise(given)
  const big = "x".repeat(600_000)
  const updates = file("behind", [
    { kind: "Task", id: "t0", update: { merge_params: { a: big } } },
    { kind: "Task", id: "t0", update: { merge_params: { b: big, last: "first" } } },
    { kind: "Task", id: "t0", update: { merge_params: { a: "small" } }, reason: "then" }
  ])
  const ended = await store.runPromise(Apply.toStore([updates], options))
  expect(ended.data).toMatchObject({ applied: 2, rejected: 1 })
  const [found] = await store.runPromise(
    Effect.flatMap(RecordStore.RecordStore, (port) => port.get([{ kind: "Task", tenant: "local", id: "t0" }]))
  )
  expect(found!.state["params"]).toEqual({ a: "small" })
  await store.dispose()
})
