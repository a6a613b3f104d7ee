/**
 * The links between board tasks in a store, and the ways along them.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Caller } from "./Caller.ts"
import * as ContentHash from "./ContentHash.ts"
import * as RecordReach from "./RecordReach.ts"
import type { Each, Reach, Reached, RecordStore, StoreUnavailable } from "./RecordStore.ts"
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
  /** The links of a task in one direction, as a question, with their number. */
  readonly of: (
    direction: Direction,
    id: string
  ) => Effect.Effect<{ readonly links: Each["of"]; readonly count: number }, StoreUnavailable>
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
  const ofTenant = Effect.map(Caller, ({ tenant }) => ({ kind: "BoardLink", tenant, where: { linked: [true] } }))

  const of = Effect.fnUntraced(function*(direction: Direction, id: string) {
    const selection = { ...yield* ofTenant, where: { [ends[direction].near]: [id], linked: [true] } }
    const [found] = yield* store.count(selection, "linked")
    const fields = ["id", "parent_id", "child_id"]
    return { links: { ...selection, order: orderOf(direction), fields }, count: found?.count ?? 0 }
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

  const follow = Effect.fnUntraced(function*(
    direction: Direction,
    id: string,
    bounds: Pick<Reach, "depth" | "enough" | "limit" | "target">
  ): Effect.fn.Return<Side, StoreUnavailable> {
    const { far, near } = ends[direction]
    return { direction, ...yield* store.reach({ ...yield* ofTenant, from: [id], by: near, to: far, ...bounds }) }
  })

  const walk = Effect.fnUntraced(function*(
    direction: Direction,
    id: string,
    { after, depth, limit }: PlacePage & { readonly depth: number }
  ) {
    const enough = { beyond: after?.depth ?? 0, count: limit }
    const reached = yield* follow(direction, id, { depth, limit: maxLinks, enough })
    const places = reached.places
      .map(({ depth, edge, id }): Place => ({ depth, created_at: edge.state[ends[direction].created], id }))
      .filter((place) => after === undefined || isBefore(after, place))
    // What a page shows is whole where the steps that were taken fill it.
    return reached.isCut && places.length < limit
      ? yield* tooLarge(id)
      : places.sort(inOrder).slice(0, limit)
  })

  const cycle = Effect.fnUntraced(function*(parent: string, child: string) {
    if (parent === child) return [parent]
    // Where either side has an end there is no cycle, so the smaller one decides what is read.
    for (const limit of budgets) {
      const down = yield* follow("down", child, { depth: Infinity, limit, target: parent })
      if (reaches(down, parent)) return closed(wayTo(down, parent))
      if (!down.isCut) return undefined
      const up = yield* follow("up", parent, { depth: Infinity, limit, target: child })
      if (reaches(up, child)) return closed(wayTo(up, child).toReversed())
      if (!up.isCut) return undefined
      if (limit === maxLinks) return met(down, up) ?? (yield* tooLarge(parent))
    }
  })

  return { of, neighbours, walk, cycle }
}

const tooLarge = (id: string) => new GraphTooLarge({ kind: "BoardTask", id, limit: maxLinks })

/** How many links a check reads on either side before it looks at the other one. */
const budgets = [100, 1_000, maxLinks]

/** What is reached from one end of a link. */
interface Side extends Reached {
  readonly direction: Direction
}

const reaches = ({ places }: Side, id: string): boolean => places.some((place) => place.id === id)

const wayTo = (side: Side, id: string): ReadonlyArray<string> =>
  RecordReach.wayTo(side, { by: ends[side.direction].near }, id)

/** The cycle that a way from the child to the parent is a part of, from the parent on. */
const closed = (way: ReadonlyArray<string>): ReadonlyArray<string> => [way.at(-1)!, ...way.slice(0, -1)]

/** The cycle over a task that was reached from both sides, of which neither reaches the other. */
const met = (down: Side, up: Side): ReadonlyArray<string> | undefined => {
  const above = new Set(up.places.map(({ id }) => id))
  const place = down.places.find(({ id }) => above.has(id))
  return place && closed([...wayTo(down, place.id), ...wayTo(up, place.id).toReversed().slice(1)])
}

const inOrder = (a: Place, b: Place): number => isBefore(a, b) ? -1 : 1

const isBefore = (a: Place, b: Place): boolean =>
  a.depth !== b.depth
    ? a.depth < b.depth
    : a.created_at !== b.created_at
    ? a.created_at < b.created_at
    : a.id < b.id
