import { expect, test } from "vitest"
import * as Cycle from "../src/archive/Cycle.ts"

const edges = (...pairs: ReadonlyArray<string>): ReadonlyArray<Cycle.Edge> =>
  pairs.map((pair) => ({ from: pair[0]!, to: pair[1]! }))

test("edges without a cycle have none that closes one", () => {
  expect(Cycle.firstClosing([], [])).toBeUndefined()
  expect(Cycle.firstClosing(edges("ab", "bc"), edges("ac", "ab", "cd"))).toBeUndefined()
})

test("the first edge that closes a cycle with others or with those added before it is found", () => {
  expect(Cycle.firstClosing([], edges("ab", "bb", "ba"))).toBe(1)
  expect(Cycle.firstClosing(edges("ab"), edges("bc", "cd", "da", "ca"))).toBe(2)
  expect(Cycle.firstClosing(edges("ab", "bc"), edges("xy", "ca"))).toBe(1)
})

test("a chain of a hundred thousand edges is looked at without recursion", () => {
  const chain = Array.from({ length: 100_000 }, (_, i) => ({ from: `${i}`, to: `${i + 1}` }))
  expect(Cycle.firstClosing([], chain)).toBeUndefined()
  expect(Cycle.firstClosing(chain, [{ from: "100000", to: "0" }])).toBe(0)
})
