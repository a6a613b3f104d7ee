/**
 * The use cases of task agents.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as AgentActivation from "./AgentActivation.ts"
import * as AgentCreation from "./AgentCreation.ts"
import * as AgentEdit from "./AgentEdit.ts"
import * as AgentLists from "./AgentLists.ts"
import * as AgentPast from "./AgentPast.ts"
import * as AgentRecords from "./AgentRecords.ts"
import {
  type Activation,
  type AgentChanged,
  type AgentConditions,
  type AgentRestored,
  type AgentView,
  type Compared,
  type ListedAgent,
  type RevisionSummary,
  type Scope,
  summary
} from "./AgentView.ts"
import type * as History from "./History.ts"
import * as ConfigurationDifference from "./kinds/ConfigurationDifference.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import type * as Lists from "./Lists.ts"
import type * as Past from "./Past.ts"
import type * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { InputInvalid, type RecordMissing, type RevisionRedacted, type VersionUnknown } from "./Refusals.ts"
import type { Revision } from "./Revision.ts"
import * as UseCase from "./UseCase.ts"

/**
 * Creates, reads and updates agents: an edit makes an inactive revision, and only an activation changes what is active.
 *
 * @category services
 * @since 0.1.0
 */
export class TaskAgents extends Context.Service<TaskAgents, {
  /** Creates an agent with revision 1, active. */
  readonly create: (
    scope: Scope,
    input: typeof TaskAgent.Creation.Type,
    conditions?: Records.Authoring
  ) => Effect.Effect<AgentView & Pick<Records.Created<TaskAgent.TaskAgent>, "changes">, Records.CommitRefusal>
  readonly get: (scope: Scope, id: string) => Effect.Effect<AgentView, RecordMissing | StoreUnavailable>
  /** Lists the agents of a project with their active revisions, the newest first. */
  readonly list: (
    scope: Scope,
    range?: Lists.Range
  ) => Effect.Effect<ReadonlyArray<ListedAgent>, Lists.ListRefusal>
  /** Lists what is told of the revisions of an agent beside it, the newest first. */
  readonly revisions: (
    scope: Scope,
    id: string,
    range?: Lists.Range
  ) => Effect.Effect<ReadonlyArray<Lists.Listed<RevisionSummary>>, RecordMissing | Lists.ListRefusal>
  readonly revision: (
    scope: Scope,
    id: string,
    revision_id: string
  ) => Effect.Effect<
    { readonly revision: TaskAgent.TaskAgentRevision; readonly active: boolean },
    RecordMissing | StoreUnavailable
  >
  /** Compares two revisions of an agent; `active` stands for the id of the active one. */
  readonly compare: (
    scope: Scope,
    id: string,
    from: string,
    to: string
  ) => Effect.Effect<Compared, RecordMissing | StoreUnavailable>
  /** The activations of an agent, newest first (at most `limit`, default 50); the creation is the first of them. */
  readonly activations: (
    scope: Scope,
    id: string,
    page?: Records.HistoryPage
  ) => Effect.Effect<ReadonlyArray<Activation>, RecordMissing | StoreUnavailable>
  /** Edits an agent or activates one of its revisions (laws Q1 to Q6). */
  readonly update: (
    scope: Scope,
    id: string,
    command: TaskAgent.Command,
    conditions?: AgentConditions
  ) => Effect.Effect<AgentChanged, Records.UpdateRefusal>
  /** Deletes an agent softly; nothing about it can change afterwards. */
  readonly remove: (
    scope: Scope,
    id: string,
    conditions?: Records.Conditions
  ) => Effect.Effect<Records.Changed<TaskAgent.TaskAgent>, Records.DecisionRefusal>
  /** The agent as it was at a version: its root, the revision that was active, and those that it had. */
  readonly at: (scope: Scope, id: string, version: number) => Effect.Effect<AgentView, History.PastRefusal>
  /** What differs between two versions of the root. */
  readonly diff: (
    scope: Scope,
    id: string,
    from: number,
    to?: number
  ) => Effect.Effect<Past.Difference, History.PastRefusal>
  /**
   * Leads the root back to its state at a version and activates the revision that was active then, in one change.
   * Revisions made since stay, inactive.
   */
  readonly restore: (
    scope: Scope,
    id: string,
    version: number,
    conditions?: Records.Conditions
  ) => Effect.Effect<AgentRestored, Records.DecisionRefusal | VersionUnknown | RevisionRedacted>
  /** Takes one change of the root's own fields back; the revision that it made or activated is left alone. */
  readonly undo: (
    scope: Scope,
    id: string,
    revision: number,
    conditions?: Records.Conditions
  ) => Effect.Effect<AgentRestored, Records.UpdateRefusal>
  readonly history: (
    scope: Scope,
    id: string,
    page?: Records.HistoryPage
  ) => Effect.Effect<ReadonlyArray<Revision>, RecordMissing | StoreUnavailable>
}>()("@emend/domain/TaskAgents") {
  static readonly layer = Layer.effect(TaskAgents, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const store = yield* RecordStore
  const agents = AgentRecords.make(store)
  const { decide, find, once, outcome, view } = agents
  const edit = AgentEdit.make(agents)
  const activation = AgentActivation.make(agents, store)

  const update = Effect.fnUntraced(function*(
    scope: Scope,
    id: string,
    command: TaskAgent.Command,
    conditions: AgentConditions = {}
  ) {
    if (command._tag === "Activate" && (conditions.base !== undefined || conditions.annotation !== undefined)) {
      return yield* new InputInvalid({
        problems: [{ path: ["active_revision_id"], message: "A base and an annotation belong to an edit" }]
      })
    }
    const { note, ...changed } = yield* decide(scope, id, conditions, (root) =>
      Effect.gen(function*() {
        if (command._tag === "Activate" && conditions.rebaseFrom !== undefined) {
          yield* activation.supersede(root, command.revision_id, conditions.rebaseFrom)
        }
        const { paths, revision_id, ...change } = command._tag === "Edit"
          ? yield* edit(root, command, conditions)
          : yield* activation.activate(root, command.revision_id)
        return { ...change, note: { paths, revision_id: conditions.dryRun === true ? null : revision_id } }
      }))
    return { ...(yield* outcome(changed, note.paths)), revision_id: note.revision_id }
  })

  const revision = Effect.fnUntraced(function*(scope: Scope, id: string, revision_id: string) {
    const root = yield* find(scope, id)
    const found = yield* agents.require(root, revision_id)
    return { revision: found, active: root.state.active_revision_id === found.id }
  })

  const compare = Effect.fnUntraced(function*(scope: Scope, id: string, from: string, to: string) {
    const root = yield* find(scope, id)
    const [before, after] = yield* Effect.forEach([from, to], (name) => agents.require(root, name))
    return {
      from: summary(root, before!),
      to: summary(root, after!),
      ...ConfigurationDifference.between(TaskAgent.configurationOf(before!), TaskAgent.configurationOf(after!))
    }
  })

  return TaskAgents.of({
    create: once("TaskAgents.create", AgentCreation.make(agents)),
    get: (scope, id) => Effect.flatMap(find(scope, id), view),
    ...AgentLists.make(store, find),
    revision,
    compare,
    activations: (scope, id, page) => Effect.flatMap(find(scope, id), () => activation.log(id, page)),
    update: once("TaskAgents.update", update),
    remove: once(
      "TaskAgents.remove",
      (scope, id, conditions = {}) =>
        decide(scope, id, conditions, () => Effect.succeed({ assign: { is_deleted: true } }))
    ),
    ...AgentPast.make(agents, activation)
  })
}).pipe(Effect.map(UseCase.spans("TaskAgents")))
