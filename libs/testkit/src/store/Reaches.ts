/**
 * What every store keeps when edges are followed.
 *
 * @since 0.1.0
 */
import { type RecordKind, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { Bench } from "./Bench.ts"
import { type Fact, same } from "./Fact.ts"

/** Two fields that name records of one kind: those that have them are edges. */
const endsOf = ({ references = {} }: RecordKind.RecordKind): readonly [by: string, to: string] | undefined => {
  for (const [by, target] of Object.entries(references)) {
    const to = Object.keys(references).find((other) => other !== by && references[other] === target)
    if (to !== undefined) return [by, to]
  }
  return undefined
}

const leads = (kind: RecordKind.RecordKind): boolean => endsOf(kind) !== undefined

/** Whether an edge may have no end. */
const ends = (kind: RecordKind.RecordKind): boolean => leads(kind) && kind.kind.fields[endsOf(kind)![1]].nullable

/** Makes edges, each given as `from to` with a dash for no end, and a question about them that answers in these names. */
const drawn = Effect.fnUntraced(function*(bench: Bench, links: ReadonlyArray<string>) {
  const [by, to] = endsOf(bench.kind)!
  const names = [...new Set(links.flatMap((link) => link.split(" ")))].filter((name) => name !== "-").sort()
  const ids = new Map<string, string>()
  const nameOf = new Map<string, string>()
  for (let n = 0; n < names.length; n += 2) {
    // What is referred to must be there: a record brings both of its ends with it.
    const { state } = yield* bench.given()
    for (const [name, id] of [[names[n], state[by]], [names[n + 1], state[to]]] as const) {
      if (name === undefined) continue
      ids.set(name, id)
      nameOf.set(id, name)
    }
  }
  const edges: Array<string> = []
  for (const link of links) {
    const [from, end] = link.split(" ")
    const { key } = yield* bench.given({ [by]: ids.get(from!), [to]: ids.get(end!) ?? null })
    edges.push(key.id)
  }
  const store = yield* RecordStore.RecordStore
  const follow = Effect.fnUntraced(function*(from: string, more: Partial<RecordStore.Reach> = {}) {
    const asked = {
      kind: bench.kind.kind.name,
      tenant: bench.tenant,
      where: { id: edges },
      from: from.split(" ").map((name) => ids.get(name) ?? name),
      by,
      to,
      depth: 100,
      limit: 1_000,
      ...more,
      ...(more.target === undefined ? undefined : { target: ids.get(more.target) ?? more.target })
    }
    const { isCut, places } = yield* store.reach(asked)
    const told: Array<string> = []
    for (const { depth, edge, id } of places) {
      yield* same("where the edge leads", edge.state[asked.to], id)
      const key = { kind: asked.kind, tenant: asked.tenant, id: edge.state["id"] }
      yield* same("the edge", yield* store.get([key]), [edge])
      told.push(`${nameOf.get(id)} ${depth} ${nameOf.get(edge.state[asked.by])}`)
    }
    return isCut ? [...told, "cut"] : told
  })
  return { follow, edges, back: { by: to, to: by } }
})

/** The facts about following edges. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "what is reached is told once, at its least distance, with an edge that leads there from one step nearer",
    concerns: leads,
    holds: Effect.fnUntraced(function*(bench) {
      const { back, follow } = yield* drawn(bench, ["a b", "a c", "b d", "c d", "a b", "d a", "d e", "e e", "f a"])
      yield* same("from one", yield* follow("a"), ["b 1 a", "c 1 a", "d 2 b", "e 3 d"])
      yield* same("from several", yield* follow("e c b c"), ["d 1 b", "a 2 d"])
      yield* same("backwards", yield* follow("e", back), ["d 1 e", "b 2 d", "c 2 d", "a 3 b", "f 4 a"])
      yield* same("from nothing", yield* follow("", { from: [] }), [])
      yield* same("from nowhere", yield* follow("nobody \u0000 \ud800"), [])
    })
  },
  {
    name: "edges are followed for as many steps as asked, up to the one that reaches the target or enough",
    concerns: leads,
    holds: Effect.fnUntraced(function*(bench) {
      const { follow } = yield* drawn(bench, ["a b", "a c", "b d", "c e", "c f", "d g", "g h", "h a"])
      const all = ["b 1 a", "c 1 a", "d 2 b", "e 2 c", "f 2 c", "g 3 d", "h 4 g"]
      for (const [depth, count] of [[0, 0], [1, 2], [2, 5], [3, 6], [4, 7], [Infinity, 7]] as const) {
        yield* same(`${depth} steps`, yield* follow("a", { depth, limit: Infinity }), all.slice(0, count))
      }
      for (const [target, count] of [["b", 2], ["f", 5], ["g", 6], ["a", 7], ["nobody", 7], ["\u0000", 7]] as const) {
        yield* same(`the target ${target}`, yield* follow("a", { target }), all.slice(0, count))
      }
      for (
        const [beyond, count, most] of [[0, 0, 2], [0, 2, 2], [0, 3, 5], [0, 6, 6], [0, 99, 7], [1, 1, 5], [1, 4, 6], [
          2,
          1,
          6
        ], [Infinity, 0, 7]] as const
      ) {
        const enough = { beyond, count }
        yield* same(`enough ${JSON.stringify(enough)}`, yield* follow("a", { enough }), all.slice(0, most))
      }
    })
  },
  {
    name: "a step with which too many edges would be followed is left out as a whole, and that is told",
    concerns: leads,
    holds: Effect.fnUntraced(function*(bench) {
      const { follow } = yield* drawn(bench, ["a b", "a c", "b d", "c d", "c e", "e a", "e f"])
      const all = ["b 1 a", "c 1 a", "d 2 b", "e 2 c", "f 3 e"]
      for (const [limit, count] of [[0, 0], [1, 0], [2, 2], [4, 2], [5, 4], [6, 4]] as const) {
        yield* same(`${limit} edges`, yield* follow("a", { limit }), [...all.slice(0, count), "cut"])
      }
      yield* same("as many as there are", yield* follow("a", { limit: 7 }), all)
      yield* same("what is not asked for is not cut", yield* follow("a", { limit: 2, depth: 1 }), all.slice(0, 2))
      yield* same("enough is not cut", yield* follow("a", { limit: 5, target: "d" }), all.slice(0, 4))
    })
  },
  {
    name: "only edges that are selected are followed, and none of another tenant",
    concerns: leads,
    holds: Effect.fnUntraced(function*(bench) {
      const { edges, follow } = yield* drawn(bench, ["a b", "b c", "a c", "c d"])
      yield* same("all", yield* follow("a"), ["b 1 a", "c 1 a", "d 2 c"])
      const where = { id: [edges[0]!, edges[1]!, edges[3]!] }
      yield* same("three", yield* follow("a", { where }), ["b 1 a", "c 2 b", "d 3 c"])
      yield* same("none", yield* follow("a", { where: { id: [] } }), [])
      yield* same("of another tenant", yield* follow("a", { tenant: `${bench.tenant}-other` }), [])
    })
  },
  {
    name: "what many ways lead to is gone on from once",
    concerns: leads,
    holds: Effect.fnUntraced(function*(bench) {
      const rungs = 24
      const name = (side: string, rung: number) => `${String(rung).padStart(2, "0")}${side}`
      const links = Array.from(
        { length: rungs },
        (_, rung) => ["l", "r"].flatMap((from) => ["l", "r"].map((to) => `${name(from, rung)} ${name(to, rung + 1)}`))
      )
        .flat()
      const { back, follow } = yield* drawn(bench, links)
      // Two to the 24th ways lead to either end.
      const down = yield* follow("00l 00r", { limit: links.length })
      yield* same("the last", down.slice(-2), [`24l ${rungs} 23l`, `24r ${rungs} 23l`])
      yield* same("how many", down.length, 2 * rungs)
      yield* same("the first", (yield* follow("24l", back)).slice(-2), [`00l ${rungs} 01l`, `00r ${rungs} 01l`])
    })
  },
  {
    name: "an edge without an end leads nowhere and is not counted",
    concerns: ends,
    holds: Effect.fnUntraced(function*(bench) {
      const { back, follow } = yield* drawn(bench, ["a -", "a b", "b -", "c -"])
      yield* same("from its beginning", yield* follow("a", { limit: 1 }), ["b 1 a"])
      yield* same("from its end", yield* follow("b c", back), ["a 1 b"])
    })
  },
  {
    name: "in any graph the distances are those that are found by looking at every edge again and again",
    concerns: leads,
    holds: Effect.fnUntraced(function*(bench) {
      const nodes = "abcdefghijkl"
      let seed = 7
      const any = () => nodes[(seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % nodes.length]!
      for (const count of [6, 12, 18, 30]) {
        const links = Array.from({ length: count }, () => `${any()} ${any()}`)
        const { follow } = yield* drawn(bench, [...links, ...Array.from(nodes, (node) => `${node} ${node}`)])
        for (const from of "adg") {
          const distance = new Map([[from, 0]])
          for (let round = 0; round < nodes.length; round++) {
            for (const link of links) {
              const [near, far] = link.split(" ") as [string, string]
              const through = (distance.get(near) ?? Infinity) + 1
              if (through < (distance.get(far) ?? Infinity)) distance.set(far, through)
            }
          }
          const told = (yield* follow(from)).map((place) => place.split(" ") as [string, string, string])
          const expected = [...distance].filter(([id]) => id !== from).map(([id, depth]) => `${id} ${depth}`).sort()
          yield* same(`from ${from}`, told.map(([id, depth]) => `${id} ${depth}`).sort(), expected)
          yield* same(
            "from one step nearer",
            told.filter(([id, depth, near]) =>
              distance.get(near) !== Number(depth) - 1 || !links.includes(`${near} ${id}`)
            ),
            []
          )
        }
      }
    })
  }
]
