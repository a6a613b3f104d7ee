import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import * as Strict from "../src/Strict.ts"

const Point = Schema.Struct({ x: Schema.Finite, y: Schema.optionalKey(Schema.Finite) })
const decode = Strict.decoder(Schema.Struct({
  name: Schema.String,
  at: Schema.NullOr(Point),
  way: Schema.Array(Point),
  any: Schema.Json
}))
const right = { name: "a", at: { x: 1 }, way: [{ x: 1, y: 2 }, { x: 3 }], any: { z: [{ z: 1 }] } }

const flaw = (value: unknown): string => {
  const found = decode(value)
  if (Result.isSuccess(found)) throw new Error(`${JSON.stringify(value)} was taken`)
  return found.failure.message
}

test("what the schema names is taken as it is", () => {
  expect(Result.getOrThrow(decode(right))).toStrictEqual(right)
})

test("a property that the schema does not name is refused, however deep it is", () => {
  expect(flaw({ ...right, more: 1 })).toContain(`["more"]`)
  expect(flaw({ ...right, at: { x: 1, z: 2 } })).toContain(`["at"]["z"]`)
  expect(flaw({ ...right, way: [{ x: 1 }, { x: 1, z: undefined }] })).toContain(`["way"][1]["z"]`)
  expect(flaw({ ...right, ["toString"]: 1 })).toContain(`["toString"]`)
})

test("all that is wrong is told at once", () => {
  const found = flaw({ ...right, name: 1, at: { x: "1" }, more: 1 })
  for (const place of [`["name"]`, `["at"]["x"]`, `["more"]`]) expect(found).toContain(place)
})
