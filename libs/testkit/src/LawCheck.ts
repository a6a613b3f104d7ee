/**
 * Checks the laws of the algebra for a kind of record, without a test runner.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { element } from "./Choice.ts"
import * as Generate from "./Generate.ts"
import * as Concurrency from "./laws/Concurrency.ts"
import * as Difference from "./laws/Difference.ts"
import * as Fields from "./laws/Fields.ts"
import type { Case, Law, Subject } from "./laws/Law.ts"
import * as Structure from "./laws/Structure.ts"
import * as Wire from "./laws/Wire.ts"

export type { Case, Law, Subject } from "./laws/Law.ts"

/**
 * Every law of the algebra, in the order of its families.
 *
 * @category laws
 * @since 0.1.0
 */
export const laws: ReadonlyArray<Law> = [
  ...Structure.laws,
  ...Difference.laws,
  ...Concurrency.laws,
  ...Wire.laws,
  ...Fields.laws
]

/**
 * What is checked: a declared kind, or the operations of an entity with generators of its states and raw updates.
 *
 * @category models
 * @since 0.1.0
 */
export type Given = Kind.Any | Pick<Subject, "entity" | "state" | "patch">

/**
 * How much is checked: `cases` for each law (200 unless said), from the `seed` (fixed unless said), or the one case of
 * a `replay` token. With `valid`, a rule across fields, the law of validation is checked too.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly cases?: number
  readonly seed?: string | number
  readonly replay?: string
  readonly valid?: (state: Generate.Row) => boolean
}

/**
 * How one law fared. `cases` counts those that met the law's side conditions; a law of which none did is not ok.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly law: string
  readonly family: string
  readonly statement: string
  readonly cases: number
  readonly ok: boolean
  /** The smallest case found that breaks the law, and the token that replays it. */
  readonly counterexample?: Case
  readonly replay?: string
  /** What an operation threw, which none should. */
  readonly error?: unknown
}

/**
 * Checks every law that concerns what is given, and reports on each.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (given: Given, options?: Options): ReadonlyArray<Outcome> => {
  const subject = subjectOf(given, options)
  return concerning(subject).map((law) => checkLaw(law, subject, options))
}

/**
 * Checks one law.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkLaw = (law: Law, subject: Subject, options?: Options): Outcome => {
  let cases = 0
  const result = Effect.runSync(Arbitrary.checkEffect(
    casesOf(subject),
    (given) =>
      Effect.try({
        try: () => {
          const held = law.holds(subject, given)
          if (held !== undefined) cases++
          return held ?? true
        },
        catch: (error) => error
      }),
    { runs: options?.cases ?? 200, seed: options?.seed ?? law.name, maxShrinks: 2_000, replay: options?.replay }
  ))
  const { family, name, statement } = law
  return {
    law: name,
    family,
    statement,
    cases,
    ok: result._tag === "Passed" && cases > 0,
    ...(result._tag === "Falsified" ? { counterexample: result.shrunkInput, replay: result.replay } : undefined),
    ...(result._tag === "Falsified" && result.failure._tag === "PropertyError"
      ? { error: result.failure.error }
      : undefined)
  }
}

/**
 * The laws that concern a subject.
 *
 * @category checks
 * @since 0.1.0
 */
export const concerning = (subject: Subject): ReadonlyArray<Law> =>
  laws.filter((law) => law.concerns === undefined || law.concerns(subject))

/**
 * Makes a subject of what is given.
 *
 * @category conversions
 * @since 0.1.0
 */
export const subjectOf = (given: Given, options?: Pick<Options, "valid">): Subject => ({
  ...("entity" in given ? given : {
    entity: given,
    state: Generate.state(given),
    patch: Generate.patch(given),
    wire: { kind: given, body: Generate.body(given) }
  }),
  ...(options?.valid === undefined ? undefined : { valid: options.valid })
})

const casesOf = ({ patch, state, wire }: Subject): Arbitrary.Arbitrary<Case> => {
  const body = wire?.body ?? Arbitrary.Constant<Generate.Row>({})
  return Arbitrary.all({
    meeting: element(meetings),
    given: Arbitrary.all({ a: state, b: state, c: state, p: patch, q: patch, r: patch, v: body, w: body })
  }).pipe(Arbitrary.map(({ given, meeting }) => meeting(given)))
}

/**
 * What chance brings about too rarely: updates that write what is there, updates that write the same, and maps that are
 * null, filled and emptied again.
 */
const meetings: ReadonlyArray<(given: Case) => Case> = [
  (given) => given,
  (given) => given,
  (given) => ({ ...given, p: echo(given.p, given.a) }),
  (given) => ({ ...given, q: echo(given.q, given.a) }),
  (given) => ({ ...given, q: { ...given.q, ...given.p } }),
  (given) => ({ ...given, q: { ...given.p, ...given.q } }),
  (given) => ({ ...given, a: nullified(given.a, [given.b, given.c]), q: emptying(given.p) })
]

/** The update with the values of a state in place of its own. */
const echo = (patch: Generate.Row, state: Generate.Row): Generate.Row =>
  Object.fromEntries(
    Object.entries(patch).map(([name, op]) => {
      if (Object.hasOwn(op, "set")) return [name, { set: state[name] }]
      if (!Object.hasOwn(op, "merge") || state[name] === null) return [name, op]
      const set = Object.entries(op.merge.set ?? {}).filter(([key]) => Object.hasOwn(state[name], key))
      return [name, { merge: { ...op.merge, set: Object.fromEntries(set.map(([key]) => [key, state[name][key]])) } }]
    })
  )

/** The state with null wherever another one has it. */
const nullified = (state: Generate.Row, others: ReadonlyArray<Generate.Row>): Generate.Row =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, others.some((other) => other[name] === null) ? null : value])
  )

/** The update that removes every key that one writes. */
const emptying = (patch: Generate.Row): Generate.Row =>
  Object.fromEntries(
    Object.entries(patch).flatMap(([name, op]) =>
      Object.hasOwn(op, "merge") ? [[name, { merge: { unset: Object.keys(op.merge.set ?? {}) } }]] : []
    )
  )
