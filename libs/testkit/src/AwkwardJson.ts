/**
 * JSON values as they really come: keys that objects inherit, numbers at the edges, text outside the basic plane, wide
 * and deep objects. Keys and values are few, so that they meet often.
 *
 * @since 0.1.0
 */
import { Json, Text } from "@emend/domain"
import * as Arbitrary from "effect/Arbitrary"
import { element, oneOf, samples, struct } from "./Choice.ts"

/**
 * The keys that generated objects share: few, and among them those that every object inherits.
 *
 * @category data
 * @since 0.1.0
 */
export const keys: ReadonlyArray<string> = [
  "a",
  "b",
  "__proto__",
  "constructor",
  "toString",
  "",
  "c/~d",
  "\u{1d54f}\u00e9"
]

/**
 * The numbers at the edges of what a double holds.
 *
 * @category data
 * @since 0.1.0
 */
export const numbers: ReadonlyArray<number> = [
  0,
  1,
  -0,
  -1,
  0.1,
  1e21,
  1e-7,
  -1.5e300,
  5e-324,
  Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER
]

/**
 * Texts that are easily mangled on the way to a store and back.
 *
 * @category data
 * @since 0.1.0
 */
export const texts: ReadonlyArray<string> = [
  "a",
  "",
  "__proto__",
  "constructor",
  "toString",
  "null",
  " ",
  "'; --",
  "\\\"\n\t\u007f",
  "\u{1f469}\u200d\u{1f680} e\u0301 \ufdfd"
]

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value]
  return value
}

/** 1,021 own keys are where an engine changes how it stores an object. */
const wide = Object.fromEntries(Array.from({ length: 1_100 }, (_, at) => [`k${at}`, at]))

const small: ReadonlyArray<unknown> = [
  null,
  true,
  false,
  ...numbers,
  ...texts,
  {},
  [],
  { a: 1 },
  { a: null },
  { ["__proto__"]: { a: 1 } },
  { a: { b: [1, null] } },
  [{}, [], 0],
  [1, "a"],
  nested(40)
]

/**
 * Generates any JSON value that can be stored.
 *
 * @category generators
 * @since 0.1.0
 */
export const json: Arbitrary.Arbitrary<unknown> = oneOf([
  [8, element(small)],
  [1, element(samples(Json.JsonValue, 60))],
  [1, Arbitrary.array(element(small), { maxLength: 4 })]
])

const key = oneOf([[6, element(keys.slice(0, 3))], [6, element(keys)], [1, element(samples(Text.Text, 40))]])

const entries = Arbitrary.array(Arbitrary.all([key, json]), { maxLength: 4 }).pipe(
  Arbitrary.map((pairs): Readonly<Record<string, unknown>> => Object.fromEntries(pairs))
)

/**
 * Generates a JSON object that can be stored; rarely one of more than 1,020 keys.
 *
 * @category generators
 * @since 0.1.0
 */
export const jsonObject: Arbitrary.Arbitrary<Readonly<Record<string, unknown>>> = oneOf([
  [10, Arbitrary.Constant({})],
  [200, entries],
  [20, element(samples(Json.JsonObject, 60))],
  // A case of a law has many objects, and a single wide one makes it a hundred times as dear.
  [1, oneOf([[4, entries], [1, Arbitrary.map(entries, (more) => ({ ...wide, ...more }))]])]
])

/**
 * A JSON value that cannot be stored, and the path at which it must be refused.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unstorable {
  readonly value: unknown
  readonly path: ReadonlyArray<string | number>
}

const flawedTexts = ["a\u0000b", "\ud800", "\udfff\ud800", "a\udc00"] as const
const flawed: ReadonlyArray<Unstorable> = [
  ...[...flawedTexts, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => ({
    value,
    path: []
  })),
  ...flawedTexts.map((key) => ({ value: { [key]: 1 }, path: [key] }))
]

const within = (steps: ReadonlyArray<string | number>, { path, value }: Unstorable): Unstorable => ({
  value: steps.reduceRight<unknown>(
    (inner, step) =>
      typeof step === "number" ? [...Array.from({ length: step }, () => null), inner] : { b1: 1, [step]: inner },
    value
  ),
  path: [...steps, ...path]
})

/**
 * Generates JSON values with exactly one flaw, somewhere inside: a NUL, a lone surrogate in a text or a key, a number
 * that is not finite, or one level too many.
 *
 * @category generators
 * @since 0.1.0
 */
export const unstorable: Arbitrary.Arbitrary<Unstorable> = oneOf([
  [
    8,
    Arbitrary.all([
      Arbitrary.array(oneOf<string | number>([[2, element(keys)], [1, element([0, 1, 2])]]), { maxLength: 5 }),
      element(flawed)
    ]).pipe(Arbitrary.map(([steps, flaw]) => within(steps, flaw)))
  ],
  [
    1,
    element([{}, []]).pipe(
      Arbitrary.map((value) => within(Array.from({ length: Json.maxDepth }, () => "a"), { value, path: [] }))
    )
  ]
])

/**
 * Generates shallow objects over the shared keys from a generator of their values.
 *
 * @category generators
 * @since 0.1.0
 */
export const objectOf = (value: Arbitrary.Arbitrary<unknown>): Arbitrary.Arbitrary<Readonly<Record<string, any>>> =>
  struct(keys.slice(0, 5).map((key) => [key, oneOf([[2, Arbitrary.Constant(undefined)], [1, value]])]))
