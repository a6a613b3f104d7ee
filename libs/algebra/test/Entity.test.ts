import { Entity, Field } from "@emend/algebra"
import { describe, expect, test } from "vitest"

const Note = Entity.make({
  id: Field.fixed<string>(),
  title: Field.replace<string>(),
  body: Field.replace<{ readonly text: string } | null>(),
  params: Field.map<Record<string, unknown> | null>(),
  status: Field.guarded<string>(),
  seen: Field.forward<{ readonly sequence: number; readonly id: string } | null>()
})
const note = {
  id: "n1",
  title: "Draft",
  body: { text: "hello" },
  params: { a: { deep: [1] }, b: 2 } as Record<string, unknown>,
  status: "open",
  seen: { sequence: 3, id: "e3" }
}

describe("an update that changes nothing", () => {
  for (
    const [what, patch] of [
      ["nothing", {}],
      ["the present value", { title: { set: "Draft" } }],
      ["an equal value", { body: { set: { text: "hello" } } }],
      ["an equal map in another order", { params: { set: { b: 2, a: { deep: [1] } } } }],
      ["an empty merge", { params: { merge: {} } }],
      ["present keys and absent removals", { params: { merge: { set: { a: { deep: [1] } }, unset: ["c", "c"] } } }],
      ["a key both written and removed, as it is", { params: { merge: { set: { b: 2 }, unset: ["b"] } } }],
      ["an earlier position", { seen: { advance: { sequence: 2, id: "e2" } } }],
      ["the same position", { seen: { advance: { sequence: 3, id: "e3" } } }]
    ] as ReadonlyArray<[string, any]>
  ) {
    test(`${what}: the very same state`, () => {
      expect(Note.apply(note, patch)).toBe(note)
      expect(Note.isNoop(note, patch)).toBe(true)
      expect(Note.reduce(note, patch)).toStrictEqual({})
    })
  }

  test("the removal of a key is not one, when the key holds undefined's neighbour null", () => {
    expect(Note.apply({ ...note, params: { a: null } }, { params: { merge: { unset: ["a"] } } }).params).toStrictEqual(
      {}
    )
  })
})

describe("an update", () => {
  test("changes nothing in place", () => {
    const frozen = Object.freeze({ ...note, params: Object.freeze({ ...note.params }) })
    const patch = Object.freeze({ title: { set: "Final" }, params: { merge: { set: { b: 3 }, unset: ["a"] } } })
    expect(Note.apply(frozen, patch)).toStrictEqual({ ...note, title: "Final", params: { b: 3 } })
    expect(frozen.params).toStrictEqual({ a: { deep: [1] }, b: 2 })
  })

  test("leaves the references of what it does not touch, fields and keys of maps", () => {
    const after = Note.apply(note, { params: { merge: { set: { b: 3 } } } })
    expect(after.body).toBe(note.body)
    expect(after.seen).toBe(note.seen)
    expect(after.params!["a"]).toBe(note.params["a"])
  })

  test("of a fixed or guarded field, or of a field that is not declared, does nothing", () => {
    const hostile: any = { id: { set: "n2" }, status: { set: "shut" }, unheard: { set: 1 }, toString: { set: 1 } }
    expect(Note.apply(note, hostile)).toBe(note)
    expect(Note.normalise(hostile)).toStrictEqual({})
    expect(Note.mask(hostile)).toStrictEqual({})
    expect(Note.explain(hostile)).toStrictEqual([])
  })

  test("with a key of value undefined is an update without that key", () => {
    const patch: any = { title: undefined, body: { set: null } }
    expect(Note.apply(note, patch).title).toBe("Draft")
    expect(Note.normalise(patch)).toStrictEqual({ body: { set: null } })
  })

  test("writes keys after it removes them", () => {
    const patch = { params: { merge: { set: { a: 1 }, unset: ["a", "b"] } } }
    expect(Note.apply(note, patch).params).toStrictEqual({ a: 1 })
    expect(Note.normalise(patch)).toStrictEqual({ params: { merge: { set: { a: 1 }, unset: ["b"] } } })
  })
})

describe("keys that every object inherits", () => {
  const inherited = JSON.parse(`{"__proto__":{"x":1},"constructor":2,"toString":3,"hasOwnProperty":4}`)
  const empty = { ...note, params: {} as Record<string, unknown> }

  test("are written, compared, removed and taken back like any other", () => {
    const patch = { params: { merge: { set: inherited } } }
    const after = Note.apply(empty, patch)
    expect(Object.keys(after.params!)).toStrictEqual(["__proto__", "constructor", "toString", "hasOwnProperty"])
    expect(Object.getPrototypeOf(after.params)).toBe(Object.prototype)
    expect(Note.apply(after, patch)).toBe(after)
    expect(Note.mask(patch)).toStrictEqual({ params: ["__proto__", "constructor", "hasOwnProperty", "toString"] })
    expect(Note.apply(after, Note.invert(empty, patch)).params).toStrictEqual({})
    const removed = Note.apply(after, { params: { merge: { unset: ["__proto__", "toString"] } } })
    expect(Object.keys(removed.params!)).toStrictEqual(["constructor", "hasOwnProperty"])
  })

  test("are absent where they are only inherited", () => {
    const patch = { params: { merge: { unset: ["toString", "__proto__"] } } }
    expect(Note.apply(empty, patch)).toBe(empty)
    expect(Note.invert(empty, { params: { merge: { set: { toString: 1 } } } })).toStrictEqual({
      params: { merge: { unset: ["toString"] } }
    })
  })

  test("survive composition, difference and conflict", () => {
    const write = { params: { merge: { set: JSON.parse(`{"__proto__":1}`) } } }
    const other = { params: { merge: { set: JSON.parse(`{"__proto__":2}`) } } }
    expect(Object.keys(Note.compose({}, write).params as any)).toStrictEqual(["merge"])
    expect(JSON.stringify(Note.compose(write, other))).toBe(`{"params":{"merge":{"set":{"__proto__":2}}}}`)
    expect(Note.conflicts(write, other)).toStrictEqual([
      { path: ["params", "__proto__"], left: { value: 1 }, right: { value: 2 } }
    ])
    expect(JSON.stringify(Note.diff(empty, Note.apply(empty, write)))).toBe(
      `{"params":{"merge":{"set":{"__proto__":1}}}}`
    )
  })
})

describe("conflicts", () => {
  test("name the path and what each side leaves there", () => {
    expect(Note.conflicts(
      { title: { set: "a" }, params: { merge: { set: { a: 1, b: 1 }, unset: ["c"] } } },
      { title: { set: "b" }, params: { merge: { set: { b: 2, c: 3 }, unset: ["a"] } } }
    )).toStrictEqual([
      { path: ["title"], left: { value: "a" }, right: { value: "b" } },
      { path: ["params", "a"], left: { value: 1 }, right: undefined },
      { path: ["params", "b"], left: { value: 1 }, right: { value: 2 } },
      { path: ["params", "c"], left: undefined, right: { value: 3 } }
    ])
  })

  test("are none where both write the same, or one merges what the other's replacement holds", () => {
    const set = { params: { set: { a: 1, b: 2 } } }
    expect(Note.conflicts({ title: { set: "a" } }, { title: { set: "a" } })).toStrictEqual([])
    expect(Note.conflicts(set, { params: { merge: { set: { a: 1 }, unset: ["z"] } } })).toStrictEqual([])
    expect(Note.conflicts(set, { params: { merge: { set: { a: 2 } } } })).toStrictEqual([
      { path: ["params", "a"], left: { value: 1 }, right: { value: 2 } }
    ])
  })

  test("between a merge and a replacement by null concern the whole map", () => {
    expect(Note.conflicts({ params: { set: null } }, { params: { merge: { set: { a: 1 } } } })).toStrictEqual([
      { path: ["params"], left: { value: null }, right: { value: { a: 1 } } }
    ])
  })

  test("keep an update from being undone, and nothing else does", () => {
    const patch = { title: { set: "Final" }, params: { merge: { set: { b: 3 } } } }
    expect(Note.undo(note, patch, [{ params: { merge: { set: { a: 1 } } } }])).toStrictEqual({
      _tag: "Success",
      success: { title: { set: "Draft" }, params: { merge: { set: { b: 2 } } } }
    })
    expect(Note.undo(note, patch, [{ title: { set: "Later" } }])).toStrictEqual({
      _tag: "Failure",
      failure: [{ path: ["title"], left: { value: "Later" }, right: { value: "Draft" } }]
    })
  })
})

describe("the sentences of an update", () => {
  test("say for each path what happens there", () => {
    expect(Note.explain({
      title: { set: "Final" },
      body: { set: null },
      params: { merge: { set: { b: 3 }, unset: ["a"] } },
      seen: { advance: { sequence: 7, id: "e7" } }
    })).toStrictEqual([
      "sets title to \"Final\"",
      "clears body",
      "removes params.a",
      "sets params.b to 3",
      "advances seen to #7 (e7)"
    ])
    expect(Note.explain({ params: { set: {} } })).toStrictEqual(["replaces params by {}"])
    expect(Note.explain({ params: { set: null } })).toStrictEqual(["clears params"])
    expect(Note.explain({ params: { merge: {} } })).toStrictEqual([])
  })

  test("are short whatever the value", () => {
    const [sentence] = Note.explain({ title: { set: "x".repeat(10_000) } })
    expect(sentence).toMatch(/^sets title to "x{78}…$/)
  })
})

describe("an operation that says both `set` and `merge`", () => {
  const both: any = { params: { set: { q: 1 }, merge: { set: { x: 1 } } } }

  test("replaces, in every operation", () => {
    expect(Note.apply(note, both).params).toStrictEqual({ q: 1 })
    expect(Note.apply(note, Note.normalise(both)).params).toStrictEqual({ q: 1 })
    expect(Note.apply(note, Note.compose({}, both)).params).toStrictEqual({ q: 1 })
    expect(Note.apply(note, Note.reduce(note, both)).params).toStrictEqual({ q: 1 })
    expect(Note.apply(Note.apply(note, both), Note.invert(note, both))).toStrictEqual(note)
    expect(Note.mask(both)).toStrictEqual({ params: true })
  })
})
