import { describe, expect, it } from "@effect/vitest"
import { Equality, Graph } from "@emend/algebra"
import {
  Caller,
  IdempotencyKey,
  kinds,
  type Records,
  RecordStore,
  Revision,
  Services,
  Task,
  TaskAgent,
  TaskAgents,
  Tasks,
  Trackers
} from "@emend/domain"
import { PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract } from "@emend/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { tenant } from "./Records.ts"

const ids = Array.from({ length: 10 }, (_, n) => `t${n}`)
const writers = 6
const rounds = 120
const taskKind = kinds.find(({ kind }) => kind.name === "Task")!

type Operation = "metadata" | "merge" | Task.Status

interface Acknowledged {
  readonly id: string
  readonly version: number
  /** What the writer alone wrote: a key, a reason. */
  readonly mark: string
  readonly operation: Operation
}

interface Refused {
  readonly id: string
  readonly operation: Operation
  readonly tag: string
}

interface Told {
  readonly acknowledged: Array<Acknowledged>
  readonly refused: Array<Refused>
}

/** Clocks differ, and go back. */
const clock = (seconds: number): Clock.Clock => {
  const millis = 1_795_000_000_000 + seconds * 1_000
  const nanos = BigInt(millis) * 1_000_000n
  return {
    currentTimeMillisUnsafe: () => millis,
    currentTimeMillis: Effect.succeed(millis),
    currentTimeNanosUnsafe: () => nanos,
    currentTimeNanos: Effect.succeed(nanos),
    monotonicTimeNanosUnsafe: () => nanos,
    monotonicTimeNanos: Effect.succeed(nanos),
    sleep: () => Effect.void
  }
}

/** Mostly updates and moves that can be taken back; the ends of a task come late and seldom. */
const operation = Effect.fnUntraced(function*(round: number): Effect.fn.Return<Operation> {
  const n = yield* Random.nextIntBetween(0, 100, { halfOpen: true })
  if (n < 35) return "metadata"
  if (n < 70) return "merge"
  if (round > rounds / 4 && n < 72) return "COMPLETED"
  if (round > rounds * 0.7 && n < 73) return "DELETED"
  return n % 2 === 0 ? "INTERRUPTED" : "RUNNING"
})

const execute = (
  tasks: Tasks["Service"],
  id: string,
  operation: Operation,
  mark: string
): Effect.Effect<Records.Changed<Task.Task>, { readonly _tag: string }> => {
  switch (operation) {
    case "metadata":
      return tasks.update(id, Task.Task.fromBody({ task_metadata: { [mark]: 1 } }), { reason: mark })
    case "merge":
      return tasks.update(id, Task.Task.fromBody({ merge_params: { [mark]: 1 } }), { reason: mark })
    default:
      return tasks.move(id, operation, { status_reason: mark, reason: mark })
  }
}

/** One server's requests: in each round some at once, of any of the tasks. */
const writer = Effect.fnUntraced(function*(name: string, { acknowledged, refused }: Told) {
  const tasks = yield* Tasks
  for (let round = 0; round < rounds; round++) {
    const requests = yield* Effect.forEach(Array.from({ length: 4 }, (_, n) => n), (n) =>
      Effect.gen(function*() {
        const id = yield* Random.choice(ids)
        const seconds = yield* Random.nextIntBetween(-50, 50)
        return { id, mark: `${name} ${round} ${n}`, operation: yield* operation(round), seconds }
      }))
    yield* Effect.forEach(requests, ({ id, mark, operation, seconds }) =>
      Effect.gen(function*() {
        const result = yield* Effect.result(execute(tasks, id, operation, mark)).pipe(
          Effect.provideService(Clock.Clock, clock(seconds))
        )
        if (Result.isFailure(result)) return refused.push({ id, operation, tag: result.failure._tag })
        expect(result.success.changed).toBe(true)
        return acknowledged.push({ id, mark, operation, version: result.success.version })
      }), { concurrency: "unbounded" })
  }
})

/** What was told about one task, its present state and its history must be one story. */
const check = Effect.fnUntraced(function*(id: string, { acknowledged, refused }: Told) {
  const store = yield* RecordStore.RecordStore
  const key = { kind: "Task", tenant, id }
  const { state, version } = (yield* store.get([key]))[0]!
  const revisions = (yield* store.history(key, { limit: 1_000_000 })).toReversed()

  expect(revisions.map((revision) => revision.version)).toEqual(Array.from({ length: version }, (_, n) => n + 1))
  expect(revisions.map(({ at }) => at)).toEqual(revisions.map(({ at }) => at).sort())
  expect(state["updated_at"]).toBe(revisions.at(-1)!.at)
  const replayed = revisions.reduce<Revision.Row | undefined>(
    (before, revision) => Revision.replay(taskKind, before, revision),
    undefined
  )
  if (!Equality.same(replayed, state)) expect(replayed).toEqual(state)

  // Each request was different, so each that was acknowledged is a version of its own, and there are no others.
  const inOrder = acknowledged.toSorted((a, b) => a.version - b.version)
  expect(inOrder.map(({ mark, version }) => [version, mark])).toEqual(
    revisions.slice(1).map(({ reason, version }) => [version, reason])
  )
  const merged = inOrder.filter(({ operation }) => operation === "merge").map(({ mark }) => [mark, 1])
  expect(state["params"] ?? {}).toEqual(Object.fromEntries(merged))
  const replaced = inOrder.findLast(({ operation }) => operation === "metadata")
  expect(state["task_metadata"]).toEqual(replaced === undefined ? null : { [replaced.mark]: 1 })

  let status: Task.Status = "RUNNING"
  for (const [n, { operation }] of inOrder.entries()) {
    const { from, to } = revisions[n + 1]!.moves["status"] ?? { from: status, to: status }
    expect(from).toBe(status)
    if (to !== status) expect(Graph.allowed(Task.lifecycle, status)).toContain(to)
    if (operation !== "metadata" && operation !== "merge") expect(to).toBe(operation)
    expect(status).not.toBe("DELETED")
    status = to as Task.Status
  }
  expect(state["status"]).toBe(status)
  for (const { operation, tag } of refused) {
    if (tag === "TransitionRefused") expect(["INTERRUPTED", "RUNNING", "COMPLETED"]).toContain(operation)
    else expect([tag, status]).toEqual(["RecordMissing", "DELETED"])
  }
})

for (const groupCommit of [true, false]) {
  const how = groupCommit ? "" : ", each commit by itself"
  ServiceContract.suite(
    `several servers on one database${how}`,
    Layer.unwrap(Effect.map(TestDatabase.make(), (url) =>
      ServiceContract.servers(
        3,
        Layer.provide(Services.layer, PostgresStore.layer({ url, maxConnections: 3, migrate: false, groupCommit }))
      ))),
    ServiceContract.races
  )

  ServiceContract.interleaved(`PostgreSQL${how}`, TestDatabase.layer({ groupCommit }))

  describe(`several servers on one database${how}`, () => {
    it.effect("of sets, merges, moves and deletes of the same tasks at once, none that was acknowledged is lost or undone", () =>
      Effect.gen(function*() {
        const url = yield* TestDatabase.make()
        const told: Told = { acknowledged: [], refused: [] }
        const server = Layer.provideMerge(
          Services.layer,
          PostgresStore.layer({ url, maxConnections: 3, migrate: false, groupCommit })
        )
        const on = <A, E>(effect: Effect.Effect<A, E, Tasks | RecordStore.RecordStore>) =>
          Effect.provide(effect, Layer.fresh(server))
        yield* on(Effect.gen(function*() {
          const tasks = yield* Tasks
          yield* Effect.forEach(ids, (id) => tasks.create({ id }).pipe(Effect.provideService(Clock.Clock, clock(0))))
        }))
        yield* Effect.all(Array.from({ length: writers }, (_, n) => on(writer(`w${n}`, told))), {
          concurrency: "unbounded"
        })
        expect(told.acknowledged.length).toBeGreaterThan(2_000)
        const done = new Set(told.acknowledged.map(({ operation }) => operation))
        expect([...done].sort()).toEqual(["COMPLETED", "DELETED", "INTERRUPTED", "RUNNING", "merge", "metadata"])
        yield* on(Effect.forEach(ids, (id) =>
          check(id, {
            acknowledged: told.acknowledged.filter((one) => one.id === id),
            refused: told.refused.filter((one) => one.id === id)
          }), { discard: true }))
      }).pipe(Random.withSeed("servers"), Effect.provideService(Caller, { tenant, subject: "tester" })))

    it.effect("tasks that are created at once for the same new agents, named in any order, are all created", () =>
      Effect.gen(function*() {
        const url = yield* TestDatabase.make()
        const server = Layer.provideMerge(
          Services.layer,
          PostgresStore.layer({ url, maxConnections: 3, migrate: false, groupCommit })
        )
        const orders = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, round) => round),
          (round) =>
            Effect.forEach(
              Array.from({ length: 4 }),
              () => Random.shuffle(Array.from({ length: 8 }, (_, n) => `agent ${round} ${n}`))
            )
        )
        const created = yield* Effect.forEach(Array.from({ length: 4 }, (_, n) => n), (n) =>
          Effect.gen(function*() {
            const tasks = yield* Tasks
            return yield* Effect.forEach(orders, (round) => tasks.create({ agent_ids: round[n]! }))
          }).pipe(Effect.provide(Layer.fresh(server))), { concurrency: "unbounded" })
        expect(created.flat().map(({ version }) => version)).toEqual(Array.from({ length: 80 }, () => 1))
      }).pipe(Random.withSeed("agents")))

    it.effect("of requests with one key at several servers one is carried out, and all get its answer", () =>
      Effect.gen(function*() {
        const url = yield* TestDatabase.make()
        const server = Layer.provideMerge(
          Services.layer,
          PostgresStore.layer({ url, maxConnections: 3, migrate: false, groupCommit })
        )
        const on = <A, E>(effect: Effect.Effect<A, E, Tasks | Trackers | TaskAgents | RecordStore.RecordStore>) =>
          Effect.provide(effect, Layer.fresh(server))
        const scope = { organization_id: uuid(1), project_id: uuid(2) }
        const { agent, task } = yield* on(Effect.gen(function*() {
          const input = { name: "A", instruction: "i", llm_model_id: uuid(3) }
          const task = (yield* (yield* Tasks).create({ agent_ids: ["a"] })).state.id
          return { task, agent: (yield* (yield* TaskAgents).create(scope, input)).state.id }
        }))
        const rounds = Array.from({ length: 15 }, (_, n) => `k${n}`)
        const answers = yield* Effect.forEach(Array.from({ length: 4 }), () =>
          on(Effect.gen(function*() {
            const tasks = yield* Tasks
            const trackers = yield* Trackers
            const agents = yield* TaskAgents
            return yield* Effect.forEach(rounds, (key) => {
              const draft = TaskAgent.Edit.fromBody({ instruction: key })
              const requests: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
                tasks.create({ name: key, agent_ids: ["a", key] }),
                tasks.update(task, Task.Task.fromBody({ merge_params: { [key]: 1 } })),
                trackers.append(task, { agent_id: "a", content: key }),
                agents.update(scope, agent, { _tag: "Edit", draft })
              ]
              return Effect.forEach(requests, (request, n) =>
                Effect.provideService(request, IdempotencyKey, { scope: String(n), key, request: null }))
            })
          })), { concurrency: "unbounded" })
        for (const answer of answers) expect(answer).toEqual(answers[0])
        yield* on(Effect.gen(function*() {
          const tasks = yield* Tasks
          expect((yield* tasks.get(task)).version).toBe(1 + rounds.length)
          expect((yield* tasks.list({ limit: 100 })).length).toBe(1 + rounds.length)
          const events = yield* (yield* Trackers).events({ task_id: task, agent_id: "a", limit: 100 })
          expect(events.map(({ content }) => content).sort()).toEqual([...rounds].sort())
          expect((yield* (yield* TaskAgents).get(scope, agent)).state.revision_count).toBe(1 + rounds.length)
        }))
      }).pipe(Effect.provideService(Caller, { tenant, subject: "tester" })))
  })
}

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
