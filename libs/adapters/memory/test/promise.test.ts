import { Board, BoardTask, Refusals, Services, Task, TaskAgent, TaskAgents, Tasks, Trackers } from "@emend/domain"
import * as Emend from "@emend/domain/promise"
import { MemoryStore } from "@emend/memory"
import { open } from "@emend/memory/promise"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, test } from "vitest"

const retries = (retries: number) => Task.Task.fromBody({ merge_params: { retries } })
const ann = { tenant: "acme", subject: "ann" }

describe("the verbs", () => {
  test("are those of the services, every one of them", async () => {
    await using emend = await open()
    const verbs = await Effect.runPromise(
      Effect.gen(function*() {
        const services = {
          tasks: yield* Tasks,
          trackers: yield* Trackers,
          board: yield* Board,
          taskAgents: yield* TaskAgents
        }
        return Object.entries(services).map(([name, service]) => [name, Object.keys(service)])
      }).pipe(Effect.provide(Services.layer), Effect.provide(MemoryStore.layer()))
    )
    expect(verbs.flatMap(([, names]) => names).length).toBeGreaterThan(40)
    for (const [name, names] of verbs) {
      expect(Object.keys(emend[name as "tasks"])).toEqual(names)
    }
  })

  test("take what they take in the services, and a call beside", () => {
    type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
    const holds = <_ extends true>() => {}
    type Update = Parameters<Emend.Emend["tasks"]["update"]>
    type Conditions = NonNullable<Parameters<Tasks["Service"]["update"]>[2]>
    holds<Equal<Update[2], (Conditions & Emend.Call) | undefined>>()
    holds<Equal<Update["length"], 2 | 3>>()
    type Call = Emend.Call | undefined
    holds<
      Equal<
        Required<Parameters<Emend.Emend["tasks"]["diff"]>>,
        [id: string, from: number, to: number, call: Emend.Call]
      >
    >()
    holds<Equal<Parameters<Emend.Emend["board"]["counts"]>, [call?: Call]>>()
    // No verb has an option of its own that a call would take away.
    type Services = Pick<Emend.Emend, "tasks" | "trackers" | "board" | "taskAgents">
    type Own<Verb> = Verb extends (...given: [...any, infer Last]) => any ? keyof Last
      : Verb extends (...given: [...any, (infer Last)?]) => any ? keyof NonNullable<Last>
      : never
    type Taken = { [N in keyof Services]: { [V in keyof ServiceOf<N>]: Own<ServiceOf<N>[V]> }[keyof ServiceOf<N>] }
    type ServiceOf<N> = N extends "tasks" ? Tasks["Service"]
      : N extends "trackers" ? Trackers["Service"]
      : N extends "board" ? Board["Service"]
      : TaskAgents["Service"]
    holds<Equal<Extract<Taken[keyof Taken], keyof Emend.Call>, never>>()
  })

  test("that are given a function take one that gives a promise, and answer what it answers", async () => {
    await using emend = await open()
    await emend.tasks.create({ id: "a", name: "nightly" })
    const changed = await emend.tasks.named("nightly", (id) => emend.tasks.update(id, retries(2)))
    expect(changed).toMatchObject({ version: 2, state: { params: { retries: 2 } } })
    await expect(emend.tasks.named("other", async (id) => id)).rejects.toBeInstanceOf(Refusals.RecordMissing)
    await expect(emend.tasks.named("nightly", async () => {
      throw new RangeError("mine")
    })).rejects.toThrow(RangeError)
    const keyed = { idempotencyKey: "k" } as object
    await expect(emend.tasks.named("nightly", async (id) => id, keyed)).rejects.toThrow("tasks.named takes no")
  })

  test("reach the other services too", async () => {
    await using emend = await open()
    const task = await emend.board.create({ id: "logs", title: "Check the logs" })
    expect(await emend.board.counts()).toMatchObject({ total: 1, counts: { backlog: 1 } })
    expect((await emend.board.assign(task.state.id, { field: "assigned_to_user_id", id: "ann" })).state.status)
      .toBe("assigned")
    await emend.tasks.create({ id: "t", agent_ids: ["a"] })
    const [tracker] = await emend.trackers.list({ task_id: "t" })
    const event = await emend.trackers.append("t", { agent_id: "a", content: { text: "hello" } })
    const update = { last_processed_event_id: event.id }
    expect((await emend.trackers.update(String(tracker!.state.id), { patch: {}, advance: update })).changed).toBe(true)
    const scope = {
      organization_id: "7d9f2a10-0000-4000-8000-000000000001",
      project_id: "7d9f2a10-0000-4000-8000-000000000002"
    }
    const input = { name: "R", instruction: "Review.", llm_model_id: "7d9f2a10-0000-4000-8000-00000000000a" }
    const agent = await emend.taskAgents.create(scope, Emend.read(TaskAgent.Creation, input))
    expect(agent).toEqual(expect.objectContaining({ version: 1 }))
  })
})

describe("a call", () => {
  test("is on behalf of the caller that is given, or was bound, or else the local one", async () => {
    await using emend = await open()
    const bound = emend.as(ann)
    await bound.tasks.create({ id: "a" }, { reason: "why" })
    expect(await bound.tasks.history("a")).toMatchObject([{ by: "ann", reason: "why" }])
    expect(await emend.tasks.get("a", { caller: ann })).toMatchObject({ version: 1 })
    const bob = { tenant: "acme", subject: "bob" }
    await bound.tasks.update("a", retries(1), { caller: bob })
    expect(await bound.tasks.history("a", { limit: 1 })).toMatchObject([{ by: "bob", version: 2 }])
    await expect(emend.tasks.get("a")).rejects.toMatchObject({ _tag: "RecordMissing", kind: "Task", id: "a" })
    await expect(bound.as({ tenant: "other", subject: "ann" }).tasks.get("a")).rejects.toThrow("kind Task, id a")
  })

  test("has its conditions beside it", async () => {
    await using emend = await open()
    await emend.tasks.create({ id: "a" })
    const rehearsed = await emend.tasks.update("a", retries(1), { dryRun: true, ifMatch: [1] })
    expect([rehearsed.changes, (await emend.tasks.get("a")).version]).toEqual([1, 1])
    const stale = emend.tasks.update("a", retries(1), { ifMatch: [7], caller: { tenant: "local", subject: "x" } })
    await expect(stale).rejects.toBeInstanceOf(Refusals.VersionMismatch)
    await expect(stale).rejects.toMatchObject({ _tag: "VersionMismatch", present: 1, demanded: [7] })
  })

  test("with a key is carried out once, and says when an answer is given again", async () => {
    await using emend = await open()
    await emend.tasks.create({ id: "a", params: { retries: 0 } })
    let repeats = 0
    const options = { idempotencyKey: "k", onRepeat: () => void repeats++ }
    const first = await emend.tasks.update("a", retries(1), options)
    await emend.tasks.update("a", retries(5))
    expect(repeats).toBe(0)
    expect(await emend.tasks.update("a", retries(1), options)).toEqual(first)
    expect([repeats, (await emend.tasks.get("a")).version]).toEqual([1, 3])
    await expect(emend.tasks.update("a", retries(2), options)).rejects.toBeInstanceOf(Refusals.KeyReused)
    // The key of another verb, or of another caller, is another key.
    expect(await emend.tasks.create({ id: "b" }, { idempotencyKey: "k" })).toMatchObject({ version: 1 })
    expect(await emend.as(ann).tasks.create({ id: "b" }, { idempotencyKey: "k" })).toMatchObject({ version: 1 })
  })

  test("that is given up is rejected with the reason of the signal, and one that was given up before does nothing", async () => {
    await using emend = await Emend.open(getting(Effect.never))
    const control = new AbortController()
    const reason = new Error("no longer needed")
    const call = emend.tasks.get("a", { signal: control.signal })
    control.abort(reason)
    await expect(call).rejects.toBe(reason)
    await using other = await open()
    await expect(other.tasks.create({ id: "a" }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError"
    })
    await expect(other.tasks.get("a")).rejects.toMatchObject({ _tag: "RecordMissing" })
  })

  test("whose options have another form is refused by name, and does nothing", async () => {
    await using emend = await open()
    const wrong = (options: object) => emend.tasks.create({ id: "a" }, options)
    await expect(wrong({ caller: { tenant: "acme" } })).rejects.toThrow("The option caller is a tenant and a subject")
    await expect(wrong({ caller: "ann" })).rejects.toThrow(TypeError)
    await expect(wrong({ idempotencyKey: "" })).rejects.toThrow("The option idempotencyKey is")
    await expect(wrong({ signal: "now" })).rejects.toThrow("The option signal is an AbortSignal")
    await expect(wrong({ onRepeat: 1 })).rejects.toThrow("The option onRepeat is a function")
    expect(() => emend.as({ tenant: "", subject: "ann" })).toThrow("The option caller is")
    await expect(emend.tasks.get("a")).rejects.toMatchObject({ _tag: "RecordMissing" })
  })
})

/** Services of which a task is read in this way. */
const getting = (get: ReturnType<Tasks["Service"]["get"]>) =>
  Layer.effect(Tasks, Effect.map(Tasks, (tasks) => Tasks.of({ ...tasks, get: () => get }))).pipe(
    Layer.provideMerge(Services.layer),
    Layer.provide(MemoryStore.layer())
  )

describe("the services", () => {
  test("are closed once their calls are done, and take none afterwards", async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const saved = { version: 1, state: Task.initial({}, "a", "2026-11-21T10:00:00.000000Z") }
    const emend = await Emend.open(getting(Effect.as(Effect.promise(() => promise), saved)))
    const call = emend.tasks.get("a")
    const closed = emend.close()
    await expect(emend.tasks.get("a")).rejects.toThrow("Emend is closed")
    resolve()
    expect(await call).toBe(saved)
    await closed
    await emend.close()
  })

  test("that cannot be opened say why", async () => {
    const reason = new Error("no such server")
    await expect(Emend.openStore(Layer.unwrap(Effect.fail(reason)) as ReturnType<typeof MemoryStore.layer>)).rejects
      .toBe(reason)
  })

  test("follow the settings that they were opened with", async () => {
    const guards = [{ from: "backlog", to: "assigned", needs: ["assigned_to_user_id"] }] as const
    await using emend = await open({
      cursorPolicy: "join",
      workflow: { ...BoardTask.workflow, guards },
      keyLifetimeMillis: 0
    })
    await emend.tasks.create({ id: "t", agent_ids: ["a"] })
    const [first, second] = [
      await emend.trackers.append("t", { agent_id: "a", content: 1 }),
      await emend.trackers.append("t", { agent_id: "a", content: 2 })
    ]
    const [{ state }] = await emend.trackers.list() as unknown as [{ readonly state: { readonly id: string } }]
    const to = (id: string) => emend.trackers.update(state.id, { patch: {}, advance: { last_processed_event_id: id } })
    expect((await to(second.id)).changed).toBe(true)
    expect((await to(first.id)).changed).toBe(false)
    await emend.tasks.create({ id: "again" }, { idempotencyKey: "k" })
    await expect(emend.tasks.create({ id: "again" }, { idempotencyKey: "k" })).rejects.toMatchObject({
      _tag: "AlreadyTaken"
    })
    await emend.board.create({ id: "logs", title: "Logs" })
    const { state: task } = await emend.board.assign("logs", { field: "assigned_to_type_id", id: "reviewer" })
    expect(task.status).toBe("backlog")
  })
})

test("input from outside is read whole, or refused with every place", () => {
  expect(Emend.read(Task.Creation, { id: "a" })).toEqual({ id: "a" })
  const read = () => Emend.read(BoardTask.Creation, { title: 7, colour: "red" })
  expect(read).toThrow(Refusals.InputInvalid)
  let places: unknown
  try {
    read()
  } catch (refusal) {
    places = (refusal as Refusals.InputInvalid).problems.map(({ path }) => path)
  }
  expect(places).toEqual(expect.arrayContaining([["title"], ["colour"]]))
})
