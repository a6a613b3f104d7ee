/**
 * The use cases of task agents.
 *
 * @since 0.1.0
 */
import { Mask } from "@emend/algebra"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as AgentRevisions from "./AgentRevisions.ts"
import {
  type AgentChanged,
  type AgentConditions,
  type AgentRestored,
  type AgentView,
  inScope,
  pathsOf as paths,
  type Scope,
  summary
} from "./AgentView.ts"
import * as History from "./History.ts"
import { Identifiers } from "./Identifiers.ts"
import { Configuration, problems } from "./kinds/Configuration.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import type * as Past from "./Past.ts"
import * as Rebase from "./Rebase.ts"
import * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { InputInvalid, RebaseConflict, RecordMissing, ReferenceUnknown, type VersionUnknown } from "./Refusals.ts"
import type { Revision } from "./Revision.ts"

type Root = Records.Saved<TaskAgent.TaskAgent>
type Changed = Records.Changed<TaskAgent.TaskAgent>

/** How many revisions are told with an agent. */
const listed = 100

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
  ) => Effect.Effect<AgentView, Records.CommitRefusal>
  readonly get: (scope: Scope, id: string) => Effect.Effect<AgentView, RecordMissing | StoreUnavailable>
  readonly revision: (
    scope: Scope,
    id: string,
    revision_id: string
  ) => Effect.Effect<
    { readonly revision: TaskAgent.TaskAgentRevision; readonly active: boolean },
    RecordMissing | StoreUnavailable
  >
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
  ) => Effect.Effect<AgentRestored, Records.DecisionRefusal | VersionUnknown>
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
  const records = Records.make(store, TaskAgent.taskAgentKind, TaskAgent.TaskAgent)
  const past = History.make(store, TaskAgent.taskAgentKind, records)

  const find = Effect.fnUntraced(function*(scope: Scope, id: string) {
    const root = yield* records.find(id)
    return inScope(scope, root) ? root : yield* new RecordMissing({ kind: "TaskAgent", id })
  })

  const { below: revisionsBelow, find: findRevision, findSummary, withConfigurations } = AgentRevisions.make(store)

  /** Tells of a root as it is, or was: the revisions that came since are not yet a part of it. */
  const view = Effect.fnUntraced(function*(root: Root): Effect.fn.Return<AgentView, StoreUnavailable> {
    const newest = yield* revisionsBelow(root, root.state.revision_count + 1, listed)
    const { active_revision_id: activeId } = root.state
    const active = newest.find(({ id }) => id === activeId) ??
      (activeId === null ? undefined : yield* findSummary(root, activeId))
    return {
      ...root,
      active_revision: active === undefined ? null : summary(root, active),
      revisions: newest.map((revision) => summary(root, revision))
    }
  })

  const create = Effect.fn("TaskAgents.create")(function*(
    scope: Scope,
    input: typeof TaskAgent.Creation.Type,
    conditions: Records.Authoring = {}
  ) {
    const configuration = TaskAgent.initialConfiguration(input)
    const broken = problems(configuration)
    if (broken.length > 0) {
      return yield* new InputInvalid({
        problems: broken.map(({ field, message }) => ({ path: [field], message }))
      })
    }
    const id = yield* (yield* Identifiers).next
    const revision = yield* AgentRevisions.draft({
      agent: id,
      number: 1,
      parent: null,
      configuration,
      annotation: undefined
    })
    const root = yield* records.create(
      TaskAgent.initial(input, { id, ...scope, at: revision.state.created, revision: revision.state.id }),
      conditions,
      [revision]
    )
    return yield* view(root)
  })

  /** Refuses an edit that what came since the version cannot carry: changes in place, and of the configuration at the tip. */
  const carryOver = Effect.fnUntraced(
    function*(root: Root, patch: ReturnType<typeof TaskAgent.split>, version: number) {
      const { id } = root.state
      const since = yield* records.since(id, root, version)
      const tip = (yield* findRevision(root, root.state.tip_revision_id))!
      const tipThen = since.moved["tip_revision_id"]
      const then = tipThen === undefined ? tip : (yield* findRevision(root, tipThen))!
      const base = TaskAgent.configurationOf(then)
      const theirs = TaskAgent.configurationOf(tip)
      const conflicts = [
        ...records.conflicts(patch.root, root, since),
        ...Rebase.conflicts(Configuration, {
          base,
          theirs,
          committed: Configuration.diff(base, theirs),
          patch: patch.configuration
        })
      ]
      if (conflicts.length > 0) {
        return yield* new RebaseConflict({ kind: "TaskAgent", id, present: root.version, conflicts })
      }
    }
  )

  const edit = Effect.fnUntraced(
    function*(root: Root, command: TaskAgent.Command & { _tag: "Edit" }, conditions: AgentConditions) {
      const { id } = root.state
      const patch = TaskAgent.split(command.draft.patch)
      if (conditions.rebaseFrom !== undefined) yield* carryOver(root, patch, conditions.rebaseFrom)
      const baseId = conditions.base ?? root.state.tip_revision_id
      const base = yield* findRevision(root, baseId)
      if (base === undefined) {
        return yield* new ReferenceUnknown({
          kind: "TaskAgentRevision",
          field: "Revision-Base",
          given: baseId,
          message: "the base of an edit must be a revision of the agent"
        })
      }
      const before = TaskAgent.configurationOf(base)
      const after = Configuration.apply(before, patch.configuration)
      const rootPaths = paths(root, patch.root)
      if (after === before) return { patch: patch.root, revision_id: null, paths: rootPaths }
      const revision = yield* AgentRevisions.draft({
        agent: id,
        number: root.state.revision_count + 1,
        parent: base.id,
        configuration: after,
        annotation: conditions.annotation
      })
      return {
        patch: patch.root,
        assign: { tip_revision_id: revision.state.id, revision_count: revision.state.number },
        along: [revision],
        revision_id: revision.state.id,
        paths: rootPaths + Mask.paths(Configuration.mask(Configuration.diff(before, after))).length
      }
    }
  )

  /** Refuses an activation that was written against another active revision than the present one. */
  const supersede = Effect.fnUntraced(function*(root: Root, revision_id: string, version: number) {
    const { active_revision_id: theirs, id } = root.state
    const { moved } = yield* records.since(id, root, version)
    if (Object.hasOwn(moved, "active_revision_id") && theirs !== revision_id) {
      const conflict = { path: "/active_revision_id", base: moved["active_revision_id"], theirs, mine: revision_id }
      return yield* new RebaseConflict({ kind: "TaskAgent", id, present: root.version, conflicts: [conflict] })
    }
  })

  const activate = Effect.fnUntraced(function*(root: Root, revision_id: string, asked = "active_revision_id") {
    const revision = yield* findRevision(root, revision_id)
    if (revision === undefined) return yield* new RecordMissing({ kind: "TaskAgentRevision", id: revision_id })
    if (root.state.active_revision_id === revision_id) return { revision_id: null, paths: 0 }
    const broken = problems(TaskAgent.configurationOf(revision))
    if (broken.length > 0) {
      return yield* new InputInvalid({
        problems: broken.map(({ field, message }) => ({
          path: [asked],
          message: `${field}: ${message}`
        }))
      })
    }
    return { assign: { active_revision_id: revision_id, tip_revision_id: revision_id }, revision_id: null, paths: 1 }
  })

  const update = Effect.fn("TaskAgents.update")(function*(
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
    let made: string | null = null
    let touched = 0
    const changed = yield* records.decide(id, conditions, (root) =>
      Effect.gen(function*() {
        if (!inScope(scope, root)) return yield* new RecordMissing({ kind: "TaskAgent", id })
        if (command._tag === "Activate" && conditions.rebaseFrom !== undefined) {
          yield* supersede(root, command.revision_id, conditions.rebaseFrom)
        }
        const { paths, revision_id, ...change } = command._tag === "Edit"
          ? yield* edit(root, command, conditions)
          : yield* activate(root, command.revision_id)
        made = conditions.dryRun === true ? null : revision_id
        touched = paths
        return change as Records.Change
      }))
    return { ...(yield* outcome(changed, touched)), revision_id: made as string | null }
  })

  /** Tells of an agent after a change; the pointers that move with it count as the one path that the caller named. */
  const outcome = Effect.fnUntraced(function*({ changed, changes, ...root }: Changed, paths: number | undefined) {
    return { ...(yield* view(root)), changed, ...(changes === undefined ? undefined : { changes: paths ?? changes }) }
  })

  const at = Effect.fn("TaskAgents.at")(function*(scope: Scope, id: string, version: number) {
    const root = yield* find(scope, id)
    return yield* view(yield* past.earlier(id, root, version))
  })

  const restore = Effect.fn("TaskAgents.restore")(function*(
    scope: Scope,
    id: string,
    version: number,
    conditions: Records.Conditions = {}
  ) {
    let leftAlone: ReadonlyArray<string> = []
    let touched = 0
    const changed = yield* records.decide(
      id,
      History.because(conditions, `Restores version ${version}`),
      (root) =>
        Effect.gen(function*() {
          if (!inScope(scope, root)) return yield* new RecordMissing({ kind: "TaskAgent", id })
          const { state } = yield* past.earlier(id, root, version)
          const patch = TaskAgent.TaskAgent.diff(root.state, state)
          const active = state.active_revision_id
          leftAlone = active === null && root.state.active_revision_id !== null ? ["active_revision"] : []
          const { paths: pointer, revision_id: _, ...pointed } = active === null
            ? { paths: 0, revision_id: null }
            : yield* activate(root, active, "version")
          touched = paths(root, patch) + pointer
          return { patch, ...pointed } as Records.Change
        })
    )
    return { ...(yield* outcome(changed, touched)), leftAlone }
  })

  const undo = Effect.fn("TaskAgents.undo")(function*(
    scope: Scope,
    id: string,
    number: number,
    conditions: Records.Conditions = {}
  ) {
    let leftAlone: ReadonlyArray<string> = []
    const changed = yield* records.decide(
      id,
      History.because(conditions, `Undoes revision ${number}`),
      (root) =>
        Effect.gen(function*() {
          if (!inScope(scope, root)) return yield* new RecordMissing({ kind: "TaskAgent", id })
          const { patch, revision: { moves } } = yield* past.reverse(id, root, number)
          leftAlone = [
            ...(moves["revision_count"] === undefined ? [] : ["configuration"]),
            ...(moves["active_revision_id"] === undefined ? [] : ["active_revision"])
          ]
          return { patch }
        })
    )
    return { ...(yield* outcome(changed, undefined)), leftAlone }
  })

  const revision = Effect.fn("TaskAgents.revision")(function*(scope: Scope, id: string, revision_id: string) {
    const root = yield* find(scope, id)
    const found = yield* findRevision(root, revision_id)
    if (found === undefined) return yield* new RecordMissing({ kind: "TaskAgentRevision", id: revision_id })
    return { revision: found, active: root.state.active_revision_id === revision_id }
  })

  return TaskAgents.of({
    create,
    get: (scope, id) => Effect.flatMap(find(scope, id), view),
    revision,
    update,
    remove: (scope, id, conditions = {}) =>
      records.decide(id, conditions, (root) =>
        inScope(scope, root)
          ? Effect.succeed({ assign: { is_deleted: true } })
          : Effect.fail(new RecordMissing({ kind: "TaskAgent", id }))),
    at,
    diff: (scope, id, from, to) => Effect.andThen(find(scope, id), past.diff(id, from, to)),
    restore,
    undo,
    history: Effect.fn("TaskAgents.history")(function*(scope: Scope, id: string, page?: Records.HistoryPage) {
      yield* find(scope, id)
      return yield* withConfigurations(yield* records.history(id, page))
    })
  })
})
