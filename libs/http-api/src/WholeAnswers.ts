/**
 * What each operation answers in the whole form: as the services of the domain gave it, with nothing left out.
 *
 * @since 0.1.0
 */
import { Agent, AgentTaskTracker, BoardChange, BoardLink, BoardTask, Task, TaskAgent, Text } from "@emend/domain"
import * as Schema from "effect/Schema"
import { Activity, Counts } from "./definitions/BoardGraphOperations.ts"
import type { BoardGroup } from "./definitions/BoardGroup.ts"
import { Difference } from "./definitions/HistoryOperations.ts"
import { Activation, RevisionDifference, RevisionSummary, type TaskAgentsGroup } from "./definitions/TaskAgentsGroup.ts"
import type { TasksGroup } from "./definitions/TasksGroup.ts"
import { Event, type EventsGroup, type TrackersGroup } from "./definitions/TrackersGroup.ts"

/**
 * The media type of the whole form: a request whose `Accept` names it is answered so.
 *
 * @category models
 * @since 0.1.0
 */
export const wholeType = "application/vnd.emend.whole+json"

type Codec = Schema.Codec<any, any>
type Fields = Readonly<Record<string, Schema.Top>>

const saved = (state: Codec, more: Fields = {}): Codec =>
  Schema.Struct({ version: Schema.Int, state, ...more }) as unknown as Codec

const made = { changes: Schema.optionalKey(Schema.Int) }
const change = { changed: Schema.Boolean, ...made }
const restored = { ...change, leftAlone: Schema.Array(Schema.String) }
const cursor = { cursor: Schema.String }

const Revision = Schema.Struct({
  version: Schema.Int,
  at: Text.Timestamp,
  by: Schema.String,
  reason: Schema.NullOr(Schema.String),
  initial: Schema.NullOr(Schema.JsonObject),
  patch: Schema.JsonObject,
  inverse: Schema.JsonObject,
  moves: Schema.Record(Schema.String, Schema.Struct({ from: Schema.Json, to: Schema.Json })),
  redacted: Schema.optionalKey(Schema.Literal(true))
})

/** What the operations on records of every kind answer. */
const kept = (state: Codec, more: Fields = {}) => ({
  get: saved(state, more),
  diff: Difference,
  restore: saved(state, { ...more, ...restored }),
  undo: saved(state, { ...more, ...restored }),
  history: Schema.Array(Revision)
})

const task = Task.Task.State
const { params: _, ...summary } = (task as unknown as Schema.Struct<Record<string, Codec>>).fields
const moved = saved(task, change)
const agents = { agents: Schema.optionalKey(Schema.Array(Agent.Agent.State)) }

const tracker = AgentTaskTracker.AgentTaskTracker.State
const boardTask = BoardTask.BoardTask.State
const relatives = Schema.Array(saved(boardTask, { depth: Schema.Int, ...cursor }))

const { change: changed, number, subtask_id, task_id } =
  (BoardChange.BoardChange.State as unknown as Schema.Struct<Record<string, Codec>>).fields
const changeOfLink = Schema.Struct({ number: number!, change: changed!, task_id: task_id!, subtask_id: subtask_id! })

const agent = TaskAgent.TaskAgent.State
const active = { active_revision: Schema.NullOr(RevisionSummary) }
const view = { ...active, revisions: Schema.Array(RevisionSummary) }

type Answers<Group extends { readonly endpoints: object }> = { readonly [Id in keyof Group["endpoints"]]: Codec }

/**
 * The schemas of the whole answers by group and operation. All are JSON on both sides: what passes is what is meant.
 *
 * @category schemas
 * @since 0.1.0
 */
export const wholeAnswers: {
  readonly tasks: Answers<typeof TasksGroup>
  readonly trackers: Answers<typeof TrackersGroup>
  readonly events: Answers<typeof EventsGroup>
  readonly board: Answers<typeof BoardGroup>
  readonly taskAgents: Answers<typeof TaskAgentsGroup>
} = {
  tasks: {
    ...kept(task),
    create: saved(task, made),
    list: Schema.Array(saved(Schema.Struct(summary) as unknown as Codec, { ...cursor, ...agents })),
    get: saved(task, agents),
    getByName: saved(task, agents),
    updateByName: moved,
    removeByName: moved,
    update: moved,
    remove: moved,
    complete: moved,
    fail: moved,
    cancel: moved,
    interrupt: moved,
    terminate: moved,
    timeout: moved,
    resume: moved,
    clean: moved
  },
  trackers: {
    ...kept(tracker),
    assign: saved(tracker, { created: Schema.Boolean, ...made }),
    list: Schema.Array(saved(tracker, cursor)),
    update: saved(tracker, change)
  },
  events: { append: Event, list: Schema.Array(Event), get: Event },
  board: {
    ...kept(boardTask),
    create: saved(boardTask, made),
    list: Schema.Array(saved(boardTask, cursor)),
    update: saved(boardTask, change),
    remove: saved(boardTask, change),
    assign: saved(boardTask, change),
    claim: saved(boardTask, change),
    transition: saved(boardTask, change),
    transitions: saved(boardTask, {
      options: Schema.Array(
        Schema.Struct({ to: BoardTask.Status, legal: Schema.Boolean, blocked_by: Schema.NullOr(Schema.String) })
      )
    }),
    counts: Counts,
    createSubtask: saved(boardTask, made),
    link: saved(BoardLink.BoardLink.State, { created: Schema.Boolean, ...made }),
    unlink: Schema.Struct(made),
    subtasks: relatives,
    parents: relatives,
    ancestors: relatives,
    descendants: relatives,
    activity: Schema.Array(Schema.Struct({ ...Activity.fields, link: Schema.optionalKey(changeOfLink), ...cursor }))
  },
  taskAgents: {
    ...kept(agent, view),
    create: saved(agent, { ...view, ...made }),
    list: Schema.Array(saved(agent, { ...active, ...cursor })),
    update: saved(agent, { ...view, ...change, revision_id: Schema.NullOr(Text.Uuid) }),
    remove: saved(agent, change),
    revisions: Schema.Array(saved(RevisionSummary, cursor)),
    revision: Schema.Struct({ revision: TaskAgent.TaskAgentRevision.State, active: Schema.Boolean }),
    compare: RevisionDifference,
    activations: Schema.Array(Activation)
  }
}
