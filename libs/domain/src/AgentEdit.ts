/**
 * The edit of a task agent: the root changes in place, and the configuration in a new revision.
 *
 * @internal
 */
import { Mask } from "@emend/algebra"
import * as Effect from "effect/Effect"
import type { AgentRecords, Root } from "./AgentRecords.ts"
import * as AgentRevisions from "./AgentRevisions.ts"
import { type AgentConditions, pathsOf as paths } from "./AgentView.ts"
import { Configuration } from "./kinds/Configuration.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import * as Rebase from "./Rebase.ts"
import type * as Records from "./Records.ts"
import type { StoreUnavailable } from "./RecordStore.ts"
import { RebaseConflict, ReferenceUnknown, type RevisionRedacted, type VersionUnknown } from "./Refusals.ts"

type Edit = Extract<TaskAgent.Command, { readonly _tag: "Edit" }>
type Refusal = RebaseConflict | ReferenceUnknown | VersionUnknown | RevisionRedacted | StoreUnavailable

/** A decided change of an agent, with the revision that it makes, if any, and how many paths it touches. */
export interface Decision extends Records.Change {
  readonly revision_id: string | null
  readonly paths: number
}

/** Gives the decision of an edit. */
export const make = (
  { records, revisions: { find: findRevision } }: AgentRecords
): (root: Root, command: Edit, conditions: AgentConditions) => Effect.Effect<Decision, Refusal> => {
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

  return Effect.fnUntraced(
    function*(root: Root, command: Edit, conditions: AgentConditions): Effect.fn.Return<
      Decision,
      Refusal
    > {
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
}
