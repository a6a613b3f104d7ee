import { Entity, Field } from "@emend/algebra"
import { Choice, Generate, Laws, Specimen } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"
import { describe, expect, test } from "vitest"

const { Note, Odd, Proto, Stone, isRanked } = Specimen
const cases = 2_000

Laws.suite("a kind with all five field kinds, and a rule across fields", Note, { cases, valid: isRanked })
Laws.suite("a kind with a field called __proto__", Proto, { cases })
Laws.suite("an entity whose fields are called like what every object inherits", {
  entity: Odd,
  state: Generate.state(Odd),
  patch: Generate.patch(Odd)
}, { cases })
Laws.suite("a kind that nothing updates", Stone, { cases })

const Appointment = Entity.make({
  id: Field.fixed<number>(),
  when: Field.replace<Date>({ equals: (a, b) => a.getTime() === b.getTime() }),
  seats: Field.map<Record<string, number>>(),
  read: Field.forward<{ sequence: number; id: string } | null>()
})
const whens = Choice.element([0, 1, 2].map((day) => new Date(day)))
const seats = Choice.element([{}, { a: 1 }, { a: 2 }, { a: 1, b: 1 }, { ["__proto__"]: 1 }])
const reads = Choice.element([{ sequence: 1, id: "x" }, { sequence: 2, id: "x" }, { sequence: 2, id: "y" }])
const maybe = <A>(from: Arbitrary.Arbitrary<A>) =>
  Choice.oneOf<A | undefined>([[1, Arbitrary.Constant(undefined)], [2, from]])
const appointments = {
  entity: Appointment,
  state: Arbitrary.all({
    id: Choice.element([1, 2]),
    when: whens,
    seats,
    read: Choice.element([null, { sequence: 1, id: "y" }])
  }),
  patch: Choice.struct([
    ["when", maybe(Arbitrary.map(whens, (set) => ({ set })))],
    [
      "seats",
      maybe(Choice.oneOf<unknown>([
        [1, Arbitrary.map(seats, (set) => ({ set }))],
        [2, Arbitrary.map(seats, (set) => ({ merge: { set, unset: ["a", "a", "c"] } }))]
      ]))
    ],
    ["read", maybe(Arbitrary.map(reads, (advance) => ({ advance })))]
  ])
}

Laws.suite("an entity without schemas, with values that are not JSON, and a rule across fields", appointments, {
  cases,
  valid: ({ seats, when }) => when.getTime() < 2 || Object.hasOwn(seats, "a")
})

describe("checking laws", () => {
  test("a broken operation is found, with a small counterexample that can be replayed", () => {
    const broken = { ...Appointment, compose: (first: any, second: any) => ({ ...first, ...second }) }
    const outcomes = Laws.check({ ...appointments, entity: broken })
    const failed = outcomes.filter(({ ok }) => !ok).map(({ law }) => law)
    expect(failed).toContain("A2")
    const { counterexample, replay } = outcomes.find(({ law }) => law === "A2")!
    expect(Object.keys({ ...counterexample!.p, ...counterexample!.q })).toHaveLength(1)
    const again = Laws.check({ ...appointments, entity: broken }, { replay: replay! })
    expect(again.find(({ law }) => law === "A2")!.counterexample).toStrictEqual(counterexample)
  })

  test("an operation that throws is a failure of the law, not of the check", () => {
    const throwing = {
      ...Appointment,
      invert: () => {
        throw new Error("no inverse")
      }
    }
    const outcomes = Laws.check({ ...appointments, entity: throwing }, { cases: 5 })
    expect(outcomes.find(({ law }) => law === "I1")).toMatchObject({ ok: false, error: new Error("no inverse") })
    expect(outcomes.find(({ law }) => law === "M1")).toMatchObject({ ok: true })
  })

  test("a law of which no case met its conditions is not ok", () => {
    const outcomes = Laws.check(appointments, { cases: 20, valid: () => false })
    expect(outcomes.find(({ law }) => law === "V1")).toMatchObject({ cases: 0, ok: false })
  })

  test("a law that few cases concern is given more of them, until there are as many as were asked for", () => {
    const rare = { name: "rare", family: "Own", statement: "now and then", holds: once(10) }
    const rarer = { ...rare, name: "rarer", holds: once(100) }
    const outcomes = Laws.checkLaws([rare, rarer], Laws.subjectOf(appointments), { cases: 30 })
    expect(outcomes).toMatchObject([{ cases: 30, ok: true }, { cases: 8, ok: false }])
  })

  test("a law or family that nothing is called cannot be asked for", () => {
    expect(() => Laws.check(Stone, { only: ["Monoid", "Undoo"] })).toThrow("Undoo")
    expect(Laws.check(Stone, { cases: 1, only: ["Monoid", "W4"] }).map(({ law }) => law))
      .toStrictEqual(["M1", "M2", "W4"])
  })

  test("an operation that changes what it is given is found", () => {
    const changing = {
      ...Appointment,
      apply: (state: any, patch: any) => (patch.read === undefined ? state : Object.assign(state, { read: null }))
    }
    const [outcome] = Laws.check({ ...appointments, entity: changing }, { only: ["K2"] })
    expect(outcome).toMatchObject({ ok: false, error: expect.any(TypeError) })
  })

  test("a replayed case that no longer breaks its law is ok", () => {
    const broken = { ...Appointment, compose: (first: any, second: any) => ({ ...first, ...second }) }
    const [found] = Laws.check({ ...appointments, entity: broken }, { only: ["A2"] })
    const mended = Laws.check(appointments, { only: ["A2"], replay: found!.replay! })
    expect(mended).toMatchObject([{ law: "A2", ok: true }])
  })

  test("laws of field kinds that are not there are left out, all others are checked", () => {
    const names = Laws.check(Stone, { cases: 1 }).map(({ law }) => law)
    expect(Laws.laws.map(({ name }) => name).filter((name) => !names.includes(name))).toStrictEqual([
      "U1",
      "K1",
      "K2",
      "K3",
      "G1",
      "G2",
      "G3",
      "G4",
      "V1"
    ])
  })
})

/** Says something about one case in so many. */
function once(every: number): () => boolean | undefined {
  let cases = 0
  return () => (cases++ % every === 0 ? true : undefined)
}
