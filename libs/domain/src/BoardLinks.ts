/**
 * The links between board tasks in a store, and the ways along them.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Caller } from "./Caller.ts"
import * as ContentHash from "./ContentHash.ts"
import type { BoardLink } from "./kinds/BoardLink.ts"
import type { RecordStore, StoreUnavailable } from "./RecordStore.ts"
import { GraphTooLarge } from "./Refusals.ts"
import { Id, Timestamp } from "./Text.ts"

/** From a task to its subtasks, or to the tasks that it is a part of. */
export type Direction = "down" | "up"

/** Where a task stands in a list of its relatives: by its distance, then by when it was created, then by its id. */
export const Place = Schema.Struct({
  depth: Schema.Int.check(Schema.isGreaterThan(0)),
  created_at: Timestamp,
  id: Id
})

/** See the schema. */
export type Place = typeof Place.Type

/** A part of such a list. */
export interface PlacePage {
  readonly after: Place | undefined
  readonly limit: number
}

/** How many links are read for one answer at most. */
export const maxLinks = 10_000

/** How far relatives are looked for at most. */
export const maxDepth = 100

const ends = {
  down: { near: "parent_id", far: "child_id", created: "child_created_at" },
  up: { near: "child_id", far: "parent_id", created: "parent_created_at" }
} as const

const orderOf = (direction: Direction) =>
  [{ field: ends[direction].created, direction: "asc" }, { field: ends[direction].far, direction: "asc" }] as const

/** Derives the id of the link between two tasks: one for each pair, however long their ids are. */
export const idOf = (parent_id: string, child_id: string): Effect.Effect<string> =>
  ContentHash.of([parent_id, child_id])

/** What is read of links. */
export interface BoardLinks {
  /** All links of a task, in both directions. */
  readonly all: (id: string) => Effect.Effect<ReadonlyArray<BoardLink>, GraphTooLarge | StoreUnavailable>
  /** The tasks one step away, however many there are. */
  readonly neighbours: (
    direction: Direction,
    id: string,
    page: PlacePage
  ) => Effect.Effect<ReadonlyArray<Place>, StoreUnavailable>
  /** The tasks at most `depth` steps away, each at the smallest number of steps in which it is reached. */
  readonly walk: (
    direction: Direction,
    id: string,
    page: PlacePage & { readonly depth: number }
  ) => Effect.Effect<ReadonlyArray<Place>, GraphTooLarge | StoreUnavailable>
  /** The cycle that a link would close, from the parent on; `undefined` where it closes none. */
  readonly cycle: (
    parent: string,
    child: string
  ) => Effect.Effect<ReadonlyArray<string> | undefined, GraphTooLarge | StoreUnavailable>
}

/** Reads links from a store. */
export const make = (store: RecordStore["Service"]): BoardLinks => {
  const read = Effect.fnUntraced(function*(direction: Direction, ids: ReadonlyArray<string>, limit: number) {
    const { tenant } = yield* Caller
    const found = yield* store.find({
      kind: "BoardLink",
      tenant,
      where: { [ends[direction].near]: ids, linked: [true] },
      order: orderOf(direction),
      limit
    })
    return found.map(({ state }) => state as BoardLink)
  })

  const all = Effect.fnUntraced(function*(id: string) {
    const found = [...yield* read("down", [id], maxLinks + 1), ...yield* read("up", [id], maxLinks + 1)]
    return found.length > maxLinks ? yield* tooLarge(id) : found
  })

  const neighbours = Effect.fnUntraced(function*(direction: Direction, id: string, { after, limit }: PlacePage) {
    const { created, far, near } = ends[direction]
    const { tenant } = yield* Caller
    const found = yield* store.find({
      kind: "BoardLink",
      tenant,
      where: { [near]: [id], linked: [true] },
      order: orderOf(direction),
      ...(after === undefined ? undefined : {
        after: {
          values: [after.created_at, after.id],
          id: yield* direction === "down" ? idOf(id, after.id) : idOf(after.id, id)
        }
      }),
      limit
    })
    return found.map(({ state }): Place => ({ depth: 1, created_at: state[created], id: state[far] }))
  })

  const walk = Effect.fnUntraced(function*(
    direction: Direction,
    id: string,
    { after, depth, limit }: PlacePage & { readonly depth: number }
  ) {
    const { created, far } = ends[direction]
    const seen = new Set([id])
    const places: Array<Place> = []
    let frontier: ReadonlyArray<string> = [id]
    let left = maxLinks
    for (let level = 1; level <= depth && frontier.length > 0 && places.length < limit; level++) {
      const found = yield* read(direction, frontier, left + 1)
      left -= found.length
      if (left < 0) return yield* tooLarge(id)
      const here = found.filter((link) => !seen.has(link[far]) && seen.add(link[far]))
        .map((link): Place => ({ depth: level, created_at: link[created], id: link[far] }))
      frontier = here.map((place) => place.id)
      places.push(...here.filter((place) => after === undefined || isBefore(after, place)).sort(inOrder))
    }
    return places.slice(0, limit)
  })

  const cycle = Effect.fnUntraced(function*(parent: string, child: string) {
    if (parent === child) return [parent]
    const up = side("up", parent)
    const down = side("down", child)
    while (true) {
      // Where either side has an end there is no cycle, so the smaller one decides what is read.
      const open = [up, down].filter(({ left }) => left >= 0).sort((a, b) => b.left - a.left)
      const here = open[0]
      if (here === undefined) return yield* tooLarge(parent)
      if (here.frontier.length === 0) return undefined
      const found = yield* read(here.direction, here.frontier, here.left + 1)
      here.left -= found.length
      if (here.left < 0) continue
      const { far, near } = ends[here.direction]
      const there = here === up ? down : up
      const next: Array<string> = []
      for (const link of found) {
        const id = link[far]
        if (here.reachedFrom.has(id)) continue
        here.reachedFrom.set(id, link[near])
        if (there.reachedFrom.has(id)) return closed(up, down, id)
        next.push(id)
      }
      here.frontier = next
    }
  })

  return { all, neighbours, walk, cycle }
}

const tooLarge = (id: string) => new GraphTooLarge({ kind: "BoardTask", id, limit: maxLinks })

/** A search from one end of a link: what it reached, from where, and how many links it may still read. */
interface Side {
  readonly direction: Direction
  readonly reachedFrom: Map<string, string | null>
  frontier: ReadonlyArray<string>
  left: number
}

const side = (direction: Direction, id: string): Side => ({
  direction,
  reachedFrom: new Map([[id, null]]),
  frontier: [id],
  left: maxLinks
})

/** The parent, and the way from the child over where the two sides met to below the parent. */
const closed = (up: Side, down: Side, met: string): ReadonlyArray<string> => {
  const way = [...wayTo(down, met), ...wayTo(up, met).reverse().slice(1)]
  return [way.at(-1)!, ...way.slice(0, -1)]
}

/** The way of a search to a task, from where it began. */
const wayTo = ({ reachedFrom }: Side, id: string): Array<string> => {
  const way: Array<string> = []
  for (let at: string | null = id; at !== null; at = reachedFrom.get(at)!) way.push(at)
  return way.reverse()
}

const inOrder = (a: Place, b: Place): number => isBefore(a, b) ? -1 : 1

const isBefore = (a: Place, b: Place): boolean =>
  a.depth !== b.depth
    ? a.depth < b.depth
    : a.created_at !== b.created_at
    ? a.created_at < b.created_at
    : a.id < b.id
