/**
 * What holds of tasks.
 *
 * @internal
 */
import { IdempotencyKey, Revision, Task, Tasks, Trackers } from "@emend/domain"
import * as Effect from "effect/Effect"
import { as, equal, type Facts, refusal } from "./Fact.ts"

const { fromBody } = Task.Task
const merge = (merge_params: object) => fromBody({ merge_params })

/** What holds of tasks, by sentence. */
export const taskFacts: Facts = {
  "a created task is running, has version 1, and is read back as it was answered": Effect.gen(function*() {
    const tasks = yield* Tasks
    const made = yield* tasks.create({ name: "one", params: { a: 1 } })
    equal([made.version, made.state.status, made.state.params], [1, "RUNNING", { a: 1 }])
    equal(yield* tasks.get(made.state.id), made)
  }),
  "an id that is given is kept, and taken for ever": Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* tasks.create({ id: "mine" })
    equal((yield* refusal(tasks.create({ id: "mine" }), "AlreadyTaken")).fields, ["id"])
    yield* tasks.move("mine", "DELETED")
    equal((yield* refusal(tasks.create({ id: "mine" }), "AlreadyTaken")).fields, ["id"])
  }),
  "a name is unique among the tasks that are not deleted": Effect.gen(function*() {
    const tasks = yield* Tasks
    const first = yield* tasks.create({ name: "same" })
    equal((yield* refusal(tasks.create({ name: "same" }), "AlreadyTaken")).fields, ["name"])
    yield* tasks.move(first.state.id, "DELETED")
    yield* tasks.create({ name: "same" })
  }),
  "the agents named at creation are assigned with it": Effect.gen(function*() {
    const { state } = yield* (yield* Tasks).create({ agent_ids: ["x", "y", "x"] })
    equal((yield* (yield* Trackers).assign({ task_id: state.id, agent_id: "x" })).created, false)
    equal((yield* (yield* Trackers).assign({ task_id: state.id, agent_id: "z" })).created, true)
  }),
  "an empty update succeeds and changes nothing": Effect.gen(function*() {
    const tasks = yield* Tasks
    const made = yield* tasks.create({})
    equal(yield* tasks.update(made.state.id, fromBody({})), { ...made, changed: false })
    equal(yield* tasks.update(made.state.id, merge({})), { ...made, changed: false })
    equal(yield* tasks.update(made.state.id, fromBody({ merge_params: null, task_metadata: null })), {
      ...made,
      changed: false
    })
    equal((yield* tasks.history(made.state.id)).length, 1)
  }),
  "merging starts from an empty object where there are no params": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({})
    equal((yield* tasks.update(state.id, merge({ a: null }))).state.params, { a: null })
  }),
  "metadata and params in one update are one change": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({ params: { a: 1 } })
    const after = yield* tasks.update(state.id, fromBody({ task_metadata: { m: 1 }, merge_params: { b: 2 } }))
    equal([after.version, after.state.task_metadata, after.state.params], [2, { m: 1 }, { a: 1, b: 2 }])
  }),
  "a stale If-Match refuses and nothing is done": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({})
    yield* tasks.update(state.id, merge({ a: 1 }))
    const refused = yield* refusal(tasks.update(state.id, merge({ a: 2 }), { ifMatch: [1] }), "VersionMismatch")
    equal([refused.present, refused.demanded], [2, [1]])
    yield* refusal(tasks.move(state.id, "FAILED", { ifMatch: [1] }), "VersionMismatch")
    equal((yield* tasks.get(state.id)).state.params, { a: 1 })
    equal((yield* tasks.update(state.id, merge({ a: 2 }), { ifMatch: [2, 9] })).version, 3)
  }),
  "an update is carried over what touches other paths or writes the same, and refused elsewhere": Effect.gen(
    function*() {
      const tasks = yield* Tasks
      const { state } = yield* tasks.create({ params: { a: 1, b: 1 } })
      yield* tasks.update(state.id, fromBody({ merge_params: { a: 2 }, task_metadata: { by: "other" } }))
      equal((yield* tasks.update(state.id, merge({ b: 3 }), { rebaseFrom: 1 })).version, 3)
      equal((yield* tasks.update(state.id, merge({ a: 2 }), { rebaseFrom: 1 })).changed, false)
      const refused = yield* refusal(tasks.update(state.id, merge({ a: 9, c: 1 }), { rebaseFrom: 1 }), "RebaseConflict")
      equal(refused.conflicts, [{ path: "/params/a", base: 1, theirs: 2, mine: 9 }])
      const unknown = yield* refusal(tasks.update(state.id, merge({ a: 9 }), { rebaseFrom: 4 }), "VersionUnknown")
      equal([unknown.present, unknown.given], [3, 4])
      yield* refusal(tasks.update(state.id, merge({ a: 9 }), { rebaseFrom: 0 }), "VersionUnknown")
    }
  ),
  "a version that is no whole number is one that never was, and is told as it was given": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({ params: { a: 1 } })
    for (const odd of [0.5, 1.5, -1, 1e20, NaN, Infinity]) {
      const { demanded } = yield* refusal(
        tasks.update(state.id, merge({ a: 2 }), { ifMatch: [odd] }),
        "VersionMismatch"
      )
      equal(demanded, [odd])
      const update = tasks.update(state.id, merge({ a: 2 }), { rebaseFrom: odd })
      equal((yield* refusal(update, "VersionUnknown")).given, odd)
      const key = { scope: "odd", key: String(odd), request: String(odd) }
      const keyed = Effect.provideService(tasks.restore(state.id, odd), IdempotencyKey, key)
      for (const _ of ["first", "again"]) equal((yield* refusal(keyed, "VersionUnknown")).given, odd)
    }
    equal(yield* tasks.get(state.id), { version: 1, state })
  }),
  "moving to the present status changes nothing, or only a new reason": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({})
    const done = yield* tasks.move(state.id, "COMPLETED", { status_reason: "mine" })
    equal(yield* tasks.move(state.id, "COMPLETED"), { ...done, changed: false })
    const renewed = yield* tasks.move(state.id, "COMPLETED", { status_reason: "better" })
    equal([renewed.version, renewed.state.status, renewed.state.status_reason], [3, "COMPLETED", "better"])
  }),
  "an interrupted task resumes, and a running one cannot": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({})
    yield* tasks.move(state.id, "INTERRUPTED")
    equal((yield* tasks.move(state.id, "RUNNING")).state.status_reason, "Task resumed")
    equal((yield* tasks.move(state.id, "RUNNING")).changed, false)
  }),
  "why a task was created is kept": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({}, { reason: "nightly run" })
    equal((yield* tasks.history(state.id)).map(({ reason }) => reason), ["nightly run"])
  }),
  "a task that has ended is updated like any other": Effect.gen(function*() {
    const tasks = yield* Tasks
    for (const status of ["COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT", "INTERRUPTED"] as const) {
      const { state } = yield* tasks.create({})
      yield* tasks.move(state.id, status)
      const after = yield* tasks.update(state.id, merge({ a: 1 }))
      equal([after.version, after.state.status, after.state.params], [3, status, { a: 1 }])
    }
  }),
  "a deleted task is missing to everything": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({ agent_ids: ["a"] })
    equal((yield* tasks.move(state.id, "DELETED")).state.status, "DELETED")
    yield* refusal(tasks.get(state.id), "RecordMissing")
    yield* refusal(tasks.update(state.id, merge({ a: 1 })), "RecordMissing")
    yield* refusal(tasks.move(state.id, "DELETED"), "RecordMissing")
    yield* refusal(tasks.history(state.id), "RecordMissing")
    const trackers = yield* Trackers
    yield* refusal(trackers.assign({ task_id: state.id, agent_id: "b" }), "RecordMissing")
    yield* refusal(trackers.append(state.id, { agent_id: "a", content: 1 }), "RecordMissing")
  }),
  "another tenant's task is missing, and its id and name are free": Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* tasks.create({ id: "t", name: "n" })
    const stranger = as("stranger")
    yield* refusal(tasks.get("t").pipe(stranger), "RecordMissing")
    yield* refusal(tasks.update("t", merge({ a: 1 })).pipe(stranger), "RecordMissing")
    yield* refusal(tasks.move("t", "DELETED").pipe(stranger), "RecordMissing")
    yield* refusal(tasks.history("t").pipe(stranger), "RecordMissing")
  }),
  "history says who, why, what was asked and what took effect, newest first": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({ params: { a: 1 } })
    yield* tasks.update(state.id, merge({ a: 1, b: 2 }), { reason: "because" })
    yield* tasks.move(state.id, "COMPLETED")
    const history = yield* tasks.history(state.id)
    equal(history.map(({ version }) => version), [3, 2, 1])
    equal(history[0]!.moves["status"], { from: "RUNNING", to: "COMPLETED" })
    equal([history[1]!.by, history[1]!.reason], ["tester", "because"])
    equal(history[1]!.patch, { params: { merge: { set: { a: 1, b: 2 } } } })
    equal(Revision.effect(Task.taskKind, history[1]!), { params: { merge: { set: { b: 2 } } } })
    equal(history[2]!.initial, { ...state })
    equal((yield* tasks.history(state.id, { before: 3, limit: 1 })).map(({ version }) => version), [2])
  }),
  "restore and undo leave a status alone, and say so": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({ params: { a: 1 } })
    yield* tasks.update(id, merge({ a: 2 }))
    yield* tasks.move(id, "COMPLETED")
    const restored = yield* tasks.restore(id, 1)
    equal([restored.version, restored.state.status, restored.state.params], [4, "COMPLETED", { a: 1 }])
    equal(restored.leftAlone, ["status", "status_reason"])
    const undone = yield* tasks.undo(id, 3)
    equal([undone.version, undone.changed, undone.leftAlone], [4, false, ["status", "status_reason"]])
    equal((yield* tasks.diff(id, 1)).moves["status"], { from: "RUNNING", to: "COMPLETED" })
    equal((yield* tasks.undo(id, 2)).leftAlone, [])
  }),
  "undoing part of a map conflicts only where that part was written": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({ params: { a: 1, b: 1 } })
    yield* tasks.update(id, merge({ a: 2, b: 1, c: 2 }))
    yield* tasks.update(id, merge({ b: 3, d: 4 }))
    equal((yield* tasks.undo(id, 2)).state.params, { a: 1, b: 3, d: 4 })
    yield* tasks.update(id, merge({ a: 5, c: 5 }))
    const { conflicts } = yield* refusal(tasks.undo(id, 4), "RebaseConflict")
    equal(conflicts, [
      { path: "/params/a", base: 1, theirs: 5, mine: 2 },
      { path: "/params/c", theirs: 5, mine: 2 }
    ])
    equal((yield* tasks.undo(id, 5)).state.params, { a: 1, b: 3, d: 4 })
    equal((yield* tasks.undo(id, 4)).state.params, { a: 2, b: 3, c: 2, d: 4 })
  }),
  "restoring brings back what was absent as absent": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({})
    yield* tasks.update(id, fromBody({ task_metadata: {}, merge_params: { a: null } }))
    const { state } = yield* tasks.restore(id, 1)
    equal([state.params, state.task_metadata], [null, null])
    equal((yield* tasks.restore(id, 2)).state.params, { a: null })
  }),
  "a dry move or deletion moves and deletes nothing, and is refused where a real one would be": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({})
    const before = yield* tasks.get(id)
    const dry = { dryRun: true }
    const done = yield* tasks.move(id, "COMPLETED", dry)
    equal([done.version, done.changed, done.changes, done.state.status], [1, true, 2, "COMPLETED"])
    equal((yield* tasks.move(id, "DELETED", dry)).state.status, "DELETED")
    equal((yield* tasks.update(id, merge({}), dry)).changes, 0)
    equal((yield* tasks.update(id, merge({ a: 1, b: 2 }), { ...dry, rebaseFrom: 1 })).changed, true)
    equal(yield* tasks.get(id), before)
    equal((yield* tasks.history(id)).length, 1)
    yield* tasks.move(id, "FAILED")
    yield* refusal(tasks.move(id, "RUNNING", dry), "TransitionRefused")
    equal((yield* tasks.move(id, "FAILED", dry)).changes, 0)
    equal((yield* tasks.move(id, "FAILED", { ...dry, status_reason: "new" })).changes, 1)
  }),
  "the past of a task that is deleted or another tenant's is missing": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state: { id } } = yield* tasks.create({})
    yield* tasks.update(id, merge({ a: 1 }))
    const uses = [tasks.at(id, 1), tasks.diff(id, 1), tasks.restore(id, 1), tasks.undo(id, 2)] as ReadonlyArray<
      Effect.Effect<unknown, { readonly _tag: string }>
    >
    for (const use of uses) yield* refusal(use.pipe(as("stranger")), "RecordMissing")
    yield* tasks.move(id, "DELETED")
    for (const use of uses) yield* refusal(use, "RecordMissing")
  })
}

/** What holds of tasks that are changed at once, by sentence. */
export const taskRaces: Facts = {
  "a move is a compare-and-set with its default reason, and its loser learns the present status": Effect.gen(
    function*() {
      const tasks = yield* Tasks
      const { state } = yield* tasks.create({})
      const results = yield* Effect.all(
        (["COMPLETED", "FAILED", "CANCELED", "TIMED_OUT"] as const).map((to) =>
          Effect.result(tasks.move(state.id, to))
        ),
        { concurrency: "unbounded" }
      )
      equal(results.filter(({ _tag }) => _tag === "Success").length, 1)
      const now = yield* tasks.get(state.id)
      equal([now.version, now.state.status_reason], [2, Task.defaultReason[now.state.status!]])
      const refused = yield* refusal(tasks.move(state.id, "RUNNING"), "TransitionRefused")
      equal([refused.from, refused.to, refused.allowed], [now.state.status, "RUNNING", ["DELETED"]])
    }
  ),
  "a move that is legal where the task stands is not refused because others move it too": Effect.gen(function*() {
    const tasks = yield* Tasks
    const { state } = yield* tasks.create({})
    const moves = yield* Effect.all(
      Array.from(
        { length: 24 },
        (_, n) => Effect.result(tasks.move(state.id, n % 2 === 0 ? "INTERRUPTED" : "RUNNING"))
      ),
      { concurrency: "unbounded" }
    )
    equal(moves.filter(({ _tag }) => _tag === "Failure"), [])
    const { version } = yield* tasks.get(state.id)
    equal(moves.filter((move) => move._tag === "Success" && move.success.changed).length, version - 1)
  }),
  "creations that name the same new agents in any order do not stand in each other's way": Effect.gen(function*() {
    const tasks = yield* Tasks
    const agents = ["a", "b", "c", "d"]
    yield* Effect.all(
      Array.from(
        { length: 12 },
        (_, n) => tasks.create({ agent_ids: [...agents.slice(n % 4), ...agents.slice(0, n % 4)] })
      ),
      { concurrency: "unbounded" }
    )
  })
}
