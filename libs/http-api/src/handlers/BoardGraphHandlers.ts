/**
 * What carries out the operations on the board as a whole, and on the links between its tasks.
 *
 * @since 0.1.0
 */
import { type Board, BoardLink, BoardTask } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { BoardGroup } from "../definitions/BoardGroup.ts"
import * as Answer from "../server/Answer.ts"
import * as ListPage from "../server/ListPage.ts"
import type { Handlers } from "../server/Route.ts"

const { toWire } = BoardTask.BoardTask

type Operations =
  | "counts"
  | "subtasks"
  | "createSubtask"
  | "link"
  | "unlink"
  | "parents"
  | "ancestors"
  | "descendants"
  | "activity"

/**
 * Makes the handlers of these operations.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (board: Board["Service"]): Pick<Handlers<typeof BoardGroup>, Operations> => ({
  counts: () => Effect.map(board.counts, Answer.plain),
  subtasks: ({ params: { task_id }, ...asked }) =>
    ListPage.answer(asked, (range) => board.subtasks(task_id, range), ({ state }) => toWire(state)),
  createSubtask: ({ conditions, params, payload }) =>
    Effect.map(
      board.createSubtask(params.task_id, payload, conditions),
      (made) => Answer.created(`/agents/tasks/${encodeURIComponent(made.state.id)}`, toWire(made.state), made)
    ),
  link: ({ conditions, params, payload }) =>
    Effect.map(
      board.link(params.task_id, payload.child_id, conditions),
      (link) => {
        const body = BoardLink.BoardLink.toWire(link.state)
        return link.created ? Answer.created(undefined, body, link) : Answer.changed(body, link)
      }
    ),
  unlink: ({ conditions, params }) =>
    Effect.map(board.unlink(params.task_id, params.child_id, conditions), Answer.removed),
  parents: ({ params: { task_id }, ...asked }) =>
    ListPage.answer(asked, (range) => board.parents(task_id, range), ({ state }) => toWire(state)),
  ancestors: ({ params: { task_id }, ...asked }) =>
    ListPage.answer(
      asked,
      (range) => board.ancestors(task_id, { ...range, depth: asked.query.depth }),
      ({ depth, state }) => ({ ...toWire(state), depth })
    ),
  descendants: ({ params: { task_id }, ...asked }) =>
    ListPage.answer(
      asked,
      (range) => board.descendants(task_id, { ...range, depth: asked.query.depth }),
      ({ depth, state }) => ({ ...toWire(state), depth })
    ),
  activity: ({ params: { task_id }, ...asked }) =>
    ListPage.answer(asked, (range) => board.activity(task_id, range), ({ cursor: _, link: __, ...entry }) => entry)
})
