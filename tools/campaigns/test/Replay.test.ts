import { expect, it } from "vitest"
import * as Replay from "../src/Replay.ts"

it("a merge removes and writes the keys that it names and leaves the others, and a map that is null begins empty", () => {
  const patch = { params: { merge: { set: { b: 3, c: null }, unset: ["a"] } } }
  expect(Replay.after({ params: { a: 1, b: 2, d: 4 } }, patch, {})).toEqual({ params: { b: 3, c: null, d: 4 } })
  expect(Replay.after({ params: null }, patch, {})).toEqual({ params: { b: 3, c: null } })
})

it("what is set is replaced as a whole, and what moves is where it moved to", () => {
  expect(
    Replay.after(
      { task_metadata: { a: 1 }, status: "RUNNING", name: "n" },
      { task_metadata: { set: null } },
      { status: { from: "RUNNING", to: "FAILED" } }
    )
  ).toEqual({ task_metadata: null, status: "FAILED", name: "n" })
})

it("equal values have one text, and values that differ have not", () => {
  expect(Replay.canonical({ a: { c: [1, 2], b: 2 } })).toBe(Replay.canonical({ a: { b: 2, c: [1, 2] } }))
  expect(Replay.canonical({ a: [1, 2] })).not.toBe(Replay.canonical({ a: [2, 1] }))
})
