import { Equality } from "@emend/algebra"
import { describe, expect, test } from "vitest"

describe("two JSON values", () => {
  test("differ when one is an array, a null, another type or another length", () => {
    const values = [null, 0, "", "0", false, [], {}, [null], [0], { 0: 0 }, { length: 0 }, [[]], { a: undefined }, "a"]
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) expect(Equality.same(a, b)).toBe(i === j)
    }
  })

  test("differ in an own key that the other only inherits", () => {
    expect(Equality.same(JSON.parse(`{"__proto__":{}}`), {})).toBe(false)
    expect(Equality.same(JSON.parse(`{"__proto__":{}}`), { a: {} })).toBe(false)
    expect(Equality.same({ toString: 1 }, { a: 1 })).toBe(false)
    expect(Equality.same(JSON.parse(`{"__proto__":{"a":1}}`), JSON.parse(`{"__proto__":{"a":1}}`))).toBe(true)
  })

  test("are the same whatever the order of keys, the sign of zero, or the realm that made them", () => {
    expect(Equality.same({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true)
    expect(Equality.same({ a: -0 }, { a: 0 })).toBe(true)
    expect(Equality.same([1, 2], [2, 1])).toBe(false)
    expect(Equality.same(Object.assign(Object.create(null), { a: 1 }), { a: 1 })).toBe(true)
  })

  test("that are no JSON are the same only as references", () => {
    expect(Equality.same(new Date(0), new Date(0))).toBe(false)
    expect(Equality.same(new Map(), new Map())).toBe(false)
    const date = new Date(0)
    expect(Equality.same({ date }, { date })).toBe(true)
  })
})
