/**
 * Cycles among edges.
 *
 * @since 0.1.0
 */

/**
 * An edge between two nodes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Edge {
  readonly from: string
  readonly to: string
}

/**
 * Gives the place of the first of the added edges that closes a cycle with the others and those added before it;
 * `undefined` where none does. The others alone have no cycle. The work is proportional to the number of edges, times its
 * logarithm where there is a cycle.
 *
 * @category queries
 * @since 0.1.0
 */
export const firstClosing = (others: ReadonlyArray<Edge>, added: ReadonlyArray<Edge>): number | undefined => {
  const isCyclicWith = (count: number) => isCyclic([...others, ...added.slice(0, count)])
  if (!isCyclicWith(added.length)) return undefined
  // With so many of them there is no cycle, and with so many there is one.
  let [without, having] = [0, added.length]
  while (having - without > 1) {
    const middle = (without + having) >> 1
    if (isCyclicWith(middle)) having = middle
    else without = middle
  }
  return having - 1
}

/** Takes nodes away that nothing leads to (Kahn 1962, doi:10.1145/368996.369025): on a cycle none ever is. */
const isCyclic = (edges: ReadonlyArray<Edge>): boolean => {
  const next = new Map<string, Array<string>>()
  const leading = new Map<string, number>()
  for (const { from, to } of edges) {
    const found = next.get(from)
    found === undefined ? next.set(from, [to]) : found.push(to)
    leading.set(to, (leading.get(to) ?? 0) + 1)
  }
  const free = [...next.keys()].filter((node) => !leading.has(node))
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    for (const to of next.get(node) ?? []) {
      const left = leading.get(to)! - 1
      if (left > 0) leading.set(to, left)
      else {
        leading.delete(to)
        free.push(to)
      }
    }
  }
  return leading.size > 0
}
