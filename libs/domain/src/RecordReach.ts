/**
 * What is reached along edges, given the edges. It is pure: a store that cannot follow them by itself gives all that it
 * selects, and one that can gives those that it came by.
 *
 * @since 0.1.0
 */
import type { Reach, Reached, Stored } from "./RecordStore.ts"
import { byCodePoint } from "./Text.ts"

type Place = Reached["places"][number]

/**
 * Follows edges as asked. More of them than are needed do no harm. It takes about as long as to look at each once.
 *
 * @category queries
 * @since 0.1.0
 */
export const follow = (edges: Iterable<Stored>, asked: Reach): Reached => {
  const { depth, enough = { beyond: Infinity, count: 0 }, limit, target } = asked
  const leading = leadingOn(edges, asked)
  const seen = new Set(asked.from)
  const places: Array<Place> = []
  let frontier: ReadonlyArray<string> = [...seen]
  let followed = 0
  let counted = 0
  for (let step = 1; step <= depth && frontier.length > 0; step++) {
    const here = frontier.flatMap((id) => leading.get(id) ?? [])
    followed += here.length
    if (followed > limit) return { places, isCut: true }
    const reached = new Map<string, Place>()
    for (const edge of here) {
      const id = edge.state[asked.to]
      const known = reached.get(id)
      if (seen.has(id) || (known !== undefined && !isLess(edge, known.edge))) continue
      reached.set(id, { id, depth: step, edge: { version: edge.version, state: edge.state } })
    }
    frontier = [...reached.keys()].sort(byCodePoint)
    for (const id of frontier) {
      seen.add(id)
      places.push(reached.get(id)!)
    }
    if (target !== undefined && reached.has(target)) break
    if (step > enough.beyond && (counted += frontier.length) >= enough.count) break
  }
  return { places, isCut: false }
}

/**
 * Tells the way by which something was reached, from one of those from which it began on to the place at which it ends.
 *
 * @category queries
 * @since 0.1.0
 */
export const wayTo = ({ places }: Reached, { by }: Pick<Reach, "by">, id: string): ReadonlyArray<string> => {
  const nearer = new Map(places.map((place) => [place.id, place.edge.state[by] as string]))
  const way: Array<string> = []
  for (let at: string | undefined = id; at !== undefined; at = nearer.get(at)) way.push(at)
  return way.reverse()
}

const leadingOn = (edges: Iterable<Stored>, { by, to }: Reach): ReadonlyMap<string, ReadonlyArray<Stored>> => {
  const leading = new Map<string, Array<Stored>>()
  for (const edge of edges) {
    const near = edge.state[by]
    if (near === null || edge.state[to] === null) continue
    const others = leading.get(near)
    others === undefined ? leading.set(near, [edge]) : others.push(edge)
  }
  return leading
}

const isLess = (a: Stored, b: Stored): boolean => byCodePoint(a.state["id"], b.state["id"]) < 0
