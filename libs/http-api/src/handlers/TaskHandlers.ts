/**
 * What carries out the operations on tasks.
 *
 * @since 0.1.0
 */
import { type Records, Task, type Tasks } from "@emend/domain"
import * as Effect from "effect/Effect"
import { moves, type TasksGroup } from "../definitions/TasksGroup.ts"
import * as Answer from "../server/Answer.ts"
import * as HistoryPage from "../server/HistoryPage.ts"
import type { Handler, Handlers } from "../server/Route.ts"

const { fromBody, toWire } = Task.Task

const answer = ({ state, version }: Records.Saved<Task.Task>) => Answer.record(toWire(state), version)

/**
 * Makes the handlers of the operations on tasks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (tasks: Tasks["Service"]): Handlers<typeof TasksGroup> => {
  const move =
    (to: Task.Status): Handler<(typeof TasksGroup)["endpoints"]["complete"]> => ({ conditions, params, payload }) =>
      Effect.map(
        tasks.move(params.task_id, to, {
          ...conditions,
          ...(typeof payload.reason === "string" ? { status_reason: payload.reason } : undefined)
        }),
        answer
      )

  return {
    create: ({ conditions, payload }) =>
      Effect.map(
        tasks.create(payload, conditions),
        ({ state, version }) => Answer.created(`/tasks/${encodeURIComponent(state.id)}`, toWire(state), version)
      ),
    get: ({ conditions, params }) =>
      Effect.map(
        tasks.get(params.task_id),
        ({ state, version }) => Answer.current(conditions, version, () => toWire(state))
      ),
    update: ({ conditions, params, payload }) =>
      Effect.map(tasks.update(params.task_id, fromBody(payload), conditions), answer),
    remove: ({ conditions, params: { task_id } }) =>
      Effect.as(
        tasks.move(task_id, "DELETED", conditions),
        Answer.json({ id: task_id, message: `Task ${task_id} is deleted` })
      ),
    complete: move(moves.complete),
    fail: move(moves.fail),
    cancel: move(moves.cancel),
    interrupt: move(moves.interrupt),
    terminate: move(moves.terminate),
    timeout: move(moves.timeout),
    resume: move(moves.resume),
    history: ({ params, path, query }) =>
      HistoryPage.answer(Task.taskKind, query, path, (page) => tasks.history(params.task_id, page))
  }
}
