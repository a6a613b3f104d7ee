/**
 * The laws of single field kinds: fixed fields, cursors, guarded statuses; and of rules across fields.
 *
 * @since 0.1.0
 */
import { Cursor, Graph } from "@emend/algebra"
import type { Row } from "../Generate.ts"
import type { Law, Subject } from "./Law.ts"
import { fieldsOf, over, pick } from "./Narrow.ts"
import { same } from "./Sameness.ts"

const has = (...kinds: Parameters<typeof fieldsOf> extends [any, ...infer K] ? K : never) => ({ entity }: Subject) =>
  fieldsOf(entity, ...kinds).length > 0

const graphs = ({ entity }: Subject): ReadonlyArray<readonly [name: string, graph: Graph.Graph<string>]> =>
  fieldsOf(entity, "guarded").flatMap((name) => {
    const { graph } = entity.fields[name]
    return graph === undefined ? [] : [[name, graph]]
  })

/** Moves between any two statuses of a graph, and one it does not have; `from ≠ to`. */
const moves = (graph: Graph.Graph<string>): ReadonlyArray<Graph.Move<string>> => {
  const statuses = [...graph.statuses, "toString"]
  return statuses.flatMap((from) => statuses.filter((to) => to !== from).map((to) => ({ from, to })))
}

/** Read from the data, not by the functions that are tested. */
const isEdge = ({ edges }: Graph.Graph<string>, { from, to }: Graph.Move<string>): boolean =>
  Object.entries(edges).some(([status, next]) => status === from && next.includes(to))

const hasGraph = (subject: Subject) => graphs(subject).length > 0

/** Operations on fields that have none, as a careless caller could make them. */
const hostile = ({ entity }: Subject, like: Row): Row =>
  Object.fromEntries(
    fieldsOf(entity, "fixed", "guarded").map((name) => [name, { set: like[name], merge: {}, advance: like[name] }])
  )

const permutations = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))

/**
 * The laws of the families Fixed, Forward, Guarded and Validation.
 *
 * @category laws
 * @since 0.1.0
 */
export const laws: ReadonlyArray<Law> = [
  {
    name: "F1",
    family: "Fixed",
    statement: "no update changes a fixed or guarded field",
    concerns: has("fixed", "guarded"),
    holds: (subject, { a, b, p }) => {
      const { entity } = subject
      const attack = over(p, hostile(subject, b))
      const after = entity.apply(a, attack)
      return fieldsOf(entity, "fixed", "guarded").every((name) => after[name] === a[name]) &&
        same(entity.normalise(attack), entity.normalise(p)) && same(entity.compose(attack, attack), entity.normalise(p))
    }
  },
  {
    name: "K1",
    family: "Forward",
    statement: "advancing is a join: associative, commutative, idempotent",
    concerns: has("forward"),
    holds: ({ entity }, { a, b, c }) =>
      fieldsOf(entity, "forward").every((name) => {
        const [x, y, z] = [a[name], b[name], c[name]] as const
        const { join } = Cursor
        return same(join(join(x, y), z), join(x, join(y, z))) && same(join(x, y), join(y, x)) && join(x, x) === x
      })
  },
  {
    name: "K2",
    family: "Forward",
    statement: "a cursor never goes back",
    concerns: has("forward"),
    holds: ({ entity }, { a, p }) =>
      fieldsOf(entity, "forward").every((name) => {
        const after = entity.apply(a, p)[name] as Cursor.Cursor | null
        return a[name] === null || (after !== null && Cursor.compare(after, a[name]) >= 0)
      })
  },
  {
    name: "K3",
    family: "Forward",
    statement: "any order of deliveries, with repetitions, gives the maximum",
    concerns: has("forward"),
    holds: ({ entity }, { a, p, q, r }) => {
      const names = fieldsOf(entity, "forward")
      const deliveries = [p, q, r].map((patch) => pick(patch, names))
      const greatest = entity.apply(a, entity.combineAll(deliveries))
      const expected = Object.fromEntries(names.map((name) => [
        name,
        deliveries.reduce((last, patch) => Cursor.join(last, patch[name]?.advance ?? null), a[name])
      ]))
      return same(pick(greatest, names), expected) &&
        permutations(deliveries).every((order) => same([...order, ...order].reduce(entity.apply, a), greatest))
    }
  },
  {
    name: "G1",
    family: "Guarded",
    declared: true,
    statement: "a move succeeds exactly when it starts at the present status and the edge exists",
    concerns: hasGraph,
    holds: (subject) =>
      graphs(subject).every(([, graph]) =>
        moves(graph).every((move) =>
          graph.statuses.every((present) =>
            (Graph.follow(graph, present, [move]) === move.to) === (present === move.from && isEdge(graph, move))
          ) && Graph.hasEdge(graph, move) === isEdge(graph, move)
        )
      )
  },
  {
    name: "G2",
    family: "Guarded",
    declared: true,
    statement: "a path of moves is one compare-and-set on its end points",
    concerns: hasGraph,
    holds: (subject) =>
      graphs(subject).every(([, graph]) => {
        const edges = moves(graph).filter((move) => isEdge(graph, move))
        const paths = edges.flatMap((first) =>
          edges.flatMap((second) => [[first, second], ...edges.map((third) => [first, second, third])])
        )
        return paths.every((path) =>
          graph.statuses.every((present) => {
            const joined = path.every((move, at) => at === 0 || path[at - 1]!.to === move.from)
            const end = Graph.follow(graph, present, path)
            return end === (joined && present === path[0]!.from ? path.at(-1)!.to : undefined)
          })
        )
      })
  },
  {
    name: "G3",
    family: "Guarded",
    declared: true,
    statement: "a terminal status has no way out, and every other has one",
    concerns: hasGraph,
    holds: (subject) =>
      graphs(subject).every(([, graph]) =>
        graph.statuses.every((from) =>
          Graph.isTerminal(graph, from) === graph.statuses.every((to) => !isEdge(graph, { from, to })) &&
          graph.statuses.every((to) =>
            Graph.sources(graph, to).includes(from) === isEdge(graph, { from, to }) &&
            Graph.allowed(graph, from).includes(to) === isEdge(graph, { from, to })
          )
        )
      )
  },
  {
    name: "G4",
    family: "Guarded",
    statement: "updates never alter a status",
    concerns: has("guarded"),
    holds: (subject, { a, b, p }) => {
      const after = subject.entity.apply(a, over(p, hostile(subject, b)))
      return fieldsOf(subject.entity, "guarded").every((name) => after[name] === a[name])
    }
  },
  {
    name: "V1",
    family: "Validation",
    statement: "what succeeds step by step succeeds composed, with the same result",
    concerns: ({ valid }) => valid !== undefined,
    holds: ({ entity: { apply, compose }, valid }, { a, p, q }) => {
      const stepwise = apply(apply(a, p), q)
      if (!valid!(apply(a, p)) || !valid!(stepwise)) return undefined
      const composed = apply(a, compose(p, q))
      return valid!(composed) && same(composed, stepwise)
    }
  }
]
