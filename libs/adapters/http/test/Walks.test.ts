/** Lists of any length, as streams and as the services' own verbs give them. */
import { it } from "@effect/vitest"
import { Board, Caller, Task, TaskAgent, TaskAgents, Tasks, Trackers } from "@emend/domain"
import { Walks } from "@emend/http"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { over } from "./Calling.ts"
import { overHttp } from "./Serving.ts"
import * as Stub from "./Stub.ts"

const scope = {
  organization_id: "00000000-0000-4000-8000-000000000001",
  project_id: "00000000-0000-4000-8000-000000000002"
}
const model = "00000000-0000-4000-8000-00000000000a"
const times = (count: number) => Array.from({ length: count }, (_, n) => n)
const all = <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.runCollect(stream)

describe("a stream gives what the list has, whatever fits on a page", () => {
  it.live("of every sort of list", () =>
    Effect.gen(function*() {
      const tasks = yield* Tasks
      const trackers = yield* Trackers
      const board = yield* Board
      const agents = yield* TaskAgents
      yield* Effect.forEach(times(7), (n) =>
        tasks.create({ id: `t${n}`, agent_ids: ["a"], task_metadata: { odd: n % 2 } }))
      yield* Effect.forEach(times(7), (n) =>
        tasks.update("t0", Task.Task.fromBody({ merge_params: { n } })))
      yield* Effect.forEach(times(7), (n) => trackers.append("t0", { agent_id: "a", content: n }))
      yield* board.create({ id: "b", title: "b" })
      yield* Effect.forEach(times(6), (n) => board.createSubtask("b", { id: `b${n}`, title: "b" }))
      const agent = (yield* agents.create(scope, { name: "A", instruction: "0", llm_model_id: model })).state.id
      yield* Effect.forEach(times(6), (n) =>
        agents.update(scope, agent, { _tag: "Edit", draft: TaskAgent.Edit.fromBody({ instruction: `i${n}` }) }))
      const lists: ReadonlyArray<
        readonly [Stream.Stream<unknown, unknown, any>, Effect.Effect<ReadonlyArray<unknown>, unknown>]
      > = [1, 2, 3, 7, 8].flatMap((pageSize) => [
        [Walks.tasks({ pageSize }), tasks.list()],
        [
          Walks.tasks({ pageSize, task_metadata: { odd: 1 }, order_by: "id", order_direction: "asc", agents: true }),
          tasks.list({ task_metadata: { odd: 1 }, order_by: "id", order_direction: "asc", agents: true })
        ],
        [Walks.trackers({ pageSize, task_id: "t1" }), trackers.list({ task_id: "t1" })],
        [Walks.events({ pageSize, task_id: "t0", agent_id: "a" }), trackers.events({ task_id: "t0", agent_id: "a" })],
        [Walks.boardTasks({ pageSize }), board.list()],
        [Walks.relatives("subtasks", "b", { pageSize }), board.subtasks("b")],
        [Walks.relatives("descendants", "b", { pageSize, depth: 1 }), board.descendants("b", { depth: 1 })],
        [Walks.activity("b", { pageSize }), board.activity("b")],
        [Walks.taskAgents(scope, { pageSize }), agents.list(scope)],
        [Walks.agentRevisions(scope, agent, { pageSize }), agents.revisions(scope, agent)],
        [Walks.activations(scope, agent, { pageSize }), agents.activations(scope, agent)],
        [Walks.history(Tasks, "t0", { pageSize }), tasks.history("t0")],
        [Walks.agentHistory(scope, agent, { pageSize }), agents.history(scope, agent)]
      ])
      for (const [stream, list] of lists) {
        const whole = yield* list
        expect(whole.length).toBeGreaterThan(0)
        expect(yield* all(stream)).toEqual(whole)
      }
      expect(yield* Effect.flip(all(Walks.events({ task_id: "none", agent_id: "a" })))).toMatchObject({
        _tag: "RecordMissing"
      })
    }).pipe(
      Effect.provideService(Caller, { tenant: "walks", subject: "tester" }),
      Effect.provide(overHttp(MemoryStore.layer()))
    ))
})

it.live("a list that is longer than a page of the server is whole, and what is left out is left out", () =>
  Effect.gen(function*() {
    const tasks = yield* Tasks
    const ids = times(1_103).map((n) => String(n).padStart(4, "0"))
    yield* Effect.forEach(ids, (id) => tasks.create({ id }), { concurrency: 16 })
    const list = (range: object) =>
      Effect.map(
        tasks.list({ order_by: "id", order_direction: "asc", ...range }),
        (found) => found.map(({ state }) => state.id)
      )
    expect(yield* list({ limit: 2_000 })).toEqual(ids)
    expect(yield* list({ limit: Infinity })).toEqual(ids)
    expect(yield* list({ limit: 1_050 })).toEqual(ids.slice(0, 1_050))
    expect(yield* list({})).toEqual(ids.slice(0, 50))
    for (
      const [skip, limit] of [[1, 1], [7, 3], [1_009, 50], [60, 100], [1_102, 5], [1_103, 5], [5_000, 5], [
        3,
        1_099
      ]] as const
    ) {
      expect([skip, limit, yield* list({ skip, limit })]).toEqual([skip, limit, ids.slice(skip, skip + limit)])
    }
    expect(yield* list({ limit: 0 })).toEqual([])
    const [, , third] = yield* tasks.list({ order_by: "id", order_direction: "asc", limit: 3 })
    expect(yield* list({ cursor: third!.cursor, skip: 2, limit: 2 })).toEqual(ids.slice(5, 7))
    const agents = yield* TaskAgents
    const names = times(103).map((n) => `agent ${n}`)
    yield* Effect.forEach(names, (name) => agents.create(scope, { name, instruction: "i", llm_model_id: model }))
    const listed = yield* agents.list(scope, { skip: 2, limit: 200 })
    expect(listed.map(({ state }) => state.name)).toEqual(names.toReversed().slice(2))
  }).pipe(
    Effect.provideService(Caller, { tenant: "lists", subject: "tester" }),
    Effect.provide(overHttp(MemoryStore.layer()))
  ))

it.live("a page that the server cut short is no end", () =>
  Effect.gen(function*() {
    const page = (ids: ReadonlyArray<string>, more: boolean) => {
      const { state: { params: _, ...state }, version } = Stub.task()
      const link: Record<string, string> = more ? { link: "</tasks?cursor=x>; rel=\"next\"" } : {}
      return Stub.json(200, ids.map((id) => ({ version, state: { ...state, id }, cursor: `after ${id}` })), link)
    }
    const { seen, url } = yield* Stub.serve(page(["a", "b"], true), page(["c"], true), page(["d"], false))
    const found = yield* over(url)(Effect.flatMap(Tasks, (tasks) => tasks.list({ limit: 10 })))
    expect(found.map(({ state }) => state.id)).toEqual(["a", "b", "c", "d"])
    expect(seen.map(({ url }) => url)).toEqual([
      "/tasks?limit=10",
      "/tasks?cursor=after+b&limit=8",
      "/tasks?cursor=after+c&limit=7"
    ])
  }))

it.live("a stream whose pages have no size ends too", () =>
  Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* Effect.forEach(times(3), (n) => tasks.create({ id: `t${n}` }))
    for (const pageSize of [0, -1, NaN, 1.5, Infinity]) {
      expect((yield* all(Stream.take(Walks.tasks({ pageSize }), 9))).length).toBe(3)
    }
  }).pipe(
    Effect.provideService(Caller, { tenant: "sizeless", subject: "tester" }),
    Effect.provide(overHttp(MemoryStore.layer()))
  ))

it.live("a stream asks for a page when it is wanted, and not before", () =>
  Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* Effect.forEach(times(9), (n) => tasks.create({ id: `t${n}` }))
    let asked = 0
    const counting = Tasks.of({ ...tasks, list: (query) => Effect.suspend(() => (asked++, tasks.list(query))) })
    const some = yield* all(Stream.take(Walks.tasks({ pageSize: 2 }), 3)).pipe(Effect.provideService(Tasks, counting))
    expect([some.length, asked]).toEqual([3, 2])
  }).pipe(
    Effect.provideService(Caller, { tenant: "lazy", subject: "tester" }),
    Effect.provide(overHttp(MemoryStore.layer()))
  ))
