/**
 * A run of an agent with its parameters and metadata (seed 000).
 *
 * @since 0.1.0
 */
import { Graph } from "@emend/algebra"
import { Creation as Creations, Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"
import { JsonObject } from "../Json.ts"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Text, Timestamp } from "../Text.ts"
import { items } from "./items.ts"

/**
 * The statuses of a task and the moves between them. `INTERRUPTED` extends the seed's seven: real exports contain it.
 * Nothing leads out of `DELETED`.
 *
 * @category rules
 * @since 0.1.0
 */
export const lifecycle = Graph.make({
  RUNNING: ["COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT", "INTERRUPTED", "DELETED"],
  INTERRUPTED: ["RUNNING", "COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT", "DELETED"],
  COMPLETED: ["DELETED"],
  FAILED: ["DELETED"],
  CANCELED: ["DELETED"],
  TERMINATED: ["DELETED"],
  TIMED_OUT: ["DELETED"],
  DELETED: []
})

/**
 * A status of a task.
 *
 * @category models
 * @since 0.1.0
 */
export type Status = typeof lifecycle.statuses[number]

const Status = Schema.Literals([
  "CANCELED",
  "COMPLETED",
  "FAILED",
  "RUNNING",
  "TERMINATED",
  "TIMED_OUT",
  "DELETED",
  "INTERRUPTED"
])

/**
 * The declaration of a task: its fields, and for each what an update may do to it.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Task = Kind.make("Task", {
  id: Declare.fixed(Id, { nullable: false, creation: "offered", title: "Unique Task ID" }),
  name: Declare.fixed(Text.check(Schema.isMinLength(1), Schema.isMaxLength(255)), {
    nullable: true,
    creation: { default: null },
    title: "Unique name of the task"
  }),
  status: Declare.guarded(Status, {
    nullable: true,
    graph: lifecycle,
    creation: { always: "RUNNING" },
    title: "The current status of the task"
  }),
  status_reason: Declare.guarded(Text, {
    nullable: true,
    creation: { always: null },
    title: "The reason for the current task status"
  }),
  created_at: Declare.fixed(Timestamp, { nullable: false, title: "The timestamp when the task was created" }),
  updated_at: Declare.fixed(Timestamp, { nullable: false, title: "The timestamp when the task was last updated" }),
  cleaned_at: Declare.fixed(Timestamp, {
    nullable: true,
    creation: { always: null },
    title: "The timestamp when the task's content was cleaned for retention compliance; null when active"
  }),
  params: Declare.map(JsonObject, {
    nullable: true,
    onNull: "keep",
    creation: { default: null },
    wireName: "merge_params",
    title: "Task parameters",
    description: "Pass full nested objects to change subfields; a null inside is stored as null."
  }),
  task_metadata: Declare.replace(JsonObject, {
    nullable: true,
    onNull: "keep",
    creation: { default: null },
    title: "Task metadata",
    description: "If provided, replaces task_metadata with this value."
  })
})

/**
 * The state of a task.
 *
 * @category models
 * @since 0.1.0
 */
export type Task = typeof Task.State.Type

/**
 * How tasks are stored: a name is unique among the tasks that are not deleted.
 *
 * @category kinds
 * @since 0.1.0
 */
export const taskKind: RecordKind = {
  kind: Task,
  touched: "updated_at",
  tombstone: { field: "status", value: "DELETED" },
  unique: [{ fields: ["name"], among: "live" }],
  content: { fields: ["status_reason", "params", "task_metadata"], log: "task_id" }
}

/**
 * The reason that a move records when the caller gives none.
 *
 * @category rules
 * @since 0.1.0
 */
export const defaultReason: { readonly [S in Status]: string } = {
  RUNNING: "Task resumed",
  INTERRUPTED: "Task interrupted",
  COMPLETED: "Task completed",
  FAILED: "Task failed",
  CANCELED: "Task canceled",
  TERMINATED: "Task terminated",
  TIMED_OUT: "Task timed out",
  DELETED: "Task deleted"
}

/**
 * The statuses from which a task may move to `to`. A null status, legal in the seed and known only from imports, moves
 * like `RUNNING`.
 *
 * @category rules
 * @since 0.1.0
 */
export const sources = (to: Status): ReadonlyArray<Status | null> => {
  const from = Graph.sources(lifecycle, to)
  return from.includes("RUNNING") ? [...from, null] : from
}

/**
 * The statuses to which a task may move from `from`.
 *
 * @category rules
 * @since 0.1.0
 */
export const allowed = (from: Status | null): ReadonlyArray<Status> => Graph.allowed(lifecycle, from ?? "RUNNING")

/**
 * The statuses in which a task may be cleaned: all in which no agent works on it.
 *
 * @category rules
 * @since 0.1.0
 */
export const cleanable: ReadonlyArray<Status> = lifecycle.statuses.filter((status) => status !== "RUNNING")

/**
 * The body that creates a task; what is absent or null takes its default.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Creation = Schema.Struct({
  ...Creations.schemas(Task),
  agent_ids: Schema.optionalKey(
    Schema.NullOr(items(Id, 100)).annotate({ description: "Agents to assign to it. Absent or `null`: []." })
  )
}).annotate({ identifier: "CreateTaskRequest" })

/**
 * Makes the state of a new task, running.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initial = (input: typeof Creation.Type, id: string, at: string): Task =>
  Creations.initial(Task, input, { id, created_at: at, updated_at: at })
