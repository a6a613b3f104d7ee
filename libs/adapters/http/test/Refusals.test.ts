/** Every refusal of the domain comes over HTTP as it is. */
import { it } from "@effect/vitest"
import { Health, IdempotencyKey, Refusals, Services, Task, Tasks } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect } from "vitest"
import { client, serve } from "./Serving.ts"

const record = { kind: "Task", id: "t/é %" }
const odd = "a \"quoted\" id, with , and \u{1f600}"

/** One of each, with awkward values. */
const samples: { readonly [K in keyof typeof Refusals]: InstanceType<(typeof Refusals)[K]> } = {
  RecordMissing: new Refusals.RecordMissing({ kind: "Project", id: odd }),
  VersionMismatch: new Refusals.VersionMismatch({ ...record, present: 7, demanded: [1, 2, 0] }),
  VersionUnknown: new Refusals.VersionUnknown({ ...record, present: 3, given: -4 }),
  RebaseConflict: new Refusals.RebaseConflict({
    ...record,
    present: 3,
    conflicts: [
      { path: "/params/a~1b", base: null, theirs: { deep: [1, { x: null }] }, mine: "é" },
      { path: "/params/__proto__", mine: JSON.parse("{\"__proto__\": 1}") },
      { path: "" }
    ]
  }),
  TransitionRefused: new Refusals.TransitionRefused({
    ...record,
    from: null,
    to: "RUNNING",
    allowed: ["A", "B"],
    blocked_by: odd
  }),
  RevisionRedacted: new Refusals.RevisionRedacted({ ...record, present: 4, given: 2 }),
  StatusRefused: new Refusals.StatusRefused({ ...record, from: "RUNNING", demanded: ["FAILED"] }),
  AlreadyTaken: new Refusals.AlreadyTaken({ kind: "Task", fields: ["id", "name"] }),
  ReferenceUnknown: new Refusals.ReferenceUnknown({
    kind: "Event",
    field: "agent_id",
    given: odd,
    message: "it must be"
  }),
  CursorBackwards: new Refusals.CursorBackwards({
    ...record,
    field: "f",
    present: { sequence: 9, id: "e9" },
    given: { sequence: 2, id: "e2" }
  }),
  InputInvalid: new Refusals.InputInvalid({
    problems: [{ path: ["task_tools", 3, "task_id"], message: odd }, { path: [], message: "all of it" }]
  }),
  TooContended: new Refusals.TooContended({ ...record, attempts: 64 }),
  CycleRefused: new Refusals.CycleRefused({ ...record, cycle: ["a", "b", odd] }),
  GraphTooLarge: new Refusals.GraphTooLarge({ ...record, limit: 10_000 }),
  CursorMalformed: new Refusals.CursorMalformed({ kind: "Task" }),
  KeyReused: new Refusals.KeyReused({ key: "k" }),
  KeyInUse: new Refusals.KeyInUse({ key: "k" })
}

for (const [name, sample] of Object.entries(samples)) {
  it.live(`${name}, through a server and through a gateway`, () =>
    Effect.gen(function*() {
      const own = yield* Layer.build(Layer.provide(Services.layer, MemoryStore.layer()))
      const refusing = Tasks.of({ ...Context.get(own, Tasks), update: () => Effect.fail(sample as never) })
      const options = { attempts: 1 }
      const server = client(yield* serve(Layer.succeedContext(Context.add(own, Tasks, refusing))), options)
      const gateway = client(yield* serve(server), options)
      for (const services of [server, gateway]) {
        const update = Effect.flatMap(
          Tasks,
          (tasks) => tasks.update("t", Task.Task.fromBody({}), { ifMatch: [1, 2, 0] })
        )
        const told = yield* Effect.flip(update).pipe(
          Effect.provideService(IdempotencyKey, { scope: "s", key: "k", request: null }),
          Effect.provide(services)
        )
        expect(told).toBeInstanceOf(sample.constructor)
        expect(JSON.stringify(told)).toBe(JSON.stringify(sample))
        expect(told.message).toBe(sample.message)
      }
    }))
}

it.live("what is not said in a path, a query or a header is missing as what is said would be", () =>
  Effect.gen(function*() {
    const own = yield* Layer.build(Layer.provide(Services.layer, MemoryStore.layer()))
    const over = yield* Layer.build(client(yield* serve(Layer.succeedContext(own))))
    yield* Context.get(own, Health).ping
    const draft = Task.Task.fromBody({ merge_params: { a: 1 } })
    const asks: ReadonlyArray<(tasks: Tasks["Service"]) => Effect.Effect<unknown, unknown>> = [
      ...["", ".", "..", "name", "board", "a\u0000b", "\ud800", "x".repeat(300), "%2e%2e", "a/b?c#d;e"].flatMap((
        id
      ) => [
        (tasks: Tasks["Service"]) => tasks.get(id),
        (tasks: Tasks["Service"]) => tasks.update(id, draft),
        (tasks: Tasks["Service"]) => tasks.named(id, tasks.get),
        (tasks: Tasks["Service"]) => tasks.history(id)
      ]),
      ...[0, -1, 2 ** 31].flatMap((version) => [
        (tasks: Tasks["Service"]) => tasks.at("t", version),
        (tasks: Tasks["Service"]) => tasks.diff("t", version, version),
        (tasks: Tasks["Service"]) => tasks.restore("t", version),
        (tasks: Tasks["Service"]) => tasks.update("t", draft, { rebaseFrom: version }),
        (tasks: Tasks["Service"]) => tasks.update("t", draft, { ifMatch: [version] })
      ]),
      (tasks) => tasks.update("t", draft, { ifMatch: [] }),
      (tasks) => tasks.history("t", { before: 0 }),
      (tasks) => tasks.history("t", { before: 1e12, limit: 0 }),
      (tasks) => tasks.list({ cursor: "none" }),
      (tasks) => tasks.list({ cursor: "" }),
      (tasks) => tasks.list({ agent_id: "\u0000" })
    ]
    yield* Context.get(own, Tasks).create({ id: "t" })
    const plain = (result: unknown) => JSON.parse(JSON.stringify(result))
    for (const [n, ask] of asks.entries()) {
      const there = yield* Effect.result(ask(Context.get(own, Tasks)))
      const here = yield* Effect.result(ask(Context.get(over, Tasks)))
      expect([n, plain(here)]).toEqual([n, plain(there)])
    }
  }))
