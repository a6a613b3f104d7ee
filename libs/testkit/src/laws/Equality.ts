/**
 * The law of the equality by which the algebra decides whether anything changes.
 *
 * @since 0.1.0
 */
import * as Algebra from "@emend/algebra"
import type { Row } from "../Generate.ts"
import type { Law } from "./Law.ts"
import { same } from "./Sameness.ts"

/**
 * The laws of the family Equality.
 *
 * @category laws
 * @since 0.1.0
 */
export const laws: ReadonlyArray<Law> = [
  {
    name: "E1",
    family: "Equality",
    statement: "two values are equal exactly when they are the same JSON value, the order of keys aside",
    holds: (_, { a, b, p, q }) =>
      agree(a, b) && agree(p, q) &&
      Object.keys(a).every((name) => agree(a[name], b[name]) && near(a[name]).every((nearly) => agree(a[name], nearly)))
  }
]

const agree = (one: unknown, other: unknown): boolean => {
  const expected = same(one, other)
  return Algebra.Equality.same(one, other) === expected && Algebra.Equality.same(other, one) === expected
}

/** Values that differ from one in a single place, and one that does not. */
const near = (value: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return [[...value], [...value, null], value.slice(0, -1), value.slice(1), { ...value }]
  if (typeof value !== "object" || value === null) return [[value], { value }]
  const entries = Object.entries(value as Row)
  // Taking a wide object apart once for each key would take its square.
  if (entries.length > 20) return [Object.fromEntries(entries), Object.fromEntries(entries.slice(1))]
  return [
    Object.fromEntries(entries.toReversed()),
    { ...value, ["one more"]: null },
    Object.values(value),
    ...entries.flatMap(([key, inner], at) =>
      [undefined, [`${key}!`, inner], [key, [inner]], [key, {}]].map((instead) =>
        Object.fromEntries(entries.toSpliced(at, 1, ...(instead === undefined ? [] : [instead as [string, unknown]])))
      )
    )
  ]
}
