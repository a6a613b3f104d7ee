/**
 * The activation of a task agent's revision, and the log of all of them.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import type { Decision } from "./AgentEdit.ts"
import type { AgentRecords, Root } from "./AgentRecords.ts"
import { problems } from "./kinds/Configuration.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import type { StoreUnavailable } from "./RecordStore.ts"
import { InputInvalid, RebaseConflict, RecordMissing } from "./Refusals.ts"

/** Gives the decision of an activation. `asked` is the field of the request that asks for it. */
export const make = ({ records, revisions: { find: findRevision } }: AgentRecords) => {
  /** Refuses an activation that was written against another active revision than the present one. */
  const supersede = Effect.fnUntraced(function*(root: Root, revision_id: string, version: number) {
    const { active_revision_id: theirs, id } = root.state
    const { moved } = yield* records.since(id, root, version)
    if (Object.hasOwn(moved, "active_revision_id") && theirs !== revision_id) {
      const conflict = { path: "/active_revision_id", base: moved["active_revision_id"], theirs, mine: revision_id }
      return yield* new RebaseConflict({ kind: "TaskAgent", id, present: root.version, conflicts: [conflict] })
    }
  })

  const activate = Effect.fnUntraced(
    function*(root: Root, revision_id: string, asked = "active_revision_id"): Effect.fn.Return<
      Decision,
      RecordMissing | InputInvalid | StoreUnavailable
    > {
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
    }
  )

  return { activate, supersede }
}
