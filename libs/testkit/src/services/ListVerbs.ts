/**
 * The verbs that list records.
 *
 * @internal
 */
import { Board, BoardTask, Task, TaskAgents, Tasks, Trackers } from "@emend/domain"
import * as Effect from "effect/Effect"
import { element } from "../Choice.ts"
import type { Services } from "./Fact.ts"
import { idAt, type Made, maybe, place, scope, type Verb } from "./Verb.ts"

const range: Verb["arguments"] = [["limit", maybe(element([1, 2]))], ["skip", maybe(element([1]))]]
const direction = maybe(element(["asc", "desc"]))

/** A list, and what follows in it behind its first record. */
const list = <R extends Services>(
  more: Verb["arguments"],
  ask: (
    given: Readonly<Record<string, any>>,
    made: Made
  ) => Effect.Effect<ReadonlyArray<{ readonly cursor: string }>, unknown, R>
): Verb => ({
  weight: 2,
  arguments: [...more, ...range],
  run: (given, made) =>
    Effect.gen(function*() {
      const first = yield* ask(given, made)
      const cursor = first[0]?.cursor
      return { first, rest: cursor === undefined ? [] : yield* ask({ ...given, cursor }, made) }
    })
})

/** The verbs that list records, by name. */
export const listVerbs: Readonly<Record<string, Verb>> = {
  listTasks: list([
    ["agent_id", maybe(element(["a", "b", "none"]))],
    ["status", maybe(element(Task.lifecycle.statuses))],
    ["task_metadata", maybe(element([{}, { a: {} }, { a: [] }]))],
    ["order_by", maybe(element(["created_at", "updated_at", "name", "status", "id"]))],
    ["order_direction", direction],
    ["agents", maybe(element([true]))]
  ], (given) => Effect.flatMap(Tasks, (service) => service.list(given))),
  listTrackers: list(
    [
      ["agent_id", maybe(element(["a", "b"]))],
      ["task", maybe(place)],
      ["order_by", maybe(element(["created_at", "id", "agent_id", "task_id"]))],
      ["order_direction", direction]
    ],
    ({ task, ...given }, { tasks }) =>
      Effect.flatMap(
        Trackers,
        (service) => service.list({ ...given, ...(task === undefined ? undefined : { task_id: idAt(tasks, task) }) })
      )
  ),
  listBoard: list([
    ["status", maybe(element(BoardTask.Status.literals))],
    ["priority", maybe(element([1, 3, 4]))],
    ["assigned_to_instance_id", maybe(element(["w", "c"]))]
  ], (given) => Effect.flatMap(Board, (service) => service.list(given))),
  listAgents: list([], (given) => Effect.flatMap(TaskAgents, (service) => service.list(scope, given))),
  listRevisions: list(
    [["agent", place]],
    ({ agent, ...given }, { agents }) =>
      Effect.flatMap(TaskAgents, (service) => service.revisions(scope, idAt(agents, agent), given))
  )
}
