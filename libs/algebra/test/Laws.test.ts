import { Entity, Field, Graph } from "@emend/algebra"
import { Declare, Kind } from "@emend/algebra/schema"
import { Choice, Generate, Laws } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"

const lights = Graph.make({ red: ["green"], green: ["amber"], amber: ["red", "off"], off: [] })
const Cursor = Schema.Struct({ sequence: Schema.Int, id: Schema.String })

/** All five field kinds, and every meaning of null. */
const Note = Kind.make("Note", {
  id: Declare.fixed(Schema.String, { nullable: false }),
  owner: Declare.fixed(Schema.String, { nullable: true, internal: true }),
  light: Declare.guarded(Schema.Literals(["red", "green", "amber", "off"]), { nullable: false, graph: lights }),
  title: Declare.replace(Schema.String, { nullable: false, onNull: "keep" }),
  rank: Declare.replace(Schema.Int, { nullable: true, onNull: "clear", wireName: "order" }),
  tags: Declare.replace(Schema.Array(Schema.String), { nullable: false, onNull: "reject" }),
  extra: Declare.replace(Schema.JsonObject, { nullable: true, onNull: "keep" }),
  params: Declare.map(Schema.JsonObject, { nullable: true, onNull: "keep", wireName: "merge_params" }),
  scores: Declare.map(Schema.Record(Schema.String, Schema.Int), { nullable: true, onNull: "clear" }),
  flags: Declare.map(Schema.Record(Schema.String, Schema.Boolean), { nullable: false, onNull: "reject" }),
  seen: Declare.forward(Cursor, { reference: Schema.String, scope: ["id"], onNull: "keep" })
})

/** A name that schemas can read as an own key of a body; the others that every object inherits, they cannot. */
const Proto = Kind.make("Proto", {
  ["__proto__"]: Declare.replace(Schema.Int, { nullable: true, onNull: "clear" }),
  b: Declare.map(Schema.JsonObject, { nullable: true, onNull: "keep", wireName: "" })
})

/** Fields that are called like what every object inherits. */
const Odd = Kind.make("Odd", {
  ["__proto__"]: Declare.replace(Schema.Int, { nullable: true, onNull: "clear" }),
  constructor: Declare.map(Schema.JsonObject, { nullable: true, onNull: "keep" }),
  toString: Declare.fixed(Schema.String, { nullable: false }),
  hasOwnProperty: Declare.forward(Cursor, { reference: Schema.String, scope: [], onNull: "keep" }),
  "": Declare.replace(Schema.JsonObject, { nullable: false, onNull: "keep" })
})

/** Only fixed fields: nothing to update. */
const Stone = Kind.make("Stone", { id: Declare.fixed(Schema.String, { nullable: false }) })

Laws.suite("a kind with all five field kinds", Note)
Laws.suite("a kind with a field called __proto__", Proto)
Laws.suite("an entity whose fields are called like what every object inherits", {
  entity: Odd,
  state: Generate.state(Odd),
  patch: Generate.patch(Odd)
})
Laws.suite("a kind that nothing updates", Stone)

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
