import { Cursor } from "@emend/algebra"
import { describe, expect, test } from "vitest"

const cursors = [
  { sequence: 1, id: "b" },
  { sequence: 2, id: "A" },
  { sequence: 2, id: "a" },
  { sequence: 10, id: "" }
]

describe("a cursor", () => {
  test("goes by its number, then by its id", () => {
    expect(cursors.toReversed().toSorted(Cursor.compare)).toStrictEqual(cursors)
    expect(Cursor.compare(cursors[0]!, { ...cursors[0]! })).toBe(0)
  })

  test("joined with null is itself, and null with null is null", () => {
    expect(Cursor.join(null, null)).toBeNull()
    expect(Cursor.join(cursors[0]!, null)).toBe(cursors[0])
    expect(Cursor.join(null, cursors[0]!)).toBe(cursors[0])
  })

  test("joined with an equal one keeps its reference", () => {
    expect(Cursor.join(cursors[1]!, { ...cursors[1]! })).toBe(cursors[1])
  })

  test("joined with any other gives the later one, whichever comes first", () => {
    for (const [i, a] of cursors.entries()) {
      for (const [j, b] of cursors.entries()) {
        expect(Cursor.join(a, b)).toBe(i >= j ? a : b)
      }
    }
  })
})
