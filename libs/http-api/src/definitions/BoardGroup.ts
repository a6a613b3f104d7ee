/**
 * The operations on the tasks of a board (seed 001).
 *
 * @since 0.1.0
 */
import { BoardTask, Text } from "@emend/domain"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { boardGraphOperations } from "./BoardGraphOperations.ts"
import * as HistoryOperations from "./HistoryOperations.ts"
import { KeyHints, unwritable } from "./KeyHints.ts"
import * as List from "./ListParameters.ts"
import * as Operation from "./Operation.ts"

const params = { task_id: Operation.PathId.annotate({ title: "Task Id" }) }
const { Update, Wire, fields } = BoardTask.BoardTask
const assignee = (who: string) => Operation.optional(Text.Id, who)

/**
 * The schema of the body that gives a task to somebody: exactly one of the three.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Assign = Schema.Struct({
  instance_id: assignee("Agent instance."),
  user_id: assignee("User."),
  type_id: assignee("Agent type.")
}).annotate({ identifier: "AssignBoardTaskRequest", description: "Exactly one of the fields." })

/**
 * The schema of the body that claims a task: exactly one of the two.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Claim = Schema.Struct({
  instance_id: assignee("Agent instance."),
  user_id: assignee("User.")
}).annotate({ identifier: "ClaimBoardTaskRequest", description: "Exactly one of the fields." })

const filter = Schema.optionalKey(Text.Text)

const changed = {
  headers: Operation.headers.change,
  success: Operation.changed(Wire),
  error: Operation.refusals(404, "transition-refused", 412, ...Operation.withBody)
} as const

/**
 * The group of the operations on board tasks.
 *
 * @category definitions
 * @since 0.1.0
 */
export const BoardGroup = HttpApiGroup.make("board").annotateMerge(OpenApi.annotations({ title: "Board" })).add(
  HttpApiEndpoint.post("create", "/agents/tasks/", {
    headers: Operation.headers.create,
    payload: Operation.body(BoardTask.Creation),
    success: Operation.created(Wire),
    error: Operation.refusals("already-taken", ...Operation.withBody)
  }).annotate(KeyHints, {
    status: "a new task is in the backlog; use the transition endpoint afterwards"
  })
    .annotateMerge(Operation.described("editor", "Create Task", "Creates a task in the backlog.")),
  HttpApiEndpoint.get("list", "/agents/tasks/", {
    query: {
      status: Schema.optionalKey(BoardTask.Status),
      assigned_to_type_id: filter,
      assigned_to_instance_id: filter,
      assigned_to_user_id: filter,
      priority: Schema.optionalKey(Operation.integer(fields.priority.schema)),
      source: Schema.optionalKey(Operation.body(fields.source.schema)),
      correlation_bucket_id: filter,
      ...List.page
    },
    success: Operation.paged(Wire),
    error: Operation.refusals()
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Tasks",
      "Lists the tasks of the board that have every value given, the newest first."
    )
  ),
  ...Operation.readable({ path: "/agents/tasks/:task_id", params, schema: Wire, title: "Task", noun: "a task" }),
  HttpApiEndpoint.patch("update", "/agents/tasks/:task_id", {
    params,
    ...changed,
    headers: Operation.headers.update,
    error: Operation.refusals(404, "rebase-conflict", ...Operation.overwriting, ...Operation.withBody),
    payload: Update
  }).annotate(Operation.Overwrites, true).annotate(
    KeyHints,
    unwritable(fields, "use the transition endpoint, POST /agents/tasks/{task_id}/transition")
  ).annotateMerge(
    Operation.described(
      "editor",
      "Update Task",
      "Updates the fields given. Status changes are not allowed here: use the transition endpoint instead."
    )
  ),
  HttpApiEndpoint.delete("remove", "/agents/tasks/:task_id", {
    params,
    headers: Operation.headers.change,
    success: Operation.removed,
    error: Operation.refusals(404, "key-in-use", 412)
  }).annotateMerge(
    Operation.described(
      "owner",
      "Delete Task",
      "Deletes a task with its links; its subtasks stay. Its id is never free again."
    )
  ),
  HttpApiEndpoint.post("assign", "/agents/tasks/:task_id/assign", {
    params,
    ...changed,
    payload: Assign,
    error: Operation.refusals(404, 412, ...Operation.withBody)
  }).annotateMerge(
    Operation.described(
      "editor",
      "Assign Task",
      "Gives the task to one assignee; a task of the backlog is assigned with it."
    )
  ),
  HttpApiEndpoint.post("claim", "/agents/tasks/:task_id/claim", { params, ...changed, payload: Claim }).annotateMerge(
    Operation.described(
      "editor",
      "Claim Task",
      "Takes a task from backlog or assigned to running in one step. Of concurrent claims exactly one succeeds."
    )
  ),
  HttpApiEndpoint.post("transition", "/agents/tasks/:task_id/transition", {
    params,
    ...changed,
    payload: Schema.Struct({ status: BoardTask.Status, reason: Operation.optional(Text.Text, "Kept in the history.") })
      .annotate(
        {
          identifier: "TransitionBoardTaskRequest"
        }
      )
  }).annotateMerge(Operation.described("editor", "Move Task", "Moves the task along the workflow of the board.")),
  HttpApiEndpoint.get("transitions", "/agents/tasks/:task_id/transitions", {
    params,
    success: Operation.versioned(
      Schema.Struct({
        status: BoardTask.Status,
        transitions: Schema.Array(
          Schema.Struct({ to: BoardTask.Status, legal: Schema.Boolean, blocked_by: Schema.NullOr(Schema.String) })
        )
      }).annotate({ identifier: "BoardTaskTransitions" })
    ),
    error: Operation.refusalsOfPath(404)
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Transitions",
      "Lists where the task may move now, and why not where it may not."
    )
  ),
  ...boardGraphOperations,
  ...HistoryOperations.make("/agents/tasks/:task_id", params, Wire, "Board Task")
)
