/**
 * The activation of a task agent's revision, and the log of all of them.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import type { Decision } from "./AgentEdit.ts"
import type { AgentRecords, Root } from "./AgentRecords.ts"
import type { Activation } from "./AgentView.ts"
import { Caller } from "./Caller.ts"
import { problems } from "./kinds/Configuration.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import * as Records from "./Records.ts"
import type { RecordStore, StoreUnavailable } from "./RecordStore.ts"
import { InputInvalid, RebaseConflict, type RecordMissing } from "./Refusals.ts"

const pointer = "active_revision_id"

/** Gives the decision of an activation and the log of them. `asked` is the field of the request that asks for it. */
export const make = ({ records, require }: AgentRecords, store: RecordStore["Service"]) => {
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
    function*(root: Root, named: string, asked = "active_revision_id"): Effect.fn.Return<
      Decision,
      RecordMissing | InputInvalid | StoreUnavailable
    > {
      const revision = yield* require(root, named)
      if (root.state.active_revision_id === revision.id) return { revision_id: null, paths: 0 }
      const broken = problems(TaskAgent.configurationOf(revision))
      if (broken.length > 0) {
        return yield* new InputInvalid({
          problems: broken.map(({ field, message }) => ({
            path: [asked],
            message: `${field}: ${message}`
          }))
        })
      }
      return { assign: { active_revision_id: revision.id, tip_revision_id: revision.id }, revision_id: null, paths: 1 }
    }
  )

  const log = Effect.fnUntraced(function*(id: string, page: Records.HistoryPage = {}) {
    const { tenant } = yield* Caller
    const history = yield* store.history({ kind: "TaskAgent", tenant, id }, {
      ...Records.part(page),
      moved: pointer
    })
    return history.map(({ at, by, initial, moves, reason, version }): Activation => {
      const { from, to } = initial === null ? moves[pointer]! : { from: null, to: initial[pointer] }
      return { version, from: from as string | null, to: to as string | null, at, by, reason }
    })
  })

  return { activate, supersede, log }
}
