/**
 * Work on a kanban board (seed 001).
 *
 * @since 0.1.0
 */
import { Graph } from "@emend/algebra"
import { Creation as Creations, Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Text, Timestamp } from "../Text.ts"

/**
 * A status of a task on the board.
 *
 * @category models
 * @since 0.1.0
 */
export type Status = "backlog" | "assigned" | "running" | "review" | "done"

/**
 * The schema of a {@link Status}.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Status = Schema.Literals(["backlog", "assigned", "running", "review", "done"])

/**
 * The edges of the default workflow. Nothing leads out of `done`, and no status leads to itself: two workers must not
 * both start.
 *
 * @category rules
 * @since 0.1.0
 */
export const moves: Graph.Graph<Status> = Graph.make({
  backlog: ["assigned"],
  assigned: ["backlog", "running"],
  running: ["assigned", "review"],
  review: ["running", "assigned", "done"],
  done: []
})

const assignee = (who: string) =>
  Declare.replace(Id, {
    nullable: true,
    onNull: "clear",
    creation: { default: null },
    description: `${who} assigned to this task.`
  })

/**
 * The declaration of a board task: its fields, and for each what an update may do to it.
 *
 * @category kinds
 * @since 0.1.0
 */
export const BoardTask = Kind.make("BoardTask", {
  organization_id: Declare.fixed(Id, { nullable: false, description: "Owning organization." }),
  title: Declare.replace(Text.check(Schema.isMinLength(1)), {
    nullable: false,
    onNull: "keep",
    creation: "required",
    description: "Short description of the task."
  }),
  created_at: Declare.fixed(Timestamp, { nullable: false }),
  updated_at: Declare.fixed(Timestamp, { nullable: false }),
  id: Declare.fixed(Id, { nullable: false, creation: "offered" }),
  description: Declare.replace(Text, {
    nullable: true,
    onNull: "clear",
    creation: { default: null },
    description: "Detailed description."
  }),
  status: Declare.guarded(Status, {
    nullable: false,
    creation: { always: "backlog" },
    graph: moves,
    description: "Status of an agent task on the board."
  }),
  priority: Declare.replace(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 })), {
    nullable: false,
    onNull: "keep",
    creation: { default: 3 },
    description: "Priority level (1=urgent, 2=high, 3=normal, 4=low)."
  }),
  assigned_to_type_id: assignee("Agent type"),
  assigned_to_instance_id: assignee("Agent instance"),
  assigned_to_user_id: assignee("User"),
  correlation_bucket_id: Declare.replace(Id, {
    nullable: true,
    onNull: "clear",
    creation: { default: null },
    description: "Correlation bucket for related events."
  }),
  created_by: Declare.fixed(Id, { nullable: true, description: "User ID of the creator." }),
  source: Declare.replace(Schema.Literals(["triage", "conversation", "manual"]), {
    nullable: false,
    onNull: "keep",
    creation: { default: "manual" },
    description: "Origin of an agent task."
  }),
  is_deleted: Declare.fixed(Schema.Boolean, { nullable: false, internal: true, creation: { always: false } })
})

/**
 * The state of a board task.
 *
 * @category models
 * @since 0.1.0
 */
export type BoardTask = typeof BoardTask.State.Type

/**
 * How board tasks are stored.
 *
 * @category kinds
 * @since 0.1.0
 */
export const boardTaskKind: RecordKind = {
  kind: BoardTask,
  touched: "updated_at",
  tombstone: { field: "is_deleted", value: true }
}

/**
 * A field that names an assignee.
 *
 * @category models
 * @since 0.1.0
 */
export type Assignee = "assigned_to_type_id" | "assigned_to_instance_id" | "assigned_to_user_id"

const assignees = ["assigned_to_type_id", "assigned_to_instance_id", "assigned_to_user_id"] as const

/**
 * What a move along an edge needs: at least one of these fields must be filled.
 *
 * @category models
 * @since 0.1.0
 */
export interface Guard {
  readonly from: Status
  readonly to: Status
  readonly needs: ReadonlyArray<Assignee>
}

/**
 * The moves of a board and their guards, as data: they can be served, compared and replaced. An edge without a guard
 * needs nothing, and a guard of no edge means nothing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Workflow {
  readonly moves: Graph.Graph<Status>
  readonly guards: ReadonlyArray<Guard>
}

/**
 * The default workflow: a task leaves the backlog for somebody, and runs with an instance or a user, not only a type.
 *
 * @category rules
 * @since 0.1.0
 */
export const workflow: Workflow = {
  moves,
  guards: [
    { from: "backlog", to: "assigned", needs: assignees },
    { from: "assigned", to: "running", needs: ["assigned_to_instance_id", "assigned_to_user_id"] }
  ]
}

/**
 * A move that the present status has, whether it is legal now, and if not, what blocks it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Option {
  readonly to: Status
  readonly legal: boolean
  readonly blocked_by: string | null
}

/**
 * Lists every status that a task could be asked to move to, with why the move is not legal where it is not.
 *
 * @category rules
 * @since 0.1.0
 */
export const options = (workflow: Workflow, task: BoardTask): ReadonlyArray<Option> =>
  Status.literals.map((to) => {
    const blocked_by = blocks(workflow, task, to)
    return { to, legal: blocked_by === null, blocked_by }
  })

/**
 * Tells what blocks a move, or null where nothing does.
 *
 * @category rules
 * @since 0.1.0
 */
export const blocks = ({ guards, moves }: Workflow, task: BoardTask, to: Status): string | null => {
  if (!Graph.hasEdge(moves, { from: task.status, to })) {
    return task.status === to ? `the task is already ${to}` : `there is no move from ${task.status} to ${to}`
  }
  const unmet = guards.find((guard) =>
    guard.from === task.status && guard.to === to && guard.needs.every((field) => task[field] === null)
  )
  return unmet === undefined ? null : `one of ${unmet.needs.join(", ")} must be set`
}

/**
 * The body that creates a board task; what is absent or null takes its default.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Creation = Schema.Struct(Creations.schemas(BoardTask)).annotate({ identifier: "CreateBoardTaskRequest" })

/**
 * Makes the state of a new task, always in the backlog.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initial = (
  input: typeof Creation.Type,
  { at, by, id, organization }: {
    readonly id: string
    readonly at: string
    readonly by: string
    readonly organization: string
  }
): BoardTask =>
  Creations.initial(BoardTask, input, {
    id,
    organization_id: organization,
    created_by: by,
    created_at: at,
    updated_at: at
  })

/**
 * Gives the body that creates a subtask what its parent has: the priority where none is given, and the assignees where
 * none of them is.
 *
 * @category rules
 * @since 0.1.0
 */
export const inheriting = (input: typeof Creation.Type, parent: BoardTask): typeof Creation.Type => ({
  ...input,
  priority: input.priority ?? parent.priority,
  ...(assignees.some((field) => typeof input[field] === "string")
    ? undefined
    : Object.fromEntries(assignees.map((field) => [field, parent[field]])))
})

/**
 * Who a task is given to: exactly one type, instance or user.
 *
 * @category models
 * @since 0.1.0
 */
export interface Assignment {
  readonly field: Assignee
  readonly id: string
}

/**
 * The update that makes one assignee *the* assignee. An instance and a user exclude each other; the type that a task
 * came from stays beside them, and giving a task back to a type takes it from the instance or user.
 *
 * @category rules
 * @since 0.1.0
 */
export const assign = ({ field, id }: Assignment): Parameters<typeof BoardTask.normalise>[0] => ({
  ...(field === "assigned_to_instance_id" ? undefined : { assigned_to_instance_id: { set: null } }),
  ...(field === "assigned_to_user_id" ? undefined : { assigned_to_user_id: { set: null } }),
  [field]: { set: id }
})
