/**
 * How task agents are read and led back in time.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import type * as AgentActivation from "./AgentActivation.ts"
import type { AgentRecords } from "./AgentRecords.ts"
import { pathsOf as paths, type Scope } from "./AgentView.ts"
import * as History from "./History.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import type * as Records from "./Records.ts"
import type { TaskAgents } from "./TaskAgents.ts"

/** Gives the verbs. */
export const make = (
  { decide, find, once, outcome, past, records, revisions, view }: AgentRecords,
  { activate }: ReturnType<typeof AgentActivation.make>
): Pick<TaskAgents["Service"], "at" | "diff" | "restore" | "undo" | "history"> => {
  const at = Effect.fnUntraced(function*(scope: Scope, id: string, version: number) {
    const root = yield* find(scope, id)
    return yield* view(yield* past.earlier(id, root, version))
  })

  const restore = Effect.fnUntraced(function*(
    scope: Scope,
    id: string,
    version: number,
    conditions: Records.Conditions = {}
  ) {
    const { note, ...changed } = yield* decide(
      scope,
      id,
      History.because(conditions, `Restores version ${version}`),
      (root) =>
        Effect.gen(function*() {
          const { state } = yield* past.earlier(id, root, version)
          const patch = TaskAgent.TaskAgent.diff(root.state, state)
          const active = state.active_revision_id
          const leftAlone = active === null && root.state.active_revision_id !== null ? ["active_revision"] : []
          const { paths: pointer, revision_id: _, ...pointed } = active === null
            ? { paths: 0, revision_id: null }
            : yield* activate(root, active, "version")
          return { patch, ...pointed, note: { leftAlone, paths: paths(root, patch) + pointer } }
        })
    )
    return { ...(yield* outcome(changed, note.paths)), leftAlone: note.leftAlone }
  })

  const undo = Effect.fnUntraced(function*(
    scope: Scope,
    id: string,
    number: number,
    conditions: Records.Conditions = {}
  ) {
    const { note, ...changed } = yield* decide(
      scope,
      id,
      History.because(conditions, `Undoes revision ${number}`),
      (root) =>
        Effect.gen(function*() {
          const { patch, revision: { moves } } = yield* past.reverse(id, root, number)
          const leftAlone = [
            ...(moves["revision_count"] === undefined ? [] : ["configuration"]),
            ...(moves["active_revision_id"] === undefined ? [] : ["active_revision"])
          ]
          return { patch, note: { leftAlone } }
        })
    )
    return { ...(yield* outcome(changed, undefined)), ...note }
  })

  const diff = (scope: Scope, id: string, from: number, to?: number) =>
    Effect.andThen(find(scope, id), past.diff(id, from, to))

  const history = Effect.fnUntraced(function*(scope: Scope, id: string, page?: Records.HistoryPage) {
    yield* find(scope, id)
    return yield* revisions.withConfigurations(yield* records.history(id, page))
  })

  return { at, diff, restore: once("TaskAgents.restore", restore), undo: once("TaskAgents.undo", undo), history }
}
