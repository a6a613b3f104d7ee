/**
 * A record of each kind that lives through changes of every sort, seen through the verbs that all kinds have.
 *
 * @internal
 */
import {
  AgentTaskTracker,
  Board,
  BoardTask,
  type History,
  Json,
  type Past,
  type Records,
  type Refusals,
  type Revision,
  Task,
  TaskAgent,
  TaskAgents,
  Tasks,
  Trackers
} from "@emend/domain"
import * as Effect from "effect/Effect"
import type { Services } from "./Fact.ts"

type Row = Revision.Row
type Seen = Records.Saved<Row>
type Led = History.Restored<Row>
type Run<A> = Effect.Effect<A, Records.UpdateRefusal | Refusals.TransitionRefused, Services>

/** A record with a past, and what can be done to it. */
export interface Life {
  /** The fields that updates can set: what restore and undo are about. */
  readonly own: (state: Row) => Row
  /** What two records have in common that went through the same: all but ids and times. */
  readonly lasting: (state: Row) => Row
  readonly get: Run<Seen>
  readonly at: (version: number) => Run<Seen>
  readonly diff: (from: number, to?: number) => Run<Past.Difference>
  readonly restore: (version: number, conditions?: Records.Conditions) => Run<Led>
  readonly undo: (revision: number, conditions?: Records.Conditions) => Run<Led>
  readonly history: Run<ReadonlyArray<Revision.Revision>>
  /** An update of a field of text, which is the first change. */
  readonly write: (text: string, conditions?: Records.UpdateConditions) => Run<Records.Changed<Row>>
  /** An update of the field of `write` and another one. */
  readonly both: (text: string, conditions?: Records.UpdateConditions) => Run<Records.Changed<Row>>
  /** Updates of several fields, one of which is refused for its value. */
  readonly wrong: ReadonlyArray<Run<unknown>>
  /** The path that `write` writes. */
  readonly path: string
  /** Changes of every sort that the kind has, each of which has an effect. */
  readonly steps: ReadonlyArray<Run<unknown>>
  /** Changes that each have an effect in any order, none of them on what another one or `write` touches. */
  readonly elsewhere: ReadonlyArray<Run<unknown>>
}

/** A text that takes as many bytes as a whole value may. */
const large = "x".repeat(Json.maxBytes)

const only = (fields: ReadonlyArray<string>) => (state: Row): Row =>
  Object.fromEntries(fields.map((field) => [field, state[field]]))

const task: Run<Life> = Effect.gen(function*() {
  const tasks = yield* Tasks
  const { state: { id } } = yield* tasks.create({ params: { a: 1, b: { c: 2 }, ["__proto__"]: null } })
  const update = (body: object, conditions?: Records.UpdateConditions) =>
    tasks.update(id, Task.Task.fromBody({ ...body }), conditions)
  return {
    own: only(["params", "task_metadata"]),
    lasting: only(["params", "task_metadata", "status", "status_reason"]),
    get: tasks.get(id),
    at: (version) => tasks.at(id, version),
    diff: (from, to) => tasks.diff(id, from, to),
    restore: (version, conditions) => tasks.restore(id, version, conditions),
    undo: (revision, conditions) => tasks.undo(id, revision, conditions),
    history: tasks.history(id, { limit: 1_000 }),
    write: (text, conditions) => update({ merge_params: { text } }, conditions),
    both: (text, conditions) => update({ merge_params: { text }, task_metadata: { text } }, conditions),
    wrong: [
      update({ task_metadata: { m: 1 }, merge_params: { large } }),
      update({ task_metadata: { large }, merge_params: { text: "one" } })
    ],
    path: "/params/text",
    steps: [
      update({ merge_params: { a: 2, d: [1] } }),
      tasks.move(id, "INTERRUPTED"),
      update({ task_metadata: { m: 1 }, merge_params: { b: null } }),
      tasks.move(id, "RUNNING", { status_reason: "again" }),
      update({ task_metadata: {} })
    ],
    elsewhere: [
      update({ merge_params: { a: 2 } }),
      update({ task_metadata: { m: 1 } }),
      tasks.move(id, "INTERRUPTED")
    ]
  }
})

const tracker: Run<Life> = Effect.gen(function*() {
  const trackers = yield* Trackers
  const { state: { id: task_id } } = yield* (yield* Tasks).create({ agent_ids: ["a"] })
  const { state: { id } } = yield* trackers.assign({ task_id, agent_id: "a" })
  const events = yield* Effect.forEach([1, 2], (content) => trackers.append(task_id, { agent_id: "a", content }))
  const update = (body: object, conditions?: Records.UpdateConditions) =>
    trackers.update(id, AgentTaskTracker.AgentTaskTracker.fromBody({ ...body }), conditions)
  return {
    own: only(["status", "status_reason"]),
    lasting: ({ last_processed_event_id, status, status_reason }) => ({
      status,
      status_reason,
      sequence: last_processed_event_id?.sequence
    }),
    get: trackers.get(id),
    at: (version) => trackers.at(id, version),
    diff: (from, to) => trackers.diff(id, from, to),
    restore: (version, conditions) => trackers.restore(id, version, conditions),
    undo: (revision, conditions) => trackers.undo(id, revision, conditions),
    history: trackers.history(id, { limit: 1_000 }),
    write: (status, conditions) => update({ status }, conditions),
    both: (status, conditions) => update({ status, status_reason: status }, conditions),
    wrong: [update({ status: "busy", last_processed_event_id: "none" })],
    path: "/status",
    steps: [
      update({ last_processed_event_id: events[0]!.id }),
      update({ status: "busy", status_reason: "r", last_processed_event_id: events[1]!.id }),
      update({ status: null, status_reason: "s" })
    ],
    elsewhere: [update({ last_processed_event_id: events[0]!.id }), update({ status_reason: "r" })]
  }
})

const boardFields = [
  "title",
  "description",
  "priority",
  "assigned_to_type_id",
  "assigned_to_instance_id",
  "assigned_to_user_id",
  "correlation_bucket_id",
  "source"
]

const boardTask: Run<Life> = Effect.gen(function*() {
  const board = yield* Board
  const { state: { id } } = yield* board.create({ title: "Work" })
  const update = (body: object, conditions?: Records.UpdateConditions) =>
    board.update(id, BoardTask.BoardTask.fromBody({ ...body }), conditions)
  return {
    own: only(boardFields),
    lasting: only([...boardFields, "status"]),
    get: board.get(id),
    at: (version) => board.at(id, version),
    diff: (from, to) => board.diff(id, from, to),
    restore: (version, conditions) => board.restore(id, version, conditions),
    undo: (revision, conditions) => board.undo(id, revision, conditions),
    history: board.history(id, { limit: 1_000 }),
    write: (description, conditions) => update({ description }, conditions),
    both: (description, conditions) => update({ description, priority: 4 }, conditions),
    wrong: [],
    path: "/description",
    steps: [
      board.assign(id, { field: "assigned_to_type_id", id: "t" }),
      update({ priority: 1, title: "More work" }),
      board.claim(id, { field: "assigned_to_user_id", id: "u" }),
      update({ assigned_to_type_id: null, correlation_bucket_id: "b" }),
      board.transition(id, "review")
    ],
    elsewhere: [
      update({ priority: 1 }),
      update({ correlation_bucket_id: "b" }),
      board.assign(id, { field: "assigned_to_type_id", id: "t" })
    ]
  }
})

const scope = {
  organization_id: "00000000-0000-4000-8000-000000000001",
  project_id: "00000000-0000-4000-8000-000000000002"
}
const model = "00000000-0000-4000-8000-00000000000a"

const taskAgent: Run<Life> = Effect.gen(function*() {
  const agents = yield* TaskAgents
  const { active_revision, state: { id } } = yield* agents.create(scope, {
    name: "Ada",
    instruction: "Do",
    llm_model_id: model
  })
  const edit = (body: object, conditions?: Records.UpdateConditions) =>
    agents.update(scope, id, { _tag: "Edit", draft: TaskAgent.Edit.fromBody({ ...body }) }, conditions)
  const activate = (revision_id: string) => agents.update(scope, id, { _tag: "Activate", revision_id })
  return {
    own: only(["name", "task_agent_run_visibility"]),
    lasting: only(["name", "task_agent_run_visibility", "revision_count"]),
    get: agents.get(scope, id),
    at: (version) => agents.at(scope, id, version),
    diff: (from, to) => agents.diff(scope, id, from, to),
    restore: (version, conditions) => agents.restore(scope, id, version, conditions),
    undo: (revision, conditions) => agents.undo(scope, id, revision, conditions),
    history: agents.history(scope, id, { limit: 1_000 }),
    write: (name, conditions) => edit({ name }, conditions),
    both: (name, conditions) => edit({ name, description: name }, conditions),
    wrong: [edit({ name: "Eve", description: "d", memory_config: { large } })],
    path: "/name",
    steps: [
      edit({ task_agent_run_visibility: "all_viewers", description: "d" }),
      edit({ name: "Eve" }),
      Effect.flatMap(agents.get(scope, id), ({ revisions }) => activate(revisions[0]!.id)),
      edit({ max_turns: 3 }),
      activate(active_revision!.id)
    ],
    elsewhere: [edit({ task_agent_run_visibility: "all_viewers" }), edit({ description: "d" }), edit({ max_turns: 3 })]
  }
})

/** A new record of each kind whose records change. */
export const lives = { Tasks: task, Trackers: tracker, Board: boardTask, TaskAgents: taskAgent } as const
