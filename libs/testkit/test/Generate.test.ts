import { Equality } from "@emend/algebra"
import { type Kind } from "@emend/algebra/schema"
import { Json, kinds, Task, TaskAgent } from "@emend/domain"
import { Generate, Laws, StoreContract } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"
import { patches } from "../src/store/Fact.ts"

const sample = <A>(from: Arbitrary.Arbitrary<A>, count = 1_000) =>
  Effect.runSync(Arbitrary.sampleEffect(from, { count, seed: "generate" }))
const declared: ReadonlyArray<Kind.Any> = [...kinds.map(({ kind }) => kind), TaskAgent.Edit]

/** Every value inside a value, keys included. */
const inside = (value: unknown): ReadonlyArray<unknown> =>
  typeof value !== "object" || value === null
    ? [value]
    : [value, ...Object.keys(value), ...Object.values(value).flatMap(inside)]

describe("generated values", () => {
  for (const kind of declared) {
    test(`of ${kind.name} fit its schemas`, () => {
      expect(sample(Generate.state(kind), 200).filter((state) => !Schema.is(kind.State)(state))).toStrictEqual([])
      expect(sample(Generate.body(kind), 200).filter((body) => !Schema.is(kind.Update)(body))).toStrictEqual([])
    })
  }

  test("can be stored, every one of them", () => {
    expect([...sample(Generate.json), ...sample(Generate.jsonObject)].filter((value) => Json.flaws(value).length > 0))
      .toStrictEqual([])
  })

  test("include everything that is awkward", () => {
    const objects = sample(Generate.jsonObject, 3_000)
    const all = new Set(objects.flatMap(inside).filter((value) => typeof value !== "object"))
    const awkward = ["__proto__", "constructor", "toString", "", 1e21, 1e-7, 5e-324, Number.MAX_VALUE]
    expect(awkward.filter((value) => !all.has(value))).toStrictEqual([])
    const keys = new Set(objects.flatMap((object) => Object.keys(object)))
    expect(["__proto__", "constructor", "toString", ""].filter((key) => !keys.has(key))).toStrictEqual([])
    expect(objects.flatMap(inside).some((value) => Object.is(value, -0))).toBe(true)
    expect([...all].some((value) => typeof value === "string" && /[\u{10000}-\u{10ffff}]/u.test(value))).toBe(true)
    expect(objects.some((object) => Object.keys(object).length > 1_020)).toBe(true)
    expect(objects.some((object) => JSON.stringify(object).includes("[".repeat(1) + "{\"a\":[{\"a\":[{\"a\":["))).toBe(
      true
    )
    const empties = objects.flatMap(inside).filter((value) =>
      typeof value === "object" && value !== null && Object.keys(value).length === 0
    )
    expect([empties.some(Array.isArray), empties.some((value) => !Array.isArray(value))]).toStrictEqual([true, true])
  })

  test("that cannot be stored have their one flaw at the path given, of every sort", () => {
    const unstorable = sample(Generate.unstorable)
    for (const { path, value } of unstorable) expect(Json.flaws(value).map((flaw) => flaw.path)).toStrictEqual([path])
    expect(new Set(unstorable.flatMap(({ value }) => Json.flaws(value)).map(({ issue }) => issue)).size).toBe(6)
  })
})

describe("generated updates", () => {
  const patches = sample(Generate.patch(Task.Task)).flatMap(({ params }) => (params === undefined ? [] : [params]))
  const merges = patches.flatMap(({ merge }) => (merge === undefined ? [] : [merge]))
  const some = (holds: (merge: Generate.Row) => boolean) => expect(merges.some(holds)).toBe(true)

  test("are raw: empty merges, repeated removals, keys both written and removed, absent keys removed", () => {
    some((merge) => Object.keys(merge).length === 0)
    some(({ set }) => set !== undefined && Object.keys(set).length === 0)
    some(({ unset }) => unset?.length === 0)
    some(({ unset = [] }) => new Set(unset).size < unset.length)
    some(({ set = {}, unset = [] }) => unset.some((key: string) => Object.hasOwn(set, key)))
    some(({ unset = [] }) => unset.includes("absent"))
    expect(patches.some(({ set }) => set === null)).toBe(true)
    expect(patches.flatMap(inside)).not.toContain(undefined)
  })

  test("meet what is there and each other often enough", () => {
    const cases = sample(
      Arbitrary.all([Generate.state(Task.Task), Generate.patch(Task.Task), Generate.patch(Task.Task)])
    )
    const share = (holds: (given: (typeof cases)[number]) => boolean) => cases.filter(holds).length / cases.length
    const { conflicts, normalise, reduce } = Task.Task
    expect(share(([, p, q]) => conflicts(p, q).length > 0)).toBeGreaterThan(0.2)
    expect(share(([s, p]) => !Equality.same(reduce(s as never, p), normalise(p)))).toBeGreaterThan(0.1)
  })

  test("as bodies leave fields out, set them and say null, wherever null is allowed", () => {
    const bodies = sample(Generate.body(Task.Task))
    for (const key of ["merge_params", "task_metadata"]) {
      const seen = new Set(
        bodies.map((body) => (Object.hasOwn(body, key) ? (body[key] === null ? "null" : "value") : "absent"))
      )
      expect([...seen].sort()).toStrictEqual(["absent", "null", "value"])
    }
  })
})

describe("the suites", () => {
  test("name every law and every fact once", () => {
    const laws = Laws.laws.map(({ name }) => name)
    expect(new Set(laws).size).toBe(laws.length)
    expect(new Set(StoreContract.factNames).size).toBe(StoreContract.factNames.length)
  })

  test("hold every law of values by its name", () => {
    expect(Laws.laws.map(({ name }) => name)).toStrictEqual(
      ("E1 M1 M2 A1 A2 A3 B1 B2 N1 N2 N3 D1 D2 D3 D4 R1 R2 R3 R4 R5 I1 I2 I3 U1 S1 S2 S3 S4 S5 " +
        "C1 C2 C3 C4 C5 T1 T2 T3 T4 W1 W2 W3 W4 W5 W6 F1 K1 K2 K3 G1 G2 G3 G4 V1").split(" ")
    )
  })

  test("find each fact about some kind of the project", () => {
    const about = new Set(
      kinds.flatMap((kind) =>
        StoreContract.facts.filter(({ concerns }) => concerns === undefined || concerns(kind)).map(({ name }) => name)
      )
    )
    expect(StoreContract.factNames.filter((name) => !about.has(name))).toStrictEqual([])
  })

  test("ask random programs that do everything, to every kind that changes", () => {
    for (const kind of kinds.filter(({ touched }) => touched !== undefined)) {
      const commands = sample(StoreContract.commands(kind), 100).flat(3)
      const updates = commands.flatMap((command) => (command._tag === "Update" ? [command] : []))
      expect(commands.some(({ _tag }) => _tag === "Insert")).toBe(true)
      expect(commands.some(({ _tag }) => _tag === "Delete")).toBe(kind.tombstone !== undefined)
      expect(updates.some(({ patch }) => Object.keys(patch).length > 0)).toBe(patches(kind))
      expect(updates.some(({ assign }) => Object.keys(assign).length > 0)).toBe(true)
      expect(updates.some(({ versions }) => versions !== null)).toBe(true)
    }
  })
})
