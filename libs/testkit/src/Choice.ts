/**
 * Choices between generators, which the property engine leaves to its user.
 *
 * @since 0.1.0
 */
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * Generates one of the given values, all equally often; a failing one is simplified to the first.
 *
 * @category generators
 * @since 0.1.0
 */
export const element = <A>(values: readonly [A, ...ReadonlyArray<A>] | ReadonlyArray<A>): Arbitrary.Arbitrary<A> =>
  index(values.length).pipe(Arbitrary.map((at) => values[at] as A))

/**
 * Generates from one of the given generators, each as often as its weight says; a failing value is simplified to one
 * of the first. Put the simplest first.
 *
 * @category generators
 * @since 0.1.0
 */
export const oneOf = <A>(
  weighted: ReadonlyArray<readonly [weight: number, from: Arbitrary.Arbitrary<A>]>
): Arbitrary.Arbitrary<A> => {
  const tickets = weighted.flatMap(([weight, from]) => Array.from({ length: weight }, () => from))
  return tickets.length === 1 ? tickets[0]! : index(tickets.length).pipe(Arbitrary.flatMap((at) => tickets[at]!))
}

const index = (count: number): Arbitrary.Arbitrary<number> =>
  Arbitrary.schema(Schema.Literals(Array.from({ length: count }, (_, at) => at)), {
    shrink: (at) => at === 0 ? [] : at === 1 ? [0] : [0, at - 1]
  })

/**
 * Generates objects from a generator for each key, in which a key of value `undefined` is left out. Any key can be
 * given, `__proto__` too.
 *
 * @category generators
 * @since 0.1.0
 */
export const struct = (
  keys: ReadonlyArray<readonly [key: string, from: Arbitrary.Arbitrary<unknown>]>
): Arbitrary.Arbitrary<Readonly<Record<string, any>>> =>
  Arbitrary.all(keys.map(([, from]) => from)).pipe(
    Arbitrary.map((values) =>
      Object.fromEntries(keys.map(([key], at) => [key, values[at]] as const).filter(([, value]) => value !== undefined))
    )
  )

/**
 * Draws values of a schema once and for all, the shortest first, always the same ones. Choosing among them is fast and
 * never discards anything, however many filters the schema has.
 *
 * @category data
 * @since 0.1.0
 */
export const samples = <A>(schema: Schema.Codec<A, any>, count: number): ReadonlyArray<A> =>
  Effect.runSync(Arbitrary.sampleEffect(Arbitrary.schema(schema), { count, seed: "samples", maxDiscards: 10_000 }))
    .map((value) => [JSON.stringify(value), value] as const)
    .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
    .map(([, value]) => value)
