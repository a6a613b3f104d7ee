/**
 * Generators derived from a declared kind of record: its states, its raw updates, the bodies of its updates.
 *
 * Values are drawn from few, so that an update often writes what is already there, two updates often meet at a path,
 * and every edge is visited.
 *
 * @since 0.1.0
 */
import type { Field } from "@emend/algebra"
import type { Declare, Kind } from "@emend/algebra/schema"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as AwkwardJson from "./AwkwardJson.ts"
import { element, oneOf, samples, struct } from "./Choice.ts"

export { json, jsonObject, type Unstorable, unstorable } from "./AwkwardJson.ts"

/**
 * A state or a patch of any kind of record.
 *
 * @category models
 * @since 0.1.0
 */
export type Row = Readonly<Record<string, any>>

/**
 * Generates states in which every field is present, null where it may be.
 *
 * @category generators
 * @since 0.1.0
 */
export const state = (kind: Kind.Any): Arbitrary.Arbitrary<Row> =>
  struct(fieldsOf(kind).map(([name, field]) => [name, held(field)]))

/**
 * Generates raw updates, not in normal form: with empty merges, keys removed that are not there, keys both written and
 * removed, and keys removed twice.
 *
 * @category generators
 * @since 0.1.0
 */
export const patch = (kind: Kind.Any): Arbitrary.Arbitrary<Row> =>
  struct(
    fieldsOf(kind).filter(([, field]) => "onNull" in field).map(([name, field]) => [
      name,
      oneOf([[1, Arbitrary.Constant(undefined)], [1, operation(field)]])
    ])
  )

/**
 * Generates bodies of updates as a client sends them, with explicit nulls wherever the wire allows them.
 *
 * @category generators
 * @since 0.1.0
 */
export const body = (kind: Kind.Any): Arbitrary.Arbitrary<Row> =>
  struct(
    fieldsOf(kind).flatMap(([name, field]) => {
      if (!("onNull" in field)) return []
      const given: Arbitrary.Arbitrary<unknown> = field.kind === "forward" ? value(field.reference) : bare(field)
      return [[
        field.wireName ?? name,
        oneOf<unknown>([
          [2, Arbitrary.Constant(undefined)],
          [2, given],
          ...(field.onNull === "reject" ? [] : [[1, Arbitrary.Constant(null)] as const])
        ])
      ]]
    })
  )

/**
 * Generates values of a schema: what fits of the awkward values, a few values of its own again and again, and fresh
 * ones.
 *
 * @category generators
 * @since 0.1.0
 */
export const value = (schema: Declare.Json<any>): Arbitrary.Arbitrary<any> => {
  const known = generators.get(schema)
  if (known !== undefined) return known
  const made = derived(schema)
  generators.set(schema, made)
  return made
}

const generators = new WeakMap<object, Arbitrary.Arbitrary<any>>()

const anyObject = { "": [-0, { a: null }], b: "x" }
const moments = [
  "2026-11-21T10:00:00.000000Z",
  "2026-11-21T10:00:00.000001Z",
  "1969-12-31T23:59:59.999999Z",
  "0001-01-01T00:00:00.000000Z",
  "9999-12-31T23:59:59.999999Z",
  "2024-02-29T12:34:56.789012Z"
]
const positions = [{ sequence: 1, id: "a" }, { sequence: 2, id: "a" }, { sequence: 2, id: "b" }, {
  sequence: 7,
  id: ""
}]

const derived = (schema: Declare.Json<any>): Arbitrary.Arbitrary<any> => {
  const fits = Schema.is(schema)
  const text = fits("a") || fits("b1")
  if (fits(anyObject)) return text ? AwkwardJson.json : AwkwardJson.jsonObject
  // The pattern of a timestamp admits days that no calendar has, such as the 31st of February.
  if (!text && moments.every((moment) => fits(moment))) return element(moments)
  const awkward = [...AwkwardJson.numbers, ...AwkwardJson.texts, ...positions, {}, [], true, false].filter(fits)
  const own = samples(schema, 40)
  return oneOf([[3, element([...awkward, ...own.slice(0, 3)])], [1, element(own)]])
}

const fieldsOf = (kind: Kind.Any): ReadonlyArray<readonly [string, Declare.Any]> =>
  Object.keys(kind.fields).map((name) => [name, kind.fields[name] as Declare.Any])

/** The bare values of a field, never null. A map whose values are not just any JSON shares keys nevertheless. */
const bare = (field: Declare.Any): Arbitrary.Arbitrary<any> => {
  const schema = field.schema as Declare.Json<any>
  if (field.kind !== "map" || Schema.is(schema)(anyObject)) return value(schema)
  const values = samples(schema, 20).flatMap((sample) => Object.values(sample as object)).slice(0, 8)
  return Arbitrary.filter(AwkwardJson.objectOf(element(values)), Schema.is(schema))
}

const held = (field: Declare.Any): Arbitrary.Arbitrary<any> =>
  field.nullable ? oneOf<any>([[1, Arbitrary.Constant(null)], [4, bare(field)]]) : bare(field)

const removals = Arbitrary.array(element(["a", "b", ...AwkwardJson.keys, "absent"]), { maxLength: 4 })

/** The raw operations of each field kind. */
const operations: { readonly [K in Field.Kind]: (field: Declare.Any) => Arbitrary.Arbitrary<unknown> } = {
  replace: (field) => Arbitrary.map(held(field), (set) => ({ set })),
  map: (field) => {
    const set = bare(field)
    // Equal to what every object has at this key without owning it.
    const inherited = [{ set: { ["__proto__"]: {} } }].filter(({ set }) => Schema.is(field.schema)(set))
    const merges: Arbitrary.Arbitrary<unknown> = oneOf<unknown>([
      [1, element([{}, { set: {} }, { unset: [] }, { set: {}, unset: [] }, ...inherited])],
      [3, Arbitrary.map(set, (set) => ({ set }))],
      [2, Arbitrary.map(removals, (unset) => ({ unset }))],
      [4, Arbitrary.all({ set, unset: removals })]
    ])
    return oneOf<unknown>([
      [1, Arbitrary.map(held(field), (set) => ({ set }))],
      [3, Arbitrary.map(merges, (merge) => ({ merge }))]
    ])
  },
  forward: (field) => Arbitrary.map(bare(field), (advance) => ({ advance })),
  guarded: () => Arbitrary.Constant(undefined),
  fixed: () => Arbitrary.Constant(undefined)
}

const operation = (field: Declare.Any): Arbitrary.Arbitrary<unknown> => operations[field.kind](field)
