/**
 * What the use cases of task agents share: roots in their scope, told with their revisions.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import * as AgentRevisions from "./AgentRevisions.ts"
import { type AgentView, inScope, type Scope, told } from "./AgentView.ts"
import * as History from "./History.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import * as Once from "./Once.ts"
import * as Records from "./Records.ts"
import type { RecordStore, StoreUnavailable } from "./RecordStore.ts"
import { RecordMissing } from "./Refusals.ts"
import type { Row } from "./Revision.ts"

/** The root of an agent as it is now. */
export type Root = Records.Saved<TaskAgent.TaskAgent>

/** The agents of a store. */
export interface AgentRecords {
  readonly records: Records.Records<typeof TaskAgent.TaskAgent.fields>
  readonly past: History.Histories<TaskAgent.TaskAgent>
  readonly revisions: AgentRevisions.AgentRevisions
  readonly once: Once.Once
  /** The root of an agent of a scope. */
  readonly find: (scope: Scope, id: string) => Effect.Effect<Root, RecordMissing | StoreUnavailable>
  /** A revision of an agent; `active` stands for the id of the active one. */
  readonly require: (
    root: Root,
    revision_id: string
  ) => Effect.Effect<TaskAgent.TaskAgentRevision, RecordMissing | StoreUnavailable>
  /** Decides as `records.decide` does, about an agent of a scope. */
  readonly decide: <E, R, N extends Row>(
    scope: Scope,
    id: string,
    conditions: Records.Conditions,
    decision: (root: Root) => Effect.Effect<Records.Change & Records.Noted<N>, E, R>
  ) => Effect.Effect<
    Records.Changed<TaskAgent.TaskAgent> & Required<Records.Noted<N>>,
    E | Records.DecisionRefusal,
    R
  >
  /** Tells of a root as it is, or was: the revisions that came since are not yet a part of it. */
  readonly view: (root: Root) => Effect.Effect<AgentView, StoreUnavailable>
  /** Tells of an agent after a change; the pointers that move with it count as the one path that the caller named. */
  readonly outcome: (
    changed: Records.Changed<TaskAgent.TaskAgent>,
    paths?: number
  ) => Effect.Effect<AgentView & Pick<Records.Changed<TaskAgent.TaskAgent>, "changed" | "changes">, StoreUnavailable>
}

/** How many revisions are told with an agent. */
const listed = 100

/** Gives the agents of a store. */
export const make = (store: RecordStore["Service"]): AgentRecords => {
  const records = Records.make(store, TaskAgent.taskAgentKind, TaskAgent.TaskAgent)
  const past = History.make(store, TaskAgent.taskAgentKind, records)
  const revisions = AgentRevisions.make(store)

  const within = (scope: Scope, root: Root) =>
    inScope(scope, root)
      ? Effect.succeed(root)
      : Effect.fail(new RecordMissing({ kind: "TaskAgent", id: root.state.id }))

  const view = Effect.fnUntraced(function*(root: Root): Effect.fn.Return<AgentView, StoreUnavailable> {
    const newest = yield* revisions.below(root, root.state.revision_count + 1, listed)
    const { active_revision_id: activeId } = root.state
    const active = newest.find(({ id }) => id === activeId) ??
      (activeId === null ? undefined : (yield* revisions.summaries([activeId])).get(activeId))
    return told(root, newest, active)
  })

  return {
    records,
    past,
    revisions,
    once: Once.make(store),
    require: Effect.fnUntraced(function*(root, revision_id) {
      const id = revision_id === "active" ? root.state.active_revision_id : revision_id
      const found = id === null ? undefined : yield* revisions.find(root, id)
      return found ?? (yield* new RecordMissing({ kind: "TaskAgentRevision", id: revision_id }))
    }),
    find: (scope, id) => Effect.flatMap(records.find(id), (root) => within(scope, root)),
    decide: (scope, id, conditions, decision) =>
      records.decide(id, conditions, (root) => Effect.flatMap(within(scope, root), decision)),
    view,
    outcome: ({ changed, changes, ...root }, paths) =>
      Effect.map(view(root), (told) => ({
        ...told,
        changed,
        ...(changes === undefined ? undefined : { changes: paths ?? changes })
      }))
  }
}
