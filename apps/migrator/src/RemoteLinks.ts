/**
 * The links of a server's board with their histories, as its activity tells them.
 *
 * @since 0.1.0
 */
import { ContentHash, Json, Snapshot } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { Asking } from "./Asking.ts"

/**
 * What is told of the links of one parent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Told {
  /** Links and changes, as lines of an export. */
  readonly lines: ReadonlyArray<object>
  /** The children that are linked now. */
  readonly children: ReadonlySet<string>
  /** How many changes belong to tasks that are not there any more. */
  readonly leftOut: number
}

interface Change {
  readonly number: number
  readonly change: "linked" | "unlinked" | "deleted"
  readonly task_id: string
  readonly subtask_id: string
  readonly at: string
  readonly by: string
  readonly reason: string | null
}

/**
 * Reads the links that lead from a board task, and the changes of them. `createdAt` tells when a task was made, and
 * nothing of one that is not shown.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = async (
  ask: Asking,
  parent: string,
  createdAt: (id: string) => string | undefined
): Promise<Told> => {
  const changes = (await changesOf(ask, parent)).sort((a, b) => a.number - b.number)
  const lines: Array<object> = []
  const children = new Set<string>()
  let leftOut = 0
  for (const [child, own] of Map.groupBy(changes, ({ subtask_id }) => subtask_id)) {
    const [parent_created_at, child_created_at] = [createdAt(parent), createdAt(child)]
    // A history begins with a link; what was taken over without its beginning begins anew.
    if (parent_created_at === undefined || child_created_at === undefined || own[0]!.change !== "linked") {
      leftOut += own.length
      continue
    }
    const id = await Effect.runPromise(ContentHash.of([parent, child]))
    const link = linkOf(own, { id, parent_id: parent, child_id: child, parent_created_at, child_created_at })
    if (link.state.linked) children.add(child)
    lines.push(link, ...own.map(told))
  }
  return { lines, children, leftOut }
}

/** All changes of links that lead from a task, newest first. */
const changesOf = async (ask: Asking, id: string): Promise<Array<Change>> => {
  const found: Array<Change> = []
  let next: string | undefined = `/agents/tasks/${encodeURIComponent(id)}/activity?limit=1000`
  while (next !== undefined) {
    const page = await ask.page(next, "whole")
    for (const { at, by, link, reason } of page.items) {
      if (link?.task_id === id && link.change !== "deleted") found.push({ ...link, at, by, reason })
    }
    next = page.next
  }
  return found
}

const told = ({ at, by, change, number, reason, subtask_id, task_id }: Change) => ({
  kind: "BoardChange",
  state: { id: String(number), number, change, task_id, subtask_id, at, by, reason }
})

const linkOf = (changes: ReadonlyArray<Change>, ends: object) => {
  const { at, by, reason } = changes[0]!
  const initial = { ...ends, linked: true, created_at: at, updated_at: at, created_by: by }
  let state = initial
  const history: Array<object> = [{ version: 1, at, by, reason, initial, patch: {}, inverse: {}, moves: {} }]
  const snapshots: Array<object> = []
  for (const { at: said, by, change, reason } of changes.slice(1)) {
    const linked = change === "linked"
    if (linked === state.linked) continue
    // Times of a record never go backwards.
    const at = state.updated_at > said ? state.updated_at : said
    const version = history.length + 1
    const moves = { linked: { from: state.linked, to: linked } }
    history.push({ version, at, by, reason, initial: null, patch: {}, inverse: {}, moves })
    state = { ...state, linked, updated_at: at }
    if (Snapshot.isDue(version, Json.textBytes(state))) snapshots.push({ version, state })
  }
  return {
    kind: "BoardLink",
    version: history.length,
    state,
    history,
    ...(snapshots.length > 0 && { snapshots })
  }
}
