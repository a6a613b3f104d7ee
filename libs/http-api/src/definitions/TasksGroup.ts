/**
 * The operations on tasks (seed 000).
 *
 * @since 0.1.0
 */
import { Agent, Task, Text } from "@emend/domain"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as HistoryOperations from "./HistoryOperations.ts"
import { KeyHints, unwritable } from "./KeyHints.ts"
import * as List from "./ListParameters.ts"
import * as Operation from "./Operation.ts"

const params = { task_id: Operation.PathId.annotate({ title: "Task Id" }) }

/**
 * The schema of the body of a move.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Move = Schema.Struct({
  reason: Operation.optional(Text.Text, "The reason for the status; the move's own without one.")
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
    error: Operation.refusals(404, "transition-refused", "redacted", 412, ...Operation.withBody)
  }).annotate(Operation.OptionalBody, true).annotateMerge(
    Operation.described(
      "editor",
      `Move Task to ${moves[name]}`,
      `Moves the task to ${moves[name]} in one step. A task that is there already is not changed, but for a new reason.`
    )
  )

const { fields } = Task.Task.Wire as unknown as Schema.Struct<Record<string, Schema.Codec<unknown>>>
const { params: _, ...summary } = fields

const agents = {
  agents: Schema.optionalKey(
    Schema.Array(Agent.Agent.Wire).annotate({ description: "In the order of their assignment." })
  )
}

/**
 * The schema of a task as lists give it: without its params, and with its agents where they were asked for.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Summary = Schema.Struct({ ...summary, ...agents }).annotate({ identifier: "TaskSummary" })

/**
 * The schema of a task that is read: with its agents where they were asked for.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Reading = Schema.Struct({ ...fields, ...agents }).annotate({ identifier: "TaskReading" })

const relationships = Schema.optionalKey(
  Schema.Literals(["agents"]).annotate({
    description:
      "What is given with each task. Agents are assigned without a change of the task: an answer with them is those of now, and never 304."
  })
)

const filters = {
  agent_id: Schema.optionalKey(Text.Text.annotate({ description: "An agent that is assigned to the tasks." })),
  agent_name: Schema.optionalKey(Text.Text.annotate({ description: "The name of an agent that is assigned to them." })),
  status: Schema.optionalKey(Operation.body(Task.Task.fields.status.schema)),
  task_metadata: Schema.optionalKey(
    List.JsonObjectText.annotate({
      description: "A JSON object that their metadata contains: every key of it, with a value that contains its value."
    })
  )
}

const hints = unwritable(
  Task.Task.fields,
  "a status is moved by the lifecycle moves, such as POST /tasks/{task_id}/complete"
)

const Deleted = Schema.Struct({ id: Schema.String, message: Schema.String }).annotate({ identifier: "DeletedTask" })

const nameParams = { name: Operation.body(Task.Task.fields.name.schema) }

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
    error: Operation.refusals("already-taken", "redacted", ...Operation.withBody)
  }).annotateMerge(
    Operation.described("editor", "Create Task", "Creates a running task and assigns the agents named to it.")
  ),
  HttpApiEndpoint.get("list", "/tasks", {
    query: {
      ...filters,
      ...List.numbered,
      order_by: Schema.optionalKey(
        Schema.Literals(["created_at", "updated_at", "name", "status", "id"]).annotate({
          description: "`created_at` without it."
        })
      ),
      relationships
    },
    success: Operation.paged(Summary),
    error: Operation.refusals()
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Tasks",
      "Lists the tasks that are not deleted, without their params, the newest first."
    )
  ),
  HttpApiEndpoint.get("getByName", "/tasks/name/:name", {
    params: nameParams,
    headers: Operation.headers.read,
    query: { relationships },
    success: [Operation.versioned(Reading), Operation.notModified],
    error: Operation.refusals(404)
  }).annotateMerge(Operation.described("viewer", "Get Task by Name", "Gives the task that has a name, as it is now.")),
  HttpApiEndpoint.put("updateByName", "/tasks/name/:name", {
    params: nameParams,
    headers: Operation.headers.update,
    payload: Task.Task.Update,
    success: Operation.changed(Task.Task.Wire),
    error: Operation.refusals(404, "rebase-conflict", "redacted", ...Operation.overwriting, ...Operation.withBody)
  }).annotate(Operation.Overwrites, true).annotate(KeyHints, hints).annotateMerge(
    Operation.described("editor", "Update Task by Name", "Update mutable fields for a task by its unique name.")
  ),
  HttpApiEndpoint.delete("removeByName", "/tasks/name/:name", {
    params: nameParams,
    headers: Operation.headers.change,
    success: Operation.changed(Deleted),
    error: Operation.refusals(404, "key-in-use", "redacted", 412)
  }).annotateMerge(
    Operation.described("owner", "Delete Task by Name", "Deletes a task. Its name is free again, its id never.")
  ),
  ...Operation.readable({
    path: "/tasks/:task_id",
    params,
    query: { relationships },
    schema: Reading,
    title: "Task",
    noun: "a task",
    causes: ["redacted"]
  }),
  HttpApiEndpoint.put("update", "/tasks/:task_id", {
    params,
    headers: Operation.headers.update,
    payload: Task.Task.Update,
    success: Operation.changed(Task.Task.Wire),
    error: Operation.refusals(404, "rebase-conflict", "redacted", ...Operation.overwriting, ...Operation.withBody)
  }).annotate(Operation.Overwrites, true).annotate(KeyHints, hints).annotateMerge(
    Operation.described(
      "editor",
      "Update Task by ID",
      "Update mutable fields for a task by its unique ID.",
      "update_task_tasks__task_id__put"
    )
  ),
  HttpApiEndpoint.delete("remove", "/tasks/:task_id", {
    params,
    query: {
      reason: Schema.optionalKey(
        Text.Text.annotate({ description: "The reason for the status; that of a deletion without it." })
      )
    },
    headers: Operation.headers.change,
    success: Operation.changed(Deleted),
    error: Operation.refusals(404, "key-in-use", "redacted", 412)
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
  HttpApiEndpoint.post("clean", "/tasks/:task_id/clean", {
    params,
    headers: Operation.headers.change,
    success: Operation.changed(Task.Task.Wire),
    error: Operation.refusals(404, "status-refused", "key-in-use", "redacted", 412)
  }).annotateMerge(
    Operation.described(
      "owner",
      "Clean Task",
      "Takes away the content of a task for good: its params, metadata and reasons, the contents of its events, the statuses of its trackers, and all of these in their histories. Ids, times, names, authors and the paths that were written stay. A deleted task can be cleaned too; one that is RUNNING cannot (409). Once more changes nothing, unless something was written since."
    )
  ),
  ...HistoryOperations.make("/tasks/:task_id", params, Task.Task.Wire, "Task", { causes: ["redacted"] })
)
