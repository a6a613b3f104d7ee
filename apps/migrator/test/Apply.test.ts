import {
  AgentTaskTracker,
  Board,
  BoardTask,
  RecordArchive,
  RecordStore,
  Services,
  Task,
  Tasks,
  Trackers
} from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as TestDatabase from "@emend/postgres/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import * as Apply from "../src/Apply.ts"
import { run } from "./Command.ts"
import * as Random from "./exports/Random.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-apply-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, lines: ReadonlyArray<unknown>): string => {
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
  return join(folder, name)
}

const options = {
  tenant: "local",
  kind: undefined,
  organization: undefined,
  project: undefined,
  by: "night",
  dryRun: false,
  run: undefined,
  maxRecordBytes: 1e7,
  rejects: join(folder, "rejects"),
  maxRejects: -1
}

const layer = (): Layer.Layer<any> => Services.layer.pipe(Layer.provideMerge(MemoryStore.layer())) as Layer.Layer<any>

/** The same records in every store: ids that are given, events with numbers. */
const given = Effect.gen(function*() {
  const [tasks, board, trackers] = [yield* Tasks, yield* Board, yield* Trackers]
  for (let i = 0; i < 5; i++) {
    yield* tasks.create({ id: `t${i}`, ...(i === 0 ? {} : { params: { a: i } }) })
    yield* board.create({ id: `b${i}`, title: "T" })
  }
  const tracker = yield* trackers.assign({ task_id: "t0", agent_id: "agent" })
  const events = yield* Effect.forEach([1, 2, 3], (n) => trackers.append("t0", { agent_id: "agent", content: n }))
  return { tracker: tracker.state.id, events: events.map((event) => event.id) }
})

const states = Effect.gen(function*() {
  const archive = yield* RecordArchive.RecordArchive
  const out: Array<unknown> = []
  for (const kind of ["Task", "BoardTask", "AgentTaskTracker"]) {
    for (const { state } of yield* archive.read({ kind, tenant: "local", limit: 1000 })) {
      const { created_at: _, id, last_processed_event_id: cursor, updated_at: __, ...rest } = state
      out.push({ kind, id: kind === "AgentTaskTracker" ? "" : id, sequence: cursor?.sequence, ...rest })
    }
  }
  return out
})

const runtime = () => ManagedRuntime.make(layer())

/** A store of which a later commit may be done before an earlier one, where nobody waits for that. */
const hasty = (random: Random.Random) => {
  const store = Layer.effectContext(
    Effect.map(Layer.build(MemoryStore.layer()), (context: Context.Context<any>) => {
      const held: typeof RecordStore.RecordStore.Service = Context.get(context, RecordStore.RecordStore)
      const commit: typeof held.commit = (commits) =>
        Effect.andThen(Effect.repeat(Effect.yieldNow, { times: random.below(20) }), held.commit(commits))
      return Context.add(context, RecordStore.RecordStore, { ...held, commit })
    })
  )
  return ManagedRuntime.make(Services.layer.pipe(Layer.provideMerge(store)) as Layer.Layer<any>)
}

test("updates that are composed leave what they leave one by one, and refuse the same", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = Random.make(seed)
    const [together, alone] = [hasty(random), runtime()]
    const [mine, theirs] = [await together.runPromise(given), await alone.runPromise(given)]
    const lines = Array.from({ length: 60 }, () => {
      const reason = random.once(3) ? { reason: "because" } : {}
      switch (random.below(4)) {
        case 0:
          return {
            kind: "BoardTask",
            id: `b${random.below(6)}`,
            update: random.pick([{ priority: 1 + random.below(5) }, { title: random.text() }, { description: null }]),
            ...reason
          }
        case 1:
          return {
            kind: "AgentTaskTracker",
            id: "tracker",
            update: random.pick([{ last_processed_event_id: random.below(4) }, { status: random.text() }, {
              status: null
            }]),
            ...reason
          }
        default:
          return {
            kind: "Task",
            id: `t${random.below(6)}`,
            update: random.pick([
              { merge_params: random.object() },
              { task_metadata: random.object() },
              { bogus: 1 },
              {}
            ]),
            ...reason
          }
      }
    })
    const said = ({ events, tracker }: typeof mine) =>
      lines.map((line: any) =>
        line.kind !== "AgentTaskTracker" ? line : {
          ...line,
          id: tracker,
          update: line.update.last_processed_event_id === undefined
            ? line.update
            : { last_processed_event_id: events[line.update.last_processed_event_id] ?? "none" }
        }
      )
    // All at once, a few, or each alone.
    const windowLength = [1e6, 600, 1][seed % 3]!
    const ended = await together.runPromise(
      Apply.toStore([file("updates", said(mine))], { ...options, windowLength })
    )
    let refused = 0
    for (const { id, kind, reason, update } of said(theirs)) {
      const conditions = reason === undefined ? {} : { reason }
      const use: Effect.Effect<unknown, unknown, any> = Effect.suspend(() => {
        const { entity, service } = kind === "Task"
          ? { entity: Task.Task, service: Tasks }
          : kind === "BoardTask"
          ? { entity: BoardTask.BoardTask, service: Board }
          : { entity: AgentTaskTracker.AgentTaskTracker, service: Trackers }
        if ("bogus" in update || update.priority > 4 || update.title === "") return Effect.fail("invalid")
        return Effect.flatMap(service as any, (verbs: any) => verbs.update(id, entity.fromBody(update), conditions))
      })
      const result = await alone.runPromise(Effect.result(use as any)) as any
      if (result._tag === "Failure") refused++
    }
    expect(ended.data["rejected"], `seed ${seed}`).toBe(refused)
    expect(await together.runPromise(states), `seed ${seed}`).toEqual(await alone.runPromise(states))
    if (windowLength > 1) expect(ended.data["writes"]).toBeLessThan(lines.length - refused)
    await Promise.all([together.dispose(), alone.dispose()])
  }
})

test("the same file once more changes nothing, also where it undoes itself on the way; under another name it is done", async () => {
  const store = runtime()
  await store.runPromise(given)
  const big = "x".repeat(600_000)
  const updates = file("twice", [
    { kind: "Task", id: "t1", update: { merge_params: { big } } },
    { kind: "Task", id: "t1", update: { merge_params: { more: big } } },
    { kind: "Task", id: "t1", update: { merge_params: { a: "last" } } },
    { kind: "Task", id: "t2", update: { merge_params: { a: 1 } }, reason: "first" },
    { kind: "Task", id: "t2", update: { merge_params: { a: 2 } }, reason: "then" }
  ])
  const first = await store.runPromise(Apply.toStore([updates], options))
  // Together they would be too large: the two that fit are taken, as they would be one by one.
  expect(first).toMatchObject({ code: 3, data: { read: 5, applied: 4, rejected: 1 } })
  const version = (id: string) =>
    Effect.map(
      Effect.flatMap(RecordStore.RecordStore, (port) => port.get([{ kind: "Task", tenant: "local", id }])),
      ([found]) => found!.version
    )
  const before = await store.runPromise(version("t2"))
  const again = await store.runPromise(Apply.toStore([updates], options))
  expect(again.data).toMatchObject({ applied: 0, repeated: 4, rejected: 1 })
  expect(await store.runPromise(version("t2"))).toBe(before)
  await store.runPromise(Apply.toStore([updates], { ...options, run: "another" }))
  expect(await store.runPromise(version("t2"))).toBe(before + 2)
  await store.dispose()
})

test("in whatever pieces the same updates come, they are the same writes, done once", async () => {
  const store = runtime()
  await store.runPromise(given)
  const updates = Array.from({ length: 2_000 }, (_, i) => ({
    kind: "Task",
    id: `t${i % 5}`,
    update: { merge_params: { [`k${i % 7}`]: i } }
  }))
  const whole = file("whole", updates)
  const more = { ...options, run: "pieces", windowLength: 20_000 }
  expect(await store.runPromise(Apply.toStore([whole], more))).toMatchObject({ data: { applied: 2_000 } })
  const pipe = join(folder, "pipe")
  execFileSync("mkfifo", [pipe])
  const again = store.runPromise(Apply.toStore([pipe], more))
  const writing = await open(pipe, "w")
  const bytes = readFileSync(whole)
  for (let from = 0; from < bytes.length; from += 9_001) await writing.write(bytes.subarray(from, from + 9_001))
  await writing.close()
  expect(await again).toMatchObject({ data: { applied: 0, repeated: 2_000 } })
  await store.dispose()
})

test("the same file with flags that would compose it otherwise is refused, and nothing is done twice", async () => {
  const store = runtime()
  await store.runPromise(given)
  const updates = file("kinds", [
    { kind: "Task", id: "t1", update: { merge_params: { a: 10 } } },
    { id: "t1", update: { merge_params: { a: 20 } } },
    { kind: "Task", id: "t1", update: { merge_params: { b: 30 } } }
  ])
  const found = Effect.map(
    Effect.flatMap(RecordStore.RecordStore, (port) => port.get([{ kind: "Task", tenant: "local", id: "t1" }])),
    ([record]) => record!
  )
  const apply = (more: object) => store.runPromise(Effect.result(Apply.toStore([updates], { ...options, ...more })))
  expect(await apply({})).toMatchObject({ success: { data: { applied: 2, rejected: 1 } } })
  const before = await store.runPromise(found)
  for (const more of [{ kind: "Task" }, { maxRecordBytes: 50 }]) {
    expect(await apply(more)).toMatchObject({
      failure: { _tag: "InputFailed", message: expect.stringContaining("was applied with other flags (no --kind") }
    })
    expect(await store.runPromise(found)).toEqual(before)
  }
  // A rehearsal leaves nothing to be known by, and another name is another run.
  expect(await apply({ kind: "Task", dryRun: true })).toMatchObject({ success: { data: { rejected: 0 } } })
  expect(await apply({})).toMatchObject({ success: { data: { applied: 0, repeated: 2 } } })
  expect(await apply({ kind: "Task", run: "whole" })).toMatchObject({ success: { data: { applied: 3 } } })
  await store.dispose()
})

test("a demand on the version and a record that is not there are told with their lines; a rehearsal writes nothing", async () => {
  const store = runtime()
  await store.runPromise(given)
  const updates = file("demands", [
    { kind: "Task", id: "t1", update: { merge_params: { a: 5 } }, version: 1 },
    { kind: "Task", id: "t1", update: { merge_params: { a: 6 } }, version: 1 },
    { kind: "Task", id: "nobody", update: {} },
    { kind: "TaskAgent", id: "t1", update: { name: "other" } },
    { kind: "Task", id: "t1", update: [] },
    { kind: "Task", id: "t1", update: { params: {} } }
  ])
  const rehearsed = await store.runPromise(Apply.toStore([updates], { ...options, dryRun: true }))
  expect(rehearsed.data).toMatchObject({ changed: 2, rejected: 4 })
  const done = await store.runPromise(Apply.toStore([updates], options))
  expect(done.data).toMatchObject({ changed: 1, rejected: 5 })
  const rejects = readFileSync(options.rejects!, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))
  expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
    [
      4,
      "Where the agent lives is missing: organization and project are UUIDs; --organization and --project say them for all"
    ],
    [5, "/update: Expected a JSON object"],
    [6, "/params: Expected no excess property"],
    [2, "The record has version 2"],
    [3, "There is no such record, or it is deleted"]
  ])
  await store.dispose()
})

test(
  "killed and run again, every update is applied once",
  { timeout: 180_000 },
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const env = { STORE: Redacted.value(yield* TestDatabase.make()) }
      const go = (args: ReadonlyArray<string>, more = {}) =>
        Effect.promise(() => run([...args, "--json"], { env, ...more }))
      const tasks = file(
        "tasks",
        Array.from({ length: 500 }, (_, i) => ({ id: `t${i}`, params: {}, created_at: "2026-11-21T10:00:00Z" }))
      )
      yield* go(["import", tasks, "--to", "env:STORE"])
      // Reasons that alternate keep neighbours apart: each update is a write, and there are many moments in between.
      const updates = file(
        "many",
        Array.from(
          { length: 6000 },
          (_, i) => ({
            kind: "Task",
            id: `t${i % 500}`,
            reason: `r${Math.floor(i / 500) % 2}`,
            update: { merge_params: { n: i } }
          })
        )
      )
      const begun = performance.now()
      yield* go(["apply", updates, "--to", "env:STORE", "--run", "timed", "--dry-run"], { killAfter: 1 })
      const killAfter = Math.max(1500, (performance.now() - begun) * 2)
      yield* go(["apply", updates, "--to", "env:STORE"], { killAfter })
      const ended = yield* go(["apply", updates, "--to", "env:STORE"])
      const { applied, repeated } = JSON.parse(ended.stdout)
      expect(applied + repeated).toBe(6000)
      const out = join(folder, "out")
      yield* go(["export", "--from", "env:STORE", "-o", out])
      for (const line of readFileSync(out, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))) {
        const number = Number(line.state.id.slice(1))
        expect(line.version).toBe(13)
        expect(line.state.params).toEqual({ n: 5500 + number })
      }
    })))
)
