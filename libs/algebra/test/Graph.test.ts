import { Graph } from "@emend/algebra"
import { describe, expect, test } from "vitest"

const graph = Graph.make({ open: ["held", "shut"], held: ["open"], shut: [] })

describe("a graph", () => {
  test("has no moves from or to a status that it does not declare, whatever every object inherits", () => {
    for (const unknown of ["", "toString", "__proto__", "constructor", "Open"]) {
      expect(Graph.allowed(graph, unknown)).toStrictEqual([])
      expect(Graph.sources(graph, unknown)).toStrictEqual([])
      expect(Graph.hasEdge(graph, { from: unknown, to: "open" })).toBe(false)
      expect(Graph.hasEdge(graph, { from: "open", to: unknown })).toBe(false)
    }
  })

  test("lists moves and sources in declared order", () => {
    expect(graph.statuses).toStrictEqual(["open", "held", "shut"])
    expect(Graph.allowed(graph, "open")).toStrictEqual(["held", "shut"])
    expect(Graph.sources(graph, "open")).toStrictEqual(["held"])
    expect(graph.statuses.filter((status) => Graph.isTerminal(graph, status))).toStrictEqual(["shut"])
  })

  test("follows a path only from its beginning, over edges, without a gap", () => {
    const path = [{ from: "open", to: "held" }, { from: "held", to: "open" }, { from: "open", to: "shut" }] as const
    expect(Graph.follow(graph, "open", [])).toBe("open")
    expect(Graph.follow(graph, "open", path)).toBe("shut")
    expect(Graph.follow(graph, "held", path)).toBeUndefined()
    expect(Graph.follow(graph, "open", [path[0], path[2]])).toBeUndefined()
    expect(Graph.follow(graph, "shut", [{ from: "shut", to: "open" }])).toBeUndefined()
  })
})
