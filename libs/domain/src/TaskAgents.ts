/**
 * The use cases of task agents.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Caller } from "./Caller.ts"
import * as ContentHash from "./ContentHash.ts"
import { Identifiers } from "./Identifiers.ts"
import { Configuration, problems } from "./kinds/Configuration.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import * as Rebase from "./Rebase.ts"
import * as Records from "./Records.ts"
import { type Insert, RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { InputInvalid, RebaseConflict, RecordMissing, ReferenceUnknown } from "./Refusals.ts"
import type { Revision } from "./Revision.ts"
import { timestamp } from "./Text.ts"

/**
 * Where an agent lives. An agent of another scope is missing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Scope {
  readonly organization_id: string
  readonly project_id: string
}

/**
 * What is told of a revision beside its agent: all but the configuration.
 *
 * @category models
 * @since 0.1.0
 */
export interface RevisionSummary extends
  Pick<
    TaskAgent.TaskAgentRevision,
    "id" | "number" | "parent_revision_id" | "created" | "created_by" | "annotation" | "content_hash"
  >
{
  readonly active: boolean
}

/**
 * An agent with its active revision and its newest 100 revisions, newest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface AgentView extends Records.Saved<TaskAgent.TaskAgent> {
  readonly active_revision: RevisionSummary | null
  readonly revisions: ReadonlyArray<RevisionSummary>
}

/**
 * The outcome of an update: the agent, whether anything changed, and the revision that an edit made.
 *
 * @category models
 * @since 0.1.0
 */
export interface AgentChanged extends AgentView {
  readonly changed: boolean
  readonly revision_id: string | null
}

/**
 * The conditions of an update of an agent. `base` is the revision that an edit builds on (the tip without it), and
 * `annotation`, of at most 255 characters, is kept in the revision that it makes.
 *
 * @category models
 * @since 0.1.0
 */
export interface AgentConditions extends Records.UpdateConditions {
  readonly base?: string
  readonly annotation?: string
}

type Root = Records.Saved<TaskAgent.TaskAgent>

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
    options?: Records.Reason
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
  ) => Effect.Effect<Root, Records.DecisionRefusal>
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

  const find = Effect.fnUntraced(function*(scope: Scope, id: string) {
    const root = yield* records.find(id)
    return inScope(scope, root) ? root : yield* new RecordMissing({ kind: "TaskAgent", id })
  })

  const findRevision = Effect.fnUntraced(function*(root: Root, id: string) {
    const { tenant } = yield* Caller
    const [found] = yield* store.get([{ kind: "TaskAgentRevision", tenant, id }])
    const revision = found?.state as TaskAgent.TaskAgentRevision | undefined
    return revision?.task_agent_id === root.state.id ? revision : undefined
  })

  const view = Effect.fnUntraced(function*(root: Root): Effect.fn.Return<AgentView, StoreUnavailable> {
    const { tenant } = yield* Caller
    const found = yield* store.find({
      kind: "TaskAgentRevision",
      tenant,
      where: { task_agent_id: root.state.id },
      order: [{ field: "number", direction: "desc" }],
      limit: listed
    })
    const summarise = (revision: TaskAgent.TaskAgentRevision) => summary(root, revision)
    // The root was read first: a revision that came since is not yet a part of this version.
    const revisions = found.map(({ state }) => state as TaskAgent.TaskAgentRevision)
      .filter(({ number }) => number <= root.state.revision_count)
    const { active_revision_id: activeId } = root.state
    const active = activeId === null
      ? undefined
      : revisions.find(({ id }) => id === activeId) ?? (yield* findRevision(root, activeId))
    return {
      ...root,
      active_revision: active === undefined ? null : summarise(active),
      revisions: revisions.map(summarise)
    }
  })

  const create = Effect.fn("TaskAgents.create")(function*(
    scope: Scope,
    input: typeof TaskAgent.Creation.Type,
    options: Records.Reason = {}
  ) {
    const configuration = TaskAgent.initialConfiguration(input)
    const broken = problems(configuration)
    if (broken.length > 0) {
      return yield* new InputInvalid({
        problems: broken.map(({ field, message }) => ({ path: [field], message }))
      })
    }
    const id = yield* (yield* Identifiers).next
    const revision = yield* newRevision({ agent: id, number: 1, parent: null, configuration, annotation: undefined })
    const at = revision.state.created
    const root = yield* records.create({
      id,
      ...scope,
      name: input.name,
      task_agent_run_visibility: input.task_agent_run_visibility ?? "owner_only",
      is_deleted: false,
      created: at,
      modified: at,
      active_revision_id: revision.state.id,
      tip_revision_id: revision.state.id,
      revision_count: 1
    }, { ...options, along: [revision] })
    return yield* view(root)
  })

  /** Refuses an edit that what came since the version cannot carry: changes in place, and of the configuration at the tip. */
  const carryOver = Effect.fnUntraced(
    function*(root: Root, patch: ReturnType<typeof TaskAgent.split>, version: number) {
      const { id } = root.state
      const since = yield* records.since(id, root, version)
      const tip = (yield* findRevision(root, root.state.tip_revision_id))!
      const tipThen = since.findLast(({ moves }) => moves["tip_revision_id"] !== undefined)?.moves["tip_revision_id"]!
        .from
      const then = tipThen === undefined ? tip : (yield* findRevision(root, tipThen as string))!
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
      if (after === before) return { patch: patch.root, revision_id: null }
      const revision = yield* newRevision({
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
        revision_id: revision.state.id
      }
    }
  )

  const activate = Effect.fnUntraced(function*(root: Root, revision_id: string) {
    const revision = yield* findRevision(root, revision_id)
    if (revision === undefined) return yield* new RecordMissing({ kind: "TaskAgentRevision", id: revision_id })
    if (root.state.active_revision_id === revision_id) return { revision_id: null }
    const broken = problems(TaskAgent.configurationOf(revision))
    if (broken.length > 0) {
      return yield* new InputInvalid({
        problems: broken.map(({ field, message }) => ({
          path: ["active_revision_id"],
          message: `${field}: ${message}`
        }))
      })
    }
    return { assign: { active_revision_id: revision_id, tip_revision_id: revision_id }, revision_id: null }
  })

  const update = Effect.fn("TaskAgents.update")(function*(
    scope: Scope,
    id: string,
    command: TaskAgent.Command,
    conditions: AgentConditions = {}
  ) {
    let made: string | null = null
    const changed = yield* records.decide(id, conditions, (root) =>
      Effect.gen(function*() {
        if (!inScope(scope, root)) return yield* new RecordMissing({ kind: "TaskAgent", id })
        const { revision_id, ...change } = command._tag === "Edit"
          ? yield* edit(root, command, conditions)
          : yield* activate(root, command.revision_id)
        made = revision_id
        return change as Records.Change
      }))
    return { ...(yield* view(changed)), changed: changed.changed, revision_id: made as string | null }
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
    history: (scope, id, page) => Effect.andThen(find(scope, id), records.history(id, page))
  })
})

const inScope = (scope: Scope, { state }: Root): boolean =>
  state.organization_id === scope.organization_id && state.project_id === scope.project_id

const summary = (root: Root, revision: TaskAgent.TaskAgentRevision): RevisionSummary => ({
  id: revision.id,
  number: revision.number,
  parent_revision_id: revision.parent_revision_id,
  active: root.state.active_revision_id === revision.id,
  created: revision.created,
  created_by: revision.created_by,
  annotation: revision.annotation,
  content_hash: revision.content_hash
})

const newRevision = Effect.fnUntraced(function*(
  { agent, annotation, configuration, number, parent }: {
    readonly agent: string
    readonly number: number
    readonly parent: string | null
    readonly configuration: Configuration
    readonly annotation: string | undefined
  }
) {
  const { subject, tenant } = yield* Caller
  const id = yield* (yield* Identifiers).next
  const at = timestamp(yield* Clock.currentTimeNanos)
  const state: TaskAgent.TaskAgentRevision = {
    id,
    task_agent_id: agent,
    number,
    parent_revision_id: parent,
    created: at,
    created_by: subject,
    annotation: annotation ?? null,
    content_hash: yield* ContentHash.of(configuration),
    ...configuration
  }
  return {
    _tag: "Insert",
    key: { kind: "TaskAgentRevision", tenant, id },
    state,
    author: { at, by: subject, reason: null }
  } satisfies Insert
})
