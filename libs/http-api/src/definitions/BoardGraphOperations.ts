/**
 * The operations on the board as a whole, and on the links between its tasks.
 *
 * @since 0.1.0
 */
import { BoardLink, BoardTask, Text } from "@emend/domain"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { schemas } from "../Problem.ts"
import { KeyHints } from "./KeyHints.ts"
import * as List from "./ListParameters.ts"
import * as Operation from "./Operation.ts"

const { Wire } = BoardTask.BoardTask
const params = { task_id: Operation.PathId.annotate({ title: "Task Id" }) }

/**
 * The schema of how many tasks of the board have each status.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Counts = Schema.Struct({
  counts: Schema.Struct(
    Object.fromEntries(BoardTask.Status.literals.map((status) => [status, Schema.Int])) as {
      readonly [S in BoardTask.Status]: typeof Schema.Int
    }
  ).annotate({ description: "Every status, also those that no task has." }),
  total: Schema.Int
}).annotate({ identifier: "BoardCounts" })

/**
 * The schema of a task in a list of relatives.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Relative = Schema.Struct({
  ...(Wire as unknown as Schema.Struct<Record<string, Schema.Codec<unknown>>>).fields,
  depth: Schema.Int.annotate({ description: "The smallest number of steps from the task asked about, from 1." })
}).annotate({ identifier: "BoardTaskRelative" })

/**
 * The schema of one thing that happened to a task.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Activity = Schema.Struct({
  at: Text.Timestamp,
  by: Schema.String,
  reason: Schema.NullOr(Schema.String),
  version: Schema.NullOr(Schema.Int).annotate({
    description: "The version that a change of the task led to; null where a link of it was made or taken away."
  }),
  changes: Schema.Array(Schema.String).annotate({ description: "What happened, a sentence for each part." })
}).annotate({ identifier: "BoardTaskActivity" })

const Link = Schema.Struct({
  child_id: Text.Id.annotate({ description: "The task that becomes a subtask." })
}).annotate({ identifier: "LinkBoardTaskRequest" })

const depth = Schema.optionalKey(
  Operation.integer(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })).annotate({
      description: "How many steps far; 100 without it."
    })
  )
)

const tooLarge = "With more than 10000 links to read it is refused (409)."

const walk = <const Name extends string>(name: Name, summary: string, relatives: string) =>
  HttpApiEndpoint.get(name, `/agents/tasks/:task_id/${name}`, {
    params,
    query: { ...List.page, depth },
    success: Operation.paged(Relative),
    error: Operation.refusals(404, "graph-too-large")
  }).annotateMerge(
    Operation.described("viewer", summary, `Lists ${relatives}, each once, the nearest first. ${tooLarge}`)
  )

/**
 * The operations, to be added to those of the board.
 *
 * @category definitions
 * @since 0.1.0
 */
export const boardGraphOperations = [
  HttpApiEndpoint.get("counts", "/agents/tasks/board", {
    success: Counts,
    error: schemas(401, 403, 429, 500, 503)
  }).annotateMerge(Operation.described("viewer", "Get Board", "Counts the tasks of the board by status.")),
  HttpApiEndpoint.get("subtasks", "/agents/tasks/:task_id/subtasks", {
    params,
    query: List.page,
    success: Operation.paged(Wire),
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described("viewer", "List Subtasks", "Lists the subtasks of a task in the order of their creation.")
  ),
  HttpApiEndpoint.post("createSubtask", "/agents/tasks/:task_id/subtasks", {
    params,
    headers: Operation.headers.create,
    payload: Operation.body(BoardTask.Creation),
    success: Operation.created(Wire),
    error: Operation.refusals(404, "already-taken", ...Operation.withBody)
  }).annotate(KeyHints, { status: "a new task is in the backlog; use the transition endpoint afterwards" })
    .annotateMerge(
      Operation.described(
        "editor",
        "Create Subtask",
        "Creates a task in the backlog and makes it a subtask, in one step. It takes the priority of its parent where none is given, and the assignees where none of them is."
      )
    ),
  HttpApiEndpoint.post("link", "/agents/tasks/:task_id/subtasks/link", {
    params,
    headers: Operation.headers.create,
    payload: Link,
    success: [
      Operation.present(BoardLink.BoardLink.Wire),
      Operation.versioned(BoardLink.BoardLink.Wire.pipe(HttpApiSchema.status(201)))
    ],
    error: Operation.refusals(404, "cycle-refused", "graph-too-large", ...Operation.withBody)
  }).annotateMerge(
    Operation.described(
      "editor",
      "Link Subtask",
      `Makes a task a subtask of another one too (201); where it is one already, nothing changes (200). A link that would close a cycle is refused (409), and \`cycle\` tells it: each task is the parent of the next, and the last one that of the first. ${tooLarge}`
    )
  ),
  HttpApiEndpoint.delete("unlink", "/agents/tasks/:task_id/subtasks/:child_id", {
    params: { ...params, child_id: Operation.PathId.annotate({ title: "Child Id" }) },
    headers: Operation.headers.create,
    success: Operation.removed,
    error: Operation.refusals(404, "key-in-use")
  }).annotateMerge(
    Operation.described("editor", "Unlink Subtask", "Takes the link to a subtask away. Both tasks stay as they are.")
  ),
  HttpApiEndpoint.get("parents", "/agents/tasks/:task_id/parents", {
    params,
    query: List.page,
    success: Operation.paged(Wire),
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Parents",
      "Lists the tasks that a task is a subtask of, in the order of their creation."
    )
  ),
  walk("ancestors", "List Ancestors", "the tasks that a task is a part of, directly or not"),
  walk("descendants", "List Descendants", "the subtasks of a task, theirs, and so on"),
  HttpApiEndpoint.get("activity", "/agents/tasks/:task_id/activity", {
    params,
    query: List.page,
    success: Operation.paged(Activity),
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Activity",
      "Tells what happened to a task and to its links, newest first: who, when, why, and what in words."
    )
  )
] as const
