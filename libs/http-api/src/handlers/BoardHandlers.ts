/**
 * What carries out the operations on board tasks.
 *
 * @since 0.1.0
 */
import { type Board, BoardTask, type History, type Records } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { BoardGroup } from "../definitions/BoardGroup.ts"
import * as Answer from "../server/Answer.ts"
import * as HistoryPage from "../server/HistoryPage.ts"
import * as ListPage from "../server/ListPage.ts"
import type { Handlers } from "../server/Route.ts"
import { RequestInvalid } from "../ValidationError.ts"
import * as BoardGraphHandlers from "./BoardGraphHandlers.ts"

const { fromBody, toWire } = BoardTask.BoardTask

const answer = (change: Records.Changed<BoardTask.BoardTask>) => Answer.changed(toWire(change.state), change)
const restored = (change: History.Restored<BoardTask.BoardTask>) => Answer.restored(toWire(change.state), change)

/**
 * Makes the handlers of the operations on board tasks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (board: Board["Service"]): Handlers<typeof BoardGroup> => ({
  ...BoardGraphHandlers.make(board),
  create: ({ conditions, payload }) =>
    Effect.map(
      board.create(payload, conditions),
      (made) => Answer.created(`/agents/tasks/${encodeURIComponent(made.state.id)}`, toWire(made.state), made)
    ),
  list: ({ path, query, search }) => {
    const { cursor: _, limit: __, ...values } = query
    return ListPage.answer(
      { path, query, search },
      (range) => board.list({ ...values, ...range }),
      ({ state }) => toWire(state)
    )
  },
  get: ({ conditions, params, query: { version } }) =>
    Effect.map(
      version === undefined ? board.get(params.task_id) : board.at(params.task_id, version),
      (task) => Answer.current(conditions, task, () => toWire(task.state))
    ),
  update: ({ conditions, params, payload }) =>
    Effect.map(board.update(params.task_id, fromBody(payload), conditions), answer),
  remove: ({ conditions, params }) => Effect.map(board.remove(params.task_id, conditions), Answer.removed),
  assign: ({ conditions, params, payload }) =>
    Effect.flatMap(
      theOne(payload, ["instance_id", "user_id", "type_id"]),
      ({ id, key }) => Effect.map(board.assign(params.task_id, { field: `assigned_to_${key}`, id }, conditions), answer)
    ),
  claim: ({ conditions, params, payload }) =>
    Effect.flatMap(
      theOne(payload, ["instance_id", "user_id"]),
      ({ id, key }) => Effect.map(board.claim(params.task_id, { field: `assigned_to_${key}`, id }, conditions), answer)
    ),
  transition: ({ conditions, params, payload: { reason, status } }) =>
    Effect.map(
      board.transition(params.task_id, status, {
        ...conditions,
        ...(typeof reason === "string" ? { reason } : undefined)
      }),
      answer
    ),
  transitions: ({ params }) =>
    Effect.map(
      board.transitions(params.task_id),
      (task) => Answer.record({ status: task.state.status, transitions: task.options }, task)
    ),
  diff: ({ params, query: { from, to } }) => Effect.map(board.diff(params.task_id, from, to), Answer.plain),
  restore: ({ conditions, params, payload: { version } }) =>
    Effect.map(board.restore(params.task_id, version, conditions), restored),
  undo: ({ conditions, params, payload: { revision } }) =>
    Effect.map(board.undo(params.task_id, revision, conditions), restored),
  history: ({ params, path, query }) =>
    HistoryPage.answer(BoardTask.boardTaskKind, query, path, (page) => board.history(params.task_id, page))
})

/** The one key of a body that is given; null counts as absent. */
const theOne = <const Key extends string>(
  body: { readonly [K in Key]?: string | null },
  keys: ReadonlyArray<Key>
): Effect.Effect<{ readonly key: Key; readonly id: string }, RequestInvalid> => {
  const given = keys.flatMap((key) => typeof body[key] === "string" ? [{ key, id: body[key] }] : [])
  if (given.length === 1) return Effect.succeed(given[0]!)
  const error = `Expected exactly one of ${keys.join(", ")}`
  return Effect.fail(
    new RequestInvalid({
      errors: [{ loc: ["body"], msg: `Value error, ${error}`, type: "value_error", input: body, ctx: { error } }]
    })
  )
}
