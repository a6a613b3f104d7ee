/**
 * The operations on tasks (seed 000).
 *
 * @since 0.1.0
 */
import { Task, Text } from "@emend/domain"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as HistoryOperations from "./HistoryOperations.ts"
import { KeyHints, unwritable } from "./KeyHints.ts"
import * as Operation from "./Operation.ts"

const params = { task_id: Operation.PathId.annotate({ title: "Task Id" }) }

/**
 * The schema of the body of a move.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Move = Schema.Struct({
  reason: Schema.optionalKey(
    Schema.NullOr(Text.Text).annotate({ description: "The reason for the status; the move's own without one." })
  )
}).annotate({ identifier: "MoveTaskRequest" })

/**
 * The moves of a task's lifecycle, by the last part of their path.
 *
 * @category models
 * @since 0.1.0
 */
export const moves = {
  complete: "COMPLETED",
  fail: "FAILED",
  cancel: "CANCELED",
  interrupt: "INTERRUPTED",
  terminate: "TERMINATED",
  timeout: "TIMED_OUT",
  resume: "RUNNING"
} as const satisfies Readonly<Record<string, Task.Status>>

const move = <const Name extends keyof typeof moves>(name: Name) =>
  HttpApiEndpoint.post(name, `/tasks/:task_id/${name}`, {
    params,
    headers: Operation.headers.change,
    payload: Move,
    success: Operation.changed(Task.Task.Wire),
    error: Operation.refusals(404, 409, 412, ...Operation.withBody)
  }).annotate(Operation.OptionalBody, true).annotateMerge(
    Operation.described(
      "editor",
      `Move Task to ${moves[name]}`,
      `Moves the task to ${moves[name]} in one step. A task that is there already is not changed, but for a new reason.`
    )
  )

/**
 * The group of the operations on tasks.
 *
 * @category definitions
 * @since 0.1.0
 */
export const TasksGroup = HttpApiGroup.make("tasks").annotateMerge(OpenApi.annotations({ title: "Tasks" })).add(
  HttpApiEndpoint.post("create", "/tasks", {
    headers: Operation.headers.create,
    payload: Operation.body(Task.Creation),
    success: Operation.created(Task.Task.Wire),
    error: Operation.refusals(409, ...Operation.withBody)
  }).annotateMerge(
    Operation.described("editor", "Create Task", "Creates a running task and assigns the agents named to it.")
  ),
  ...Operation.readable({ path: "/tasks/:task_id", params, schema: Task.Task.Wire, title: "Task", noun: "a task" }),
  HttpApiEndpoint.put("update", "/tasks/:task_id", {
    params,
    headers: Operation.headers.update,
    payload: Task.Task.Update,
    success: Operation.changed(Task.Task.Wire),
    error: Operation.refusals(404, 409, 412, ...Operation.withBody)
  }).annotate(
    KeyHints,
    unwritable(Task.Task.fields, "a status is moved by the lifecycle moves, such as POST /tasks/{task_id}/complete")
  ).annotateMerge(
    Operation.described(
      "editor",
      "Update Task by ID",
      "Update mutable fields for a task by its unique ID.",
      "update_task_tasks__task_id__put"
    )
  ),
  HttpApiEndpoint.delete("remove", "/tasks/:task_id", {
    params,
    headers: Operation.headers.change,
    success: Operation.changed(
      Schema.Struct({ id: Schema.String, message: Schema.String }).annotate({ identifier: "DeletedTask" })
    ),
    error: Operation.refusals(404, 409, 412)
  }).annotateMerge(
    Operation.described("owner", "Delete Task by ID", "Deletes a task. Its name is free again, its id never.")
  ),
  move("complete"),
  move("fail"),
  move("cancel"),
  move("interrupt"),
  move("terminate"),
  move("timeout"),
  move("resume"),
  ...HistoryOperations.make("/tasks/:task_id", params, Task.Task.Wire, "Task")
)
