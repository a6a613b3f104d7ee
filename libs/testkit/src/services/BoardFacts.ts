/**
 * What holds of the board.
 *
 * @internal
 */
import { Board, BoardTask } from "@emend/domain"
import * as Effect from "effect/Effect"
import { as, equal, type Facts, refusal } from "./Fact.ts"

const { fromBody } = BoardTask.BoardTask
const user = (id: string) => ({ field: "assigned_to_user_id", id }) as const
const instance = (id: string) => ({ field: "assigned_to_instance_id", id }) as const

const make = Effect.gen(function*() {
  const board = yield* Board
  const { state } = yield* board.create({ title: "Work" })
  return { board, id: state.id }
})

/** What holds of the board, by sentence. */
export const boardFacts: Facts = {
  "a created task is in the backlog, with its defaults, in the caller's organization": Effect.gen(function*() {
    const { state } = yield* (yield* Board).create({ title: "Work", assigned_to_user_id: "u" }).pipe(as("acme", "ann"))
    equal(
      [state.status, state.priority, state.source, state.assigned_to_user_id, state.organization_id, state.created_by],
      ["backlog", 3, "manual", "u", "acme", "ann"]
    )
  }),
  "an update sets what is given, clears what is null, and applies no default": Effect.gen(function*() {
    const { board, id } = yield* make
    yield* board.update(id, fromBody({ description: "d", priority: 1, source: "triage" }))
    const after = yield* board.update(id, fromBody({ description: null, priority: null, title: null, source: null }))
    equal(
      [after.state.description, after.state.priority, after.state.title, after.state.source],
      [null, 1, "Work", "triage"]
    )
  }),
  "an update is accepted in any status": Effect.gen(function*() {
    const { board, id } = yield* make
    yield* board.claim(id, user("u"))
    yield* board.transition(id, "review")
    yield* board.transition(id, "done")
    equal((yield* board.update(id, fromBody({ priority: 4, assigned_to_user_id: null }))).state.status, "done")
  }),
  "a task moves only along the workflow, and the refusal names what is allowed": Effect.gen(function*() {
    const { board, id } = yield* make
    const unassigned = yield* refusal(board.transition(id, "assigned"), "TransitionRefused")
    equal([unassigned.from, unassigned.to, unassigned.allowed], ["backlog", "assigned", []])
    yield* refusal(board.transition(id, "backlog"), "TransitionRefused")
    yield* refusal(board.transition(id, "done"), "TransitionRefused")
    yield* board.assign(id, { field: "assigned_to_type_id", id: "type" })
    const refused = yield* refusal(board.transition(id, "running"), "TransitionRefused")
    equal(refused.allowed, ["backlog"])
    yield* board.assign(id, instance("i"))
    equal((yield* board.transition(id, "running")).state.status, "running")
    equal((yield* refusal(board.transition(id, "running"), "TransitionRefused")).allowed, ["assigned", "review"])
    equal((yield* board.get(id)).version, 4)
  }),
  "the legal moves are told, and why the others are not": Effect.gen(function*() {
    const { board, id } = yield* make
    const { options } = yield* board.transitions(id)
    equal(options.filter(({ legal }) => legal), [])
    equal(options.find(({ to }) => to === "backlog")!.blocked_by, "the task is already backlog")
    yield* board.assign(id, user("u"))
    equal((yield* board.transitions(id)).options.flatMap(({ legal, to }) => legal ? [to] : []), ["backlog", "running"])
  }),
  "assigning moves a backlog task to assigned in one step and makes one worker the worker": Effect.gen(function*() {
    const { board, id } = yield* make
    const typed = yield* board.assign(id, { field: "assigned_to_type_id", id: "t" })
    equal([typed.version, typed.state.status], [2, "assigned"])
    yield* board.assign(id, user("u"))
    const { state } = yield* board.assign(id, instance("i"))
    equal(
      [state.assigned_to_type_id, state.assigned_to_instance_id, state.assigned_to_user_id],
      ["t", "i", null]
    )
    const back = yield* board.assign(id, { field: "assigned_to_type_id", id: "t" })
    equal([back.state.assigned_to_instance_id, back.state.status], [null, "assigned"])
  }),
  "a stale If-Match is told before an illegal move": Effect.gen(function*() {
    const { board, id } = yield* make
    yield* board.claim(id, user("u"))
    yield* refusal(board.claim(id, user("v"), { ifMatch: [1] }), "VersionMismatch")
    yield* refusal(board.transition(id, "backlog", { ifMatch: [1] }), "VersionMismatch")
    yield* refusal(board.assign(id, user("v"), { ifMatch: [1] }), "VersionMismatch")
    yield* refusal(board.remove(id, { ifMatch: [1] }), "VersionMismatch")
  }),
  "a deleted task is missing, and its id taken": Effect.gen(function*() {
    const board = yield* Board
    yield* board.create({ id: "gone", title: "x" })
    yield* board.remove("gone")
    for (
      const use of [
        board.get("gone"),
        board.remove("gone"),
        board.claim("gone", user("u")),
        board.transition("gone", "assigned"),
        board.update("gone", fromBody({ title: "y" }))
      ]
    ) yield* refusal(use as Effect.Effect<unknown, { readonly _tag: string }>, "RecordMissing")
    yield* refusal(board.create({ id: "gone", title: "x" }), "AlreadyTaken")
  }),
  "a dry assignment, claim, move or deletion does nothing, and is refused where a real one would be": Effect.gen(
    function*() {
      const { board, id } = yield* make
      const dry = { dryRun: true }
      yield* refusal(board.transition(id, "assigned", dry), "TransitionRefused")
      const assigned = yield* board.assign(id, user("u"), dry)
      equal([assigned.version, assigned.changes, assigned.state.status], [1, 2, "assigned"])
      const claimed = yield* board.claim(id, user("u"), dry)
      equal([claimed.version, claimed.changes, claimed.state.status], [1, 2, "running"])
      equal((yield* board.remove(id, dry)).changed, true)
      equal([(yield* board.get(id)).version, (yield* board.history(id)).length], [1, 1])
      yield* board.claim(id, user("u"))
      yield* refusal(board.claim(id, user("v"), dry), "TransitionRefused")
      equal((yield* board.transition(id, "review", dry)).state.status, "review")
      equal((yield* board.get(id)).state.status, "running")
    }
  ),
  "restoring takes assignees back and leaves the status alone": Effect.gen(function*() {
    const { board, id } = yield* make
    yield* board.claim(id, user("u"))
    const restored = yield* board.restore(id, 1)
    equal([restored.state.assigned_to_user_id, restored.state.status], [null, "running"])
    equal(restored.leftAlone, ["status"])
    yield* board.remove(id)
    yield* refusal(board.restore(id, 1), "RecordMissing")
    yield* refusal(board.at(id, 1), "RecordMissing")
  })
}

/** What holds of tasks of a board that are changed at once, by sentence. */
export const boardRaces: Facts = {
  "of many concurrent claims exactly one wins": Effect.gen(function*() {
    const { board, id } = yield* make
    const claims = yield* Effect.all(
      Array.from({ length: 16 }, (_, n) => Effect.result(board.claim(id, instance(`i${n}`)))),
      { concurrency: "unbounded" }
    )
    const winner = claims.findIndex(({ _tag }) => _tag === "Success")
    equal(claims.filter(({ _tag }) => _tag === "Success").length, 1)
    equal(claims.every((claim) => claim._tag === "Success" || claim.failure._tag === "TransitionRefused"), true)
    const { state, version } = yield* board.get(id)
    equal([version, state.status, state.assigned_to_instance_id], [2, "running", `i${winner}`])
  }),
  "however many assign at once, each succeeds": Effect.gen(function*() {
    const { board, id } = yield* make
    yield* Effect.all(Array.from({ length: 64 }, (_, n) => board.assign(id, user(`u${n}`))), {
      concurrency: "unbounded"
    })
    equal((yield* board.get(id)).version, 65)
  }),
  "of two concurrent moves along one edge exactly one wins": Effect.gen(function*() {
    const { board, id } = yield* make
    yield* board.claim(id, user("u"))
    const moves = yield* Effect.all([1, 2, 3, 4].map(() => Effect.result(board.transition(id, "review"))), {
      concurrency: "unbounded"
    })
    equal(moves.filter(({ _tag }) => _tag === "Success").length, 1)
  })
}
