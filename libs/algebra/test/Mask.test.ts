import { Mask } from "@emend/algebra"
import { describe, expect, test } from "vitest"

describe("a mask", () => {
  test("does not cover what only its keys touch", () => {
    expect(Mask.covers({ params: ["a"] }, { params: true })).toBe(false)
    expect(Mask.covers({ params: ["a"] }, { params: ["a", "b"] })).toBe(false)
    expect(Mask.covers({}, { title: true })).toBe(false)
  })

  test("of a whole field covers and absorbs its keys", () => {
    expect(Mask.covers({ params: true }, { params: ["a"] })).toBe(true)
    expect(Mask.join({ params: true }, { params: ["a"] })).toStrictEqual({ params: true })
    expect(Mask.join({ params: ["b"] }, { params: ["a", "b"], title: true })).toStrictEqual({
      params: ["a", "b"],
      title: true
    })
    expect(Mask.disjoint({ params: true }, { params: ["a"] })).toBe(false)
    expect(Mask.disjoint({ params: ["b"], title: true }, { params: ["a"], body: true })).toBe(true)
  })

  test("is a semilattice: joining is associative, commutative, idempotent, and the empty mask is neutral", () => {
    const fields = [undefined, true, ["a"], ["b"], ["a", "b"]] as const
    const masks = fields.flatMap((x) =>
      fields.map((y): Mask.Mask => JSON.parse(JSON.stringify({ params: x, ["__proto__"]: y })))
    )
    for (const a of masks) {
      expect(Mask.join(a, Mask.empty)).toStrictEqual(a)
      expect(Mask.join(a, a)).toStrictEqual(a)
      for (const b of masks) {
        expect(Mask.join(a, b)).toEqual(Mask.join(b, a))
        expect(Mask.covers(Mask.join(a, b), a)).toBe(true)
        expect(Mask.covers(a, b)).toBe(JSON.stringify(sorted(Mask.join(a, b))) === JSON.stringify(sorted(a)))
        for (const c of masks) {
          expect(sorted(Mask.join(Mask.join(a, b), c))).toEqual(sorted(Mask.join(a, Mask.join(b, c))))
        }
      }
    }
  })

  test("names fields that every object inherits only when it touches them", () => {
    expect(Mask.covers({}, JSON.parse(`{"toString":true}`))).toBe(false)
    expect(Mask.disjoint({}, JSON.parse(`{"__proto__":true}`))).toBe(true)
    expect(Mask.paths(JSON.parse(`{"__proto__":["constructor"]}`))).toStrictEqual([["__proto__", "constructor"]])
  })
})

describe("a pointer", () => {
  test("escapes what RFC 6901 says, and in the order that makes it reversible", () => {
    expect(Mask.pointer(["params"])).toBe("/params")
    expect(Mask.pointer(["params", ""])).toBe("/params/")
    expect(Mask.pointer(["params", "a/b"])).toBe("/params/a~1b")
    expect(Mask.pointer(["params", "m~n"])).toBe("/params/m~0n")
    expect(Mask.pointer(["params", "~1"])).toBe("/params/~01")
  })
})

const sorted = (mask: Mask.Mask) => Object.entries(mask).sort(([a], [b]) => (a < b ? -1 : 1))
