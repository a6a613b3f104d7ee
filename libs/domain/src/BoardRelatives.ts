/**
 * Lists of the tasks along the links of a board task.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type BoardLinks, type Direction, maxDepth, Place } from "./BoardLinks.ts"
import { Caller } from "./Caller.ts"
import { type BoardTask, boardTaskKind } from "./kinds/BoardTask.ts"
import { defaultLimit, whole } from "./Lists.ts"
import * as PlaceCursor from "./PlaceCursor.ts"
import { isDeleted } from "./RecordKind.ts"
import type { Saved } from "./Records.ts"
import type { RecordStore, StoreUnavailable } from "./RecordStore.ts"
import type { CursorMalformed, GraphTooLarge, RecordMissing } from "./Refusals.ts"

/**
 * A task in a list of relatives, with its distance from where the list began. With its cursor the list goes on behind
 * it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Relative extends Saved<BoardTask> {
  readonly depth: number
  readonly cursor: string
}

/**
 * Which part of a list of relatives is asked for: at most `limit` (default 50), from behind the one that gave the
 * cursor. They are in the order of their distance, then of their creation, then of their ids; one whose distance changes
 * between two pages may be left out or given twice, and no other.
 *
 * @category models
 * @since 0.1.0
 */
export interface RelativesPage {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/**
 * A part of a list of relatives up to a distance: `depth` steps, at most and by default 100.
 *
 * @category models
 * @since 0.1.0
 */
export interface DepthPage extends RelativesPage {
  readonly depth?: number | undefined
}

/**
 * What a list of relatives can be refused for.
 *
 * @category errors
 * @since 0.1.0
 */
export type RelativesRefusal = RecordMissing | CursorMalformed | StoreUnavailable

/**
 * The lists of relatives. Each task is listed once, at its smallest distance.
 *
 * @category models
 * @since 0.1.0
 */
export interface BoardRelatives {
  readonly subtasks: (
    id: string,
    page?: RelativesPage
  ) => Effect.Effect<ReadonlyArray<Relative>, RelativesRefusal>
  /** The tasks that a task is a subtask of. */
  readonly parents: (
    id: string,
    page?: RelativesPage
  ) => Effect.Effect<ReadonlyArray<Relative>, RelativesRefusal>
  /** The subtasks of a task, theirs, and so on. */
  readonly descendants: (
    id: string,
    page?: DepthPage
  ) => Effect.Effect<ReadonlyArray<Relative>, RelativesRefusal | GraphTooLarge>
  /** The tasks that a task is a part of, directly or not. */
  readonly ancestors: (
    id: string,
    page?: DepthPage
  ) => Effect.Effect<ReadonlyArray<Relative>, RelativesRefusal | GraphTooLarge>
}

const cursors = PlaceCursor.make("BoardTask", Place)

/**
 * Gives the lists over a store, given how a task and its links are read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  store: RecordStore["Service"],
  find: (id: string) => Effect.Effect<unknown, RecordMissing | StoreUnavailable>,
  links: BoardLinks
): BoardRelatives => {
  const listed = Effect.fnUntraced(function*<E>(
    list: readonly [direction: Direction, id: string, depth: number],
    { cursor, limit: most = defaultLimit }: RelativesPage,
    read: (after: Place | undefined, limit: number) => Effect.Effect<ReadonlyArray<Place>, E>
  ): Effect.fn.Return<ReadonlyArray<Relative>, E | RelativesRefusal> {
    const limit = whole(most)
    let after = cursor === undefined ? undefined : yield* Effect.fromResult(cursors.read(list, cursor))
    yield* find(list[1])
    const { tenant } = yield* Caller
    const found: Array<Relative> = []
    while (found.length < limit) {
      const asked = limit - found.length
      const places = yield* read(after, asked)
      const tasks = yield* store.get(places.map(({ id }) => ({ kind: "BoardTask", tenant, id })))
      for (const [n, place] of places.entries()) {
        const { state, version } = tasks[n]!
        // A task that was deleted since its link was read is a relative no more.
        if (isDeleted(boardTaskKind, state)) continue
        found.push({ version, state: state as BoardTask, depth: place.depth, cursor: cursors.write(list, place) })
      }
      if (places.length < asked) break
      after = places.at(-1)
    }
    return found
  })

  const near = (direction: Direction) => (id: string, page: RelativesPage = {}) =>
    listed([direction, id, 1], page, (after, limit) => links.neighbours(direction, id, { after, limit }))

  const far = (direction: Direction) => (id: string, page: DepthPage = {}) => {
    const depth = Math.min(page.depth ?? maxDepth, maxDepth)
    return listed([direction, id, depth], page, (after, limit) => links.walk(direction, id, { after, limit, depth }))
  }

  return { subtasks: near("down"), parents: near("up"), descendants: far("down"), ancestors: far("up") }
}
