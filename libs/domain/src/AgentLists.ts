/**
 * Lists of task agents and of their revisions.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import * as AgentRevisions from "./AgentRevisions.ts"
import { type ListedAgent, type Scope, summary } from "./AgentView.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import * as Lists from "./Lists.ts"
import type * as Records from "./Records.ts"
import type { RecordStore, StoreUnavailable } from "./RecordStore.ts"
import type { RecordMissing } from "./Refusals.ts"

/** Lists agents and revisions. `find` gives the agent of a scope. */
export const make = (
  store: RecordStore["Service"],
  find: (
    scope: Scope,
    id: string
  ) => Effect.Effect<Records.Saved<TaskAgent.TaskAgent>, RecordMissing | StoreUnavailable>
) => {
  const agents = Lists.make<TaskAgent.TaskAgent>(store, TaskAgent.taskAgentKind)
  const summaries = Lists.make<AgentRevisions.Summarised>(store, TaskAgent.taskAgentRevisionKind)
  const { summaries: summariesOf } = AgentRevisions.make(store)

  return {
    list: Effect.fnUntraced(function*(scope: Scope, range: Lists.Range = {}) {
      const { organization_id, project_id } = scope
      const where = Lists.where({ organization_id, project_id })
      const roots = yield* agents({ filter: { where }, by: ["created"], direction: "desc" }, range)
      const activeById = yield* summariesOf(roots.flatMap(({ state }) => state.active_revision_id ?? []))
      return roots.map((root): ListedAgent => {
        const active = activeById.get(root.state.active_revision_id ?? "")
        return { ...root, active_revision: active === undefined ? null : summary(root, active) }
      })
    }),
    revisions: Effect.fnUntraced(function*(scope: Scope, id: string, range: Lists.Range = {}) {
      const root = yield* find(scope, id)
      const where = Lists.where({ task_agent_id: id })
      const fields = AgentRevisions.summarised
      const found = yield* summaries({ filter: { where }, by: ["number"], direction: "desc", fields }, range)
      return found.map(({ state, ...revision }) => ({ ...revision, state: summary(root, state) }))
    })
  }
}
