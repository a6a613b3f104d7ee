/**
 * What happened to a board task: the changes of the task and of its links, as one story.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Caller } from "./Caller.ts"
import type { BoardChange } from "./kinds/BoardChange.ts"
import { boardTaskKind } from "./kinds/BoardTask.ts"
import { defaultLimit, whole } from "./Lists.ts"
import * as Past from "./Past.ts"
import * as PlaceCursor from "./PlaceCursor.ts"
import type { Records } from "./Records.ts"
import type { RecordStore, StoreUnavailable } from "./RecordStore.ts"
import type { CursorMalformed, RecordMissing } from "./Refusals.ts"
import { effect, type Revision } from "./Revision.ts"

/**
 * One thing that happened to a task: who, when and why, and what in words. `version` is the one that a change of the task
 * led to, and null where a link changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Activity {
  readonly at: string
  readonly by: string
  readonly reason: string | null
  readonly version: number | null
  readonly changes: ReadonlyArray<string>
  /** The change of the link, where one changed. */
  readonly link?: Pick<BoardChange, "number" | "change" | "task_id" | "subtask_id">
  /** With it the activity goes on, further back. */
  readonly cursor: string
}

/**
 * Which part of an activity is asked for: at most `limit` entries (default 50), newest first, from below the one that
 * gave the cursor.
 *
 * @category models
 * @since 0.1.0
 */
export interface ActivityPage {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/** Below a version of the task, and below a number among the changes of the graph. */
const Place = Schema.Struct({
  version: Schema.Int.check(Schema.isGreaterThan(0)),
  number: Schema.Int.check(Schema.isGreaterThan(0))
})
type Place = typeof Place.Type

const cursors = PlaceCursor.make("BoardTask", Place)

/**
 * Gives the use case that reads the activity of a task, given the one that reads its history.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  store: RecordStore["Service"],
  history: Records<any>["history"]
): (
  id: string,
  page?: ActivityPage
) => Effect.Effect<ReadonlyArray<Activity>, RecordMissing | CursorMalformed | StoreUnavailable> => {
  const changes = Effect.fnUntraced(function*(
    end: "task_id" | "subtask_id",
    id: string,
    before: Place | undefined,
    limit: number
  ) {
    const { tenant } = yield* Caller
    const found = yield* store.find({
      kind: "BoardChange",
      tenant,
      where: { [end]: [id] },
      order: [{ field: "number", direction: "desc" }],
      ...(before === undefined ? undefined : { after: { values: [before.number], id: String(before.number) } }),
      limit
    })
    return found.map(({ state }) => state as BoardChange)
  })

  return Effect.fnUntraced(function*(id: string, page: ActivityPage = {}) {
    const { cursor } = page
    const limit = whole(page.limit ?? defaultLimit)
    const before = cursor === undefined ? undefined : yield* Effect.fromResult(cursors.read([id], cursor))
    const revisions = yield* history(id, { limit, ...(before === undefined ? undefined : { before: before.version }) })
    const links = [
      ...yield* changes("task_id", id, before, limit),
      ...yield* changes("subtask_id", id, before, limit)
    ].sort((a, b) => b.number - a.number)
    const from = before ?? { version: (revisions[0]?.version ?? 0) + 1, number: (links[0]?.number ?? 0) + 1 }
    return merged(id, revisions, links, from).slice(0, limit)
  })
}

/** Both in the order of their times. Of one moment, what happened to links comes later: it needs the task. */
const merged = (
  id: string,
  revisions: ReadonlyArray<Revision>,
  links: ReadonlyArray<BoardChange>,
  from: Place
): ReadonlyArray<Activity> => {
  const all: Array<Activity> = []
  let place = from
  for (let r = 0, l = 0; r < revisions.length || l < links.length;) {
    const revision = revisions[r]
    const link = links[l]
    if (link !== undefined && (revision === undefined || link.at >= revision.at)) {
      l++
      place = { ...place, number: link.number }
      const { at, by, change, number, reason, subtask_id, task_id } = link
      all.push({
        at,
        by,
        reason,
        version: null,
        changes: [inWords(id, link)],
        link: { number, change, task_id, subtask_id },
        cursor: cursors.write([id], place)
      })
    } else {
      r++
      const { at, by, reason, version } = revision!
      place = { ...place, version }
      all.push({ at, by, reason, version, changes: told(revision!), cursor: cursors.write([id], place) })
    }
  }
  return all
}

const told = (revision: Revision): ReadonlyArray<string> =>
  revision.initial !== null
    ? ["creates the task"]
    : Past.inWords(boardTaskKind, effect(boardTaskKind, revision), revision.moves)

const inWords = (id: string, { change, subtask_id, task_id }: BoardChange): string => {
  const isParent = id === task_id
  const other = JSON.stringify(isParent ? subtask_id : task_id)
  return change === "linked"
    ? isParent ? `links the subtask ${other}` : `becomes a subtask of ${other}`
    : isParent
    ? `unlinks the subtask ${other}`
    : `is no subtask of ${other} any more`
}
