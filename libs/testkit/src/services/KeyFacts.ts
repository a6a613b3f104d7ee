/**
 * What holds of use cases that are carried out under an idempotency key.
 *
 * @internal
 */
import {
  AgentTaskTracker,
  Board,
  BoardTask,
  Caller,
  IdempotencyKey,
  KeyLifetimeMillis,
  Task,
  TaskAgent,
  TaskAgents,
  Tasks,
  Trackers
} from "@emend/domain"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { equal, type Facts, refusal, type Services } from "./Fact.ts"

const scope = {
  organization_id: "00000000-0000-4000-8000-000000000001",
  project_id: "00000000-0000-4000-8000-000000000002"
}
const model = "00000000-0000-4000-8000-00000000000a"

/** Runs a use case under a key, and tells whether its answer was the first one again. */
const under = <A, E, R>(
  key: string,
  useCase: Effect.Effect<A, E, R>,
  more: Partial<IdempotencyKey> = {}
): Effect.Effect<{ readonly answer: Result.Result<A, E>; readonly repeated: boolean }, never, R> =>
  Effect.suspend(() => {
    let repeated = false
    const onRepeat = Effect.sync(() => {
      repeated = true
    })
    return Effect.result(useCase).pipe(
      Effect.provideService(IdempotencyKey, { scope: "test", request: null, key, onRepeat, ...more }),
      Effect.map((answer) => ({ answer, repeated }))
    )
  })

/** Expects a use case to do something the first time, and to give the same answer again, without doing it again. */
const twice = <A, E, R>(key: string, useCase: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const first = yield* under(key, useCase)
    const again = yield* under(key, useCase)
    equal([key, first.repeated, again.repeated], [key, false, true])
    equal(again.answer, first.answer, key)
    return yield* Effect.fromResult(first.answer)
  })

const merge = (key: string) => Task.Task.fromBody({ merge_params: { [key]: 1 } })

/** Runs a program as if so many milliseconds had passed. */
const later = (millis: number) => <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const nanos = BigInt(millis) * 1_000_000n
    return Effect.provideService(program, Clock.Clock, {
      ...clock,
      currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + millis,
      currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + millis),
      currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos,
      currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos),
      sleep: (duration) => clock.sleep(duration)
    })
  })

const anEvent = Effect.gen(function*() {
  const { state: { id } } = yield* (yield* Tasks).create({ agent_ids: ["a"] })
  return { id, append: (yield* Trackers).append(id, { agent_id: "a", content: { text: "t" } }) }
})

/** The facts about keys. */
export const keyFacts: Facts = {
  "whatever changes something is done once under a key, and its answer is the same again": Effect.gen(function*() {
    const tasks = yield* Tasks
    const trackers = yield* Trackers
    const board = yield* Board
    const agents = yield* TaskAgents
    const task = yield* twice("create task", tasks.create({ name: "n", params: { b: 1, a: null }, agent_ids: ["a"] }))
    const { id } = task.state
    yield* twice("update task", tasks.update(id, merge("x")))
    yield* twice("no-op", tasks.update(id, merge("x")))
    yield* twice("carried over", tasks.update(id, merge("y"), { rebaseFrom: 1 }))
    yield* twice("move task", tasks.move(id, "INTERRUPTED"))
    yield* twice("restore task", tasks.restore(id, 1))
    yield* twice("undo task", tasks.undo(id, 3))
    yield* twice("assigned already", trackers.assign({ task_id: id, agent_id: "a" }))
    const tracker = yield* twice("assign", trackers.assign({ task_id: id, agent_id: "b" }))
    equal(tracker.created, true)
    const event = yield* twice("append", trackers.append(id, { agent_id: "b", content: [null] }))
    const body = { status: "s", last_processed_event_id: event.id }
    yield* twice("tracker", trackers.update(tracker.state.id, AgentTaskTracker.AgentTaskTracker.fromBody(body)))
    const one = (yield* twice("create board task", board.create({ title: "one" }))).state.id
    yield* twice("update board task", board.update(one, BoardTask.BoardTask.fromBody({ priority: 1 })))
    yield* twice("assign board task", board.assign(one, { field: "assigned_to_type_id", id: "t" }))
    yield* twice("claim", board.claim(one, { field: "assigned_to_user_id", id: "u" }))
    yield* twice("transition", board.transition(one, "review"))
    const two = (yield* twice("subtask", board.createSubtask(one, { title: "two" }))).state.id
    const three = (yield* board.create({ title: "three" })).state.id
    yield* twice("link", board.link(two, three))
    yield* twice("linked already", board.link(two, three))
    yield* twice("unlink", board.unlink(two, three))
    yield* twice("remove board task", board.remove(two))
    const agent = yield* twice(
      "create agent",
      agents.create(scope, { name: "A", instruction: "i", llm_model_id: model })
    )
    const edit = { _tag: "Edit", draft: TaskAgent.Edit.fromBody({ name: "B", instruction: "j" }) } as const
    const { revision_id } = yield* twice("edit", agents.update(scope, agent.state.id, edit))
    const activation = { _tag: "Activate", revision_id: revision_id! } as const
    yield* twice("activate", agents.update(scope, agent.state.id, activation))
    yield* twice("restore agent", agents.restore(scope, agent.state.id, 1))
    yield* twice("undo agent", agents.undo(scope, agent.state.id, 2))
    equal((yield* agents.get(scope, agent.state.id)).revisions.length, 2)
    yield* twice("remove agent", agents.remove(scope, agent.state.id))
    yield* twice("remove task", tasks.named("n", (found) => tasks.move(found, "DELETED")))
    equal((yield* refusal(tasks.get(id), "RecordMissing")).id, id)
  }),

  "the first answer is given again after later changes and after the deletion": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({ name: "n" })
    const update = tasks.update(id, merge("a"))
    const named = tasks.named("n", (found) => tasks.update(found, merge("b")))
    const first = [yield* under("k", update), yield* under("l", named)]
    yield* tasks.update(id, merge("c"))
    yield* tasks.move(id, "DELETED")
    yield* tasks.create({ name: "n" })
    const again = [yield* under("k", update), yield* under("l", named)]
    equal(again.map(({ answer }) => answer), first.map(({ answer }) => answer))
    equal(again.map(({ repeated }) => repeated), [true, true])
  }),

  "an agent of whom more revisions were made is told as it was": Effect.gen(function*() {
    const agents = yield* TaskAgents
    const { state: { id } } = yield* agents.create(scope, { name: "A", instruction: "i", llm_model_id: model })
    const edit = (instruction: string) =>
      agents.update(scope, id, { _tag: "Edit", draft: TaskAgent.Edit.fromBody({ instruction }) })
    const first = yield* under("k", edit("j"))
    yield* edit("k")
    const { revision_id } = yield* edit("l")
    yield* agents.update(scope, id, { _tag: "Activate", revision_id: revision_id! })
    equal((yield* under("k", edit("j"))).answer, first.answer)
    equal((yield* agents.get(scope, id)).revisions.length, 4)
  }),

  "another request with the key is refused, and nothing is done": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({})
    yield* under("k", tasks.update(id, merge("a")), { request: { a: 1, b: 2 } })
    const reused = (key: string, more: Partial<IdempotencyKey>) =>
      Effect.flatMap(
        under(key, tasks.update(id, merge("b")), more),
        ({ answer }) => refusal(Effect.fromResult(answer), "KeyReused")
      )
    equal((yield* reused("k", { request: { a: 1 } })).key, "k")
    const moved = yield* under("k", tasks.move(id, "FAILED"), { request: { b: 2, a: 1 } })
    yield* refusal(Effect.fromResult(moved.answer), "KeyReused")
    const { state, version } = yield* tasks.get(id)
    equal([version, state.params, state.status], [2, { a: 1 }, "RUNNING"])
    equal((yield* under("k", tasks.update(id, merge("a")), { request: { b: 2, a: 1 } })).repeated, true)
  }),

  "a key belongs to its scope and its caller": Effect.gen(function*() {
    const tasks = yield* Tasks
    const caller = yield* Caller
    const made = [
      yield* under("k", tasks.create({})),
      yield* under("k", tasks.create({}), { scope: "another" }),
      yield* Effect.provideService(under("k", tasks.create({})), Caller, { ...caller, subject: "another" }),
      yield* Effect.provideService(under("k", tasks.create({})), Caller, { ...caller, tenant: `${caller.tenant} 2` })
    ]
    equal(made.map(({ repeated }) => repeated), [false, false, false, false])
    equal(new Set(made.map(({ answer }) => Result.getOrThrow(answer).state.id)).size, 4)
  }),

  "a key is free again when its time is over": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({})
    const update = tasks.update(id, merge("a"))
    yield* under("k", update)
    equal((yield* under("k", update).pipe(later(86_399_000))).repeated, true)
    equal((yield* under("k", update).pipe(later(86_401_000))).repeated, false)
    const short = Effect.provideService(under("l", update), KeyLifetimeMillis, 1_000)
    yield* short
    equal((yield* short.pipe(later(2_000))).repeated, false)
  }),

  "a refusal is the answer again, also when the request would succeed by now": Effect.gen(function*() {
    const tasks = yield* Tasks
    const board = yield* Board
    const { state: { id } } = yield* tasks.create({ name: "n" })
    const requests = {
      missing: tasks.update("later", merge("a")),
      taken: tasks.create({ name: "n" }),
      stale: tasks.update(id, merge("a"), { ifMatch: [2] }),
      unknown: tasks.restore(id, 2),
      refused: tasks.move(id, "RUNNING", { ifMatch: [9] }),
      event: (yield* Trackers).append(id, { agent_id: "a", content: 1 }),
      claim: board.claim("later", { field: "assigned_to_user_id", id: "u" })
    }
    const first: Array<unknown> = []
    for (const [key, request] of Object.entries<Effect.Effect<unknown, { readonly _tag: string }>>(requests)) {
      const { answer } = yield* under(key, request)
      equal([key, Result.isFailure(answer)], [key, true])
      first.push(answer)
    }
    yield* tasks.update(id, merge("b"))
    yield* tasks.create({ id: "later" })
    yield* board.create({ id: "later", title: "t" })
    yield* (yield* Trackers).assign({ task_id: id, agent_id: "a" })
    const again: Array<unknown> = []
    for (const [key, request] of Object.entries<Effect.Effect<unknown, { readonly _tag: string }>>(requests)) {
      const { answer, repeated } = yield* under(key, request)
      equal([key, repeated], [key, true])
      again.push(answer)
    }
    equal(again, first)
    equal((yield* tasks.get("later")).version, 1)
  }),

  "a conflict of a rebase holds values of the record, and is found anew": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({ params: { a: 0 } })
    yield* tasks.update(id, merge("a"))
    const two = Task.Task.fromBody({ merge_params: { a: 2 } })
    const rebased = under("k", tasks.update(id, two, { rebaseFrom: 1 }))
    const first = yield* rebased
    yield* refusal(Effect.fromResult(first.answer), "RebaseConflict")
    equal(yield* rebased, first)
    // They wrote the same by now: that is no conflict.
    yield* tasks.update(id, two)
    const second = yield* rebased
    equal([second.repeated, Result.getOrThrow(second.answer).version], [false, 3])
    equal((yield* rebased).repeated, true)
  }),

  "a dry run uses no key, and keeps none": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({})
    const dry = yield* under("k", tasks.update(id, merge("a"), { dryRun: true }))
    equal([dry.repeated, Result.getOrThrow(dry.answer).changes], [false, 1])
    yield* under("k", tasks.update("nobody", merge("a"), { dryRun: true }))
    equal((yield* under("k", tasks.update(id, merge("a")))).repeated, false)
    equal((yield* under("k", tasks.update(id, merge("b"), { dryRun: true }))).repeated, false)
    equal((yield* tasks.get(id)).state.params, { a: 1 })
  }),

  "of requests with one key at once one is carried out, and the others get its answer or are told to come again": Effect
    .gen(function*() {
      const tasks = yield* Tasks
      const { append, id } = yield* anEvent
      const programs: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }, Services>> = [
        tasks.create({ name: "n" }),
        tasks.update(id, merge("a")),
        tasks.move(id, "INTERRUPTED"),
        append
      ]
      for (const [n, program] of programs.entries()) {
        const answers = yield* Effect.all(
          Array.from({ length: 8 }, () => under(`k${n}`, program)),
          { concurrency: "unbounded" }
        )
        const [done] = answers.filter(({ answer, repeated }) => Result.isSuccess(answer) && !repeated)
        for (const { answer } of answers) {
          if (Result.isFailure(answer)) equal(answer.failure._tag, "KeyInUse")
          else equal(answer.success, Result.getOrThrow(done!.answer))
        }
      }
      equal((yield* tasks.get(id)).version, 3)
      const events = yield* (yield* Trackers).events({ task_id: id, agent_id: "a" })
      equal(events.length, 1)
    })
}
