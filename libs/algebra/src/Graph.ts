/**
 * The graph along whose edges a status moves. A graph is data: it can be printed, served, compared and replaced.
 *
 * @since 0.1.0
 */

/**
 * For each status, the statuses that it may move to.
 *
 * @category models
 * @since 0.1.0
 */
export type Edges<S extends string> = { readonly [From in S]: ReadonlyArray<S> }

/**
 * A declared graph of statuses.
 *
 * @category models
 * @since 0.1.0
 */
export interface Graph<S extends string> {
  readonly statuses: ReadonlyArray<S>
  readonly edges: Edges<S>
}

/**
 * A step of a status along one edge.
 *
 * @category models
 * @since 0.1.0
 */
export interface Move<S extends string> {
  readonly from: S
  readonly to: S
}

/**
 * Declares a graph. An edge to a status that is not declared is a compile error.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const E extends Readonly<Record<string, ReadonlyArray<keyof E & string>>>>(
  edges: E
): Graph<keyof E & string> => ({ statuses: Object.keys(edges), edges: edges as Edges<keyof E & string> })

/**
 * Lists the statuses that `from` may move to, in declared order; an unknown status moves nowhere.
 *
 * @category queries
 * @since 0.1.0
 */
export const allowed = <S extends string>(graph: Graph<S>, from: string): ReadonlyArray<S> =>
  Object.hasOwn(graph.edges, from) ? graph.edges[from as S] : []

/**
 * Lists the statuses from which `to` can be reached in one step, in declared order.
 *
 * @category queries
 * @since 0.1.0
 */
export const sources = <S extends string>(graph: Graph<S>, to: string): ReadonlyArray<S> =>
  graph.statuses.filter((from) => allowed(graph, from).includes(to as S))

/**
 * Tells whether an edge exists.
 *
 * @category queries
 * @since 0.1.0
 */
export const hasEdge = <S extends string>(
  graph: Graph<S>,
  move: { readonly from: string; readonly to: string }
): boolean => allowed(graph, move.from).includes(move.to as S)

/**
 * Tells whether a status has no way out (law G3).
 *
 * @category queries
 * @since 0.1.0
 */
export const isTerminal = <S extends string>(graph: Graph<S>, status: string): boolean =>
  allowed(graph, status).length === 0

/**
 * Follows a path of moves from a status: the status at its end, or `undefined` where a move does not start at the
 * present status or has no edge.
 *
 * Law G2: for a path that can be followed, the outcome is that of one compare-and-set on its end points.
 *
 * @category operations
 * @since 0.1.0
 */
export const follow = <S extends string>(graph: Graph<S>, start: S, path: ReadonlyArray<Move<S>>): S | undefined => {
  let present = start
  for (const move of path) {
    if (move.from !== present || !hasEdge(graph, move)) return undefined
    present = move.to
  }
  return present
}
