import { Json } from "@emend/domain"
import { Generate } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"

const holds = <A>(from: Arbitrary.Arbitrary<A>, property: (value: A) => boolean) =>
  expect(Effect.runSync(Arbitrary.checkEffect(from, property, { runs: 500, seed: "json" }))).toMatchObject({
    _tag: "Passed"
  })

describe("what cannot be stored", () => {
  test("is found wherever it is, at its path and nowhere else", () => {
    holds(Generate.unstorable, ({ path, value }) => {
      const flaws = Json.flaws(value)
      return flaws.length === 1 && JSON.stringify(flaws[0]!.path) === JSON.stringify(path)
    })
  })

  test("is refused by the schemas, with all its paths at once", () => {
    const value = { a: "x\u0000", b: [1, "\ud800", { c: Number.NaN }], ["k\udfff"]: null }
    expect(Json.flaws(value)).toStrictEqual([
      { path: ["a"], issue: "Expected text without NUL characters" },
      { path: ["b", 1], issue: "Expected well-formed Unicode text, got a lone surrogate" },
      { path: ["b", 2, "c"], issue: "Expected a finite number" },
      { path: ["k\udfff"], issue: "Expected well-formed Unicode text, got a lone surrogate in a key" }
    ])
    expect(Schema.is(Json.JsonObject)(value)).toBe(false)
    expect(Schema.is(Json.JsonValue)(value)).toBe(false)
  })

  test("is more nesting than 64 levels", () => {
    const nested = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], [])
    expect(Json.flaws(nested(Json.maxDepth - 1))).toStrictEqual([])
    expect(Json.flaws(nested(Json.maxDepth))).toHaveLength(1)
    expect(Json.flaws({ a: nested(Json.maxDepth) })).toHaveLength(1)
  })

  test("is no object where an object is asked for", () => {
    for (const value of [null, [], "", 1, true, undefined]) expect(Schema.is(Json.JsonObject)(value)).toBe(false)
  })
})

describe("what can be stored", () => {
  test("is any other JSON value, awkward ones too", () => {
    holds(Generate.json, (value) => Json.flaws(value).length === 0 && Schema.is(Json.JsonValue)(value))
    holds(Generate.jsonObject, (value) => Schema.is(Json.JsonObject)(value))
  })

  test("keeps its value through JSON text, keys that every object inherits included", () => {
    holds(Generate.json, (value) => {
      const again = JSON.parse(JSON.stringify(value))
      return JSON.stringify(again) === JSON.stringify(value) && Json.textBytes(again) === Json.textBytes(value)
    })
  })
})

describe("the bytes of a value", () => {
  // As `select octet_length(value::jsonb::text)` answers in PostgreSQL 18.
  test.each<[unknown, number]>([
    [null, 4],
    [true, 4],
    [false, 5],
    ["", 2],
    ["a", 3],
    ["é", 4],
    ["€", 5],
    ["𝕏", 6],
    ["\"\\/", 7],
    ["\b\f\n\r\t", 12],
    ["\u0001\u001f", 14],
    ["\u007f\u2028", 6],
    [0, 1],
    [-0, 1],
    [-1.5, 4],
    [1e20, 21],
    [1e21, 22],
    [1.5e21, 22],
    [-1e21, 23],
    [1e-6, 8],
    [1e-7, 9],
    [-1.25e-7, 12],
    [1.7976931348623157e308, 309],
    [5e-324, 326],
    [2.2250738585072014e-308, 326],
    [{}, 2],
    [[], 2],
    [[1], 3],
    [[1, 2], 6],
    [[[], {}], 8],
    [{ a: 1 }, 8],
    [{ a: 1, b: [true, null] }, 27],
    [JSON.parse(`{"__proto__":""}`), 17]
  ])("%j takes %i", (value, bytes) => {
    expect(Json.textBytes(value)).toBe(bytes)
    expect(Json.fits(value, bytes)).toBe(true)
    expect(Json.fits(value, bytes - 1)).toBe(false)
  })

  test("are more than a limit or not, whichever the limit is", () => {
    const limits = [0, 1, 10, 100, 1_000, 10_000]
    holds(Generate.json, (value) => {
      const bytes = Json.textBytes(value)
      return [...limits, bytes - 1, bytes, bytes + 1].every((limit) => Json.fits(value, limit) === (bytes <= limit))
    })
  })

  test("grow by what is added, and the limit is a mebibyte", () => {
    expect(Json.maxBytes).toBe(1024 * 1024)
    holds(
      Arbitrary.all([Generate.json, Generate.json]),
      ([a, b]) => Json.textBytes([a, b]) === Json.textBytes(a) + Json.textBytes(b) + 4
    )
  })
})
