import { Entity, Equality, Field } from "@emend/algebra"
import { describe, expect, test } from "vitest"

const { same } = Equality

/** Every way to give each of the keys one of the values, or to leave it out. */
const objects = (keys: ReadonlyArray<string>, values: ReadonlyArray<unknown>): ReadonlyArray<Record<string, unknown>> =>
  keys.reduce<ReadonlyArray<Record<string, unknown>>>(
    (all, key) => all.flatMap((object) => [object, ...values.map((value) => ({ ...object, [key]: value }))]),
    [{}]
  )

const Pair = Entity.make({
  flag: Field.replace<number | null>(),
  params: Field.map<Record<string, unknown> | null>(),
  seen: Field.forward<{ sequence: number; id: string } | null>()
})

const keys = ["a", "__proto__"]
const maps = [null, ...objects(keys.map((key) => key), [0, 1])]
const cursors = [{ sequence: 1, id: "x" }, { sequence: 1, id: "y" }, { sequence: 2, id: "x" }]

const mapOperations = [
  ...maps.map((set) => ({ set })),
  ...objects(keys, [0, 1]).flatMap((set) =>
    [[], ["a"], ["__proto__"], ["a", "__proto__", "a"]].map((unset) => ({ merge: { set, unset } }))
  )
]

/** For each field alone: all its states, and all its raw updates. */
const carriers = {
  flag: {
    states: [null, 0, 1].map((flag) => ({ flag, params: null, seen: null })),
    patches: [{}, ...[null, 0, 1].map((set) => ({ flag: { set } }))]
  },
  params: {
    // A third value, which no update writes, tells merges from replacements.
    states: [...maps, ...objects([...keys, "b"], [2])].map((params) => ({ flag: null, params, seen: null })),
    patches: [{}, ...mapOperations.map((params) => ({ params }))]
  },
  seen: {
    states: [null, ...cursors].map((seen) => ({ flag: null, params: null, seen })),
    patches: [{}, ...cursors.map((advance) => ({ seen: { advance } }))]
  }
}

for (
  const [name, { patches, states }] of Object.entries(carriers) as ReadonlyArray<
    [string, { states: ReadonlyArray<any>; patches: ReadonlyArray<any> }]
  >
) {
  const { apply, commutes, compose, conflicts, diff, equal, invert, mask, normalise, reduce } = Pair
  describe(`every update of ${name} at every state (${patches.length} × ${states.length})`, () => {
    const pairs = patches.flatMap((p) => patches.map((q) => [p, q] as const))
    const failing = <A>(cases: ReadonlyArray<A>, holds: (given: A) => boolean) =>
      cases.filter((given) => !holds(given)).slice(0, 3)

    test("N3: normal forms are equal exactly when the updates do the same to every state", () => {
      expect(failing(pairs, ([p, q]) => equal(p, q) === states.every((s) => same(apply(s, p), apply(s, q)))))
        .toStrictEqual([])
    })

    test("A2: a composition is applied as its parts", () => {
      expect(failing(pairs, ([p, q]) => states.every((s) => same(apply(s, compose(p, q)), apply(apply(s, p), q)))))
        .toStrictEqual([])
    })

    test("C3: updates have no conflict exactly when their order matters to no state", () => {
      expect(failing(pairs, ([p, q]) => {
        const alike = states.every((s) => same(apply(apply(s, p), q), apply(apply(s, q), p)))
        return commutes(p, q) === alike && (conflicts(p, q).length === 0) === alike
      })).toStrictEqual([])
    })

    test("M1, B2: composition is associative, and only the last write counts", () => {
      const some = name === "params" ? patches.filter((_, index) => index % 2 === 0) : patches
      const triples = some.flatMap((p) => some.flatMap((q) => some.map((r) => [p, q, r] as const)))
      expect(failing(triples, ([p, q, r]) => same(compose(compose(p, q), r), compose(p, compose(q, r))))).toStrictEqual(
        []
      )
      expect(failing(pairs, ([p, q]) => same(compose(compose(p, q), p), compose(q, p)))).toStrictEqual([])
    })

    test("R1, R3, I1, D1: reducing, undoing and comparing are exact", () => {
      const steps = states.flatMap((s) => patches.map((p) => [s, p] as const))
      expect(failing(steps, ([s, p]) => {
        const after = apply(s, p)
        const effect = reduce(s, p)
        return same(apply(s, effect), after) && (after === s) === (Object.keys(effect).length === 0) &&
          same(apply(s, diff(s, after)), after) && (name === "seen" || same(apply(after, invert(s, p)), s))
      })).toStrictEqual([])
    })

    test("the normal form of an update that does nothing anywhere is empty, and its mask too", () => {
      const idle = patches.filter((p) => states.every((s) => apply(s, p) === s))
      expect(idle.length).toBeGreaterThan(0)
      expect(failing(idle, (p) => normalise(p) === Pair.empty && same(mask(p), {}))).toStrictEqual([])
    })
  })
}

describe("updates under a rule across fields, every pair at every state", () => {
  const valid = ({ flag, params }: any): boolean => flag === 1 || params === null || !Object.hasOwn(params, "a")
  const step = (state: any, patch: any): any => {
    const after = Pair.apply(state, patch)
    return valid(after) ? after : undefined
  }
  const states = [null, 0, 1].flatMap((flag) => maps.map((params) => ({ flag, params, seen: null } as any))).filter(
    valid
  )
  const patches: ReadonlyArray<any> = [
    ...carriers.flag.patches,
    { params: { set: null } },
    { params: { merge: { set: { a: 1 } } } },
    { params: { merge: { unset: ["a"] } } },
    { flag: { set: 1 }, params: { merge: { set: { a: 1 } } } }
  ]
  const cases = states.flatMap((s) => patches.flatMap((p) => patches.map((q) => [s, p, q] as const)))

  test("V1: what succeeds step by step succeeds composed, with the same result", () => {
    const stepwise = cases.flatMap(([s, p, q]) => {
      const first = step(s, p)
      const second = first === undefined ? undefined : step(first, q)
      return second === undefined ? [] : [[step(s, Pair.compose(p, q)), second] as const]
    })
    expect(stepwise.length).toBeGreaterThan(100)
    expect(stepwise.filter(([composed, second]) => !same(composed, second)).slice(0, 3)).toStrictEqual([])
  })

  test("and not the other way round", () => {
    expect(cases.some(([s, p, q]) => step(s, p) === undefined && step(s, Pair.compose(p, q)) !== undefined)).toBe(true)
  })
})
