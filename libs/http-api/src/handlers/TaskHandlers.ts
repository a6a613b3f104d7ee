/**
 * What carries out the operations on tasks.
 *
 * @since 0.1.0
 */
import { Agent, type History, type ListedTask, type ReadTask, type Records, Task, type Tasks } from "@emend/domain"
import * as Effect from "effect/Effect"
import { moves, type TasksGroup } from "../definitions/TasksGroup.ts"
import type { Conditions } from "../request/Conditions.ts"
import * as Answer from "../server/Answer.ts"
import * as HistoryPage from "../server/HistoryPage.ts"
import * as ListPage from "../server/ListPage.ts"
import type { Handler, Handlers } from "../server/Route.ts"

const { fromBody, toWire } = Task.Task

const answer = (change: Records.Changed<Task.Task>) => Answer.changed(toWire(change.state), change)
const restored = (change: History.Restored<Task.Task>) => Answer.restored(toWire(change.state), change)

const removed = (change: Records.Changed<Task.Task>) => {
  const { changes, state: { id } } = change
  return Answer.changed({ id, message: `Task ${id} ${changes === undefined ? "is" : "would be"} deleted` }, change)
}

const listed = ({ agents, state }: ListedTask) => {
  // Params are not read for a list, and have no place in it.
  const { params: _, ...task } = toWire({ ...state, params: null })
  return agents === undefined ? task : { ...task, agents: agents.map(Agent.Agent.toWire) }
}

const beside = ({ relationships }: { readonly relationships?: "agents" }) => ({ agents: relationships === "agents" })

const reading = (task: ReadTask, conditions: Conditions) =>
  task.agents === undefined
    ? Answer.current(conditions, task, () => toWire(task.state))
    // Agents are assigned without a change of the task: its version says nothing of them.
    : Answer.record({ ...toWire(task.state), agents: task.agents.map(Agent.Agent.toWire) }, task)

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
        (made) => Answer.created(`/tasks/${encodeURIComponent(made.state.id)}`, toWire(made.state), made)
      ),
    list: ({ path, query, search }) => {
      const { cursor: _, limit: __, page_number: ___, relationships, ...filters } = query
      const agents = relationships === "agents"
      return ListPage.answer({ path, query, search }, (range) => tasks.list({ ...filters, ...range, agents }), listed)
    },
    getByName: ({ conditions, params, query }) =>
      Effect.map(tasks.named(params.name, (id) => tasks.get(id, beside(query))), (task) => reading(task, conditions)),
    updateByName: ({ conditions, params, payload }) =>
      Effect.map(tasks.named(params.name, (id) => tasks.update(id, fromBody(payload), conditions)), answer),
    removeByName: ({ conditions, params }) =>
      Effect.map(tasks.named(params.name, (id) => tasks.move(id, "DELETED", conditions)), removed),
    get: ({ conditions, params: { task_id: id }, query }) =>
      Effect.map(
        query.version === undefined ? tasks.get(id, beside(query)) : tasks.at(id, query.version, beside(query)),
        (task) => reading(task, conditions)
      ),
    update: ({ conditions, params, payload }) =>
      Effect.map(tasks.update(params.task_id, fromBody(payload), conditions), answer),
    remove: ({ conditions, params, query: { reason } }) =>
      Effect.map(
        tasks.move(params.task_id, "DELETED", {
          ...conditions,
          ...(reason === undefined ? undefined : { status_reason: reason })
        }),
        removed
      ),
    complete: move(moves.complete),
    fail: move(moves.fail),
    cancel: move(moves.cancel),
    interrupt: move(moves.interrupt),
    terminate: move(moves.terminate),
    timeout: move(moves.timeout),
    resume: move(moves.resume),
    clean: ({ conditions, params }) => Effect.map(tasks.clean(params.task_id, conditions), answer),
    diff: ({ params, query: { from, to } }) => Effect.map(tasks.diff(params.task_id, from, to), Answer.plain),
    restore: ({ conditions, params, payload: { version } }) =>
      Effect.map(tasks.restore(params.task_id, version, conditions), restored),
    undo: ({ conditions, params, payload: { revision } }) =>
      Effect.map(tasks.undo(params.task_id, revision, conditions), restored),
    history: ({ params, path, query }) =>
      HistoryPage.answer(Task.taskKind, query, path, (page) => tasks.history(params.task_id, page))
  }
}
