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
import * as Equality from "./laws/Equality.ts"
import * as Fields from "./laws/Fields.ts"
import type { Case, Law, Subject } from "./laws/Law.ts"
import { isData } from "./laws/Sameness.ts"
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
  ...Equality.laws,
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
 * a `replay` token.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly cases?: number
  readonly seed?: string | number
  readonly replay?: string
  /** A rule across fields, with which the law of validation is checked too. */
  readonly valid?: (state: Generate.Row) => boolean
  /** The names of the laws and families to check: all unless said. */
  readonly only?: ReadonlyArray<string>
  /** How many smaller cases are tried for each law that is broken: 2,000 unless said. */
  readonly shrinks?: number
}

/**
 * How one law fared. `cases` counts those that met the law's side conditions, up to the first that breaks it; a law for
 * which too few are found is not ok. A law about the declaration alone is decided by a single one.
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
  return checkLaws(concerning(subject, options?.only), subject, options)
}

/**
 * Checks the laws given, which may be one's own. Every case is generated once, for all of them; for laws whose side
 * conditions few cases meet, up to 25 times as many cases are generated as are asked for.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkLaws = (laws: ReadonlyArray<Law>, subject: Subject, options?: Options): ReadonlyArray<Outcome> => {
  const { cases: runs = 200, replay, seed = "laws" } = options ?? {}
  const cases = casesOf(subject)
  const fates = laws.map((law): Fate => ({ law, wanted: law.declared === true ? 1 : runs, cases: 0 }))
  if (replay !== undefined) return fates.map((fate) => outcomeOf(fate, minimise(fate.law, subject, cases, { replay })))
  for (let round = 0; round < 25; round++) {
    const open = fates.filter(undecided)
    if (open.length === 0) break
    const from = `${seed} ${round}`
    const decide = (given: Case): boolean => {
      for (const fate of open) if (undecided(fate)) meet(fate, subject, given, from)
      return open.some(undecided)
    }
    Effect.runSync(Arbitrary.checkEffect(cases, decide, { runs, seed: from, maxShrinks: 0 }))
  }
  const maxShrinks = options?.shrinks ?? 2_000
  return fates.map((fate) =>
    outcomeOf(
      fate,
      fate.broken === undefined
        ? undefined
        : minimise(fate.law, subject, cases, { runs, seed: fate.broken, maxShrinks })
    )
  )
}

/** What is known of a law so far: `broken` is the seed from which the case that breaks it came. */
interface Fate {
  readonly law: Law
  readonly wanted: number
  cases: number
  broken?: string
}

const undecided = ({ broken, cases, wanted }: Fate): boolean => broken === undefined && cases < wanted

const meet = (fate: Fate, subject: Subject, given: Case, seed: string): void => {
  const held = outcomeOn(fate.law, subject, given)
  if (held !== undefined) fate.cases++
  if (held === false || typeof held === "object") fate.broken = seed
}

/** Whether a law holds, `undefined` where it says nothing, or what was thrown. */
const outcomeOn = (law: Law, subject: Subject, given: Case): boolean | undefined | { readonly thrown: unknown } => {
  try {
    return law.holds(subject, given)
  } catch (thrown) {
    return { thrown }
  }
}

/** Finds the case that broke a law again, on the same way, and the smallest one like it. */
const minimise = (
  law: Law,
  subject: Subject,
  cases: Arbitrary.Arbitrary<Case>,
  options: Arbitrary.CheckOptions
): Arbitrary.CheckResult<Case, unknown> =>
  Effect.runSync(Arbitrary.checkEffect(cases, (given) => {
    const held = outcomeOn(law, subject, given)
    return typeof held === "object" ? Effect.fail(held.thrown) : held ?? true
  }, options))

const outcomeOf = (fate: Fate, smallest: Arbitrary.CheckResult<Case, unknown> | undefined): Outcome => {
  const { family, name, statement } = fate.law
  const falsified = smallest?._tag === "Falsified" ? smallest : undefined
  return {
    law: name,
    family,
    statement,
    cases: fate.cases,
    ok: smallest === undefined
      ? !undecided(fate)
      : smallest._tag === "ReplayMismatch" && smallest.reason === "PropertyPassed",
    ...(falsified === undefined ? undefined : { counterexample: falsified.shrunkInput, replay: falsified.replay }),
    ...(falsified?.failure._tag === "PropertyError" ? { error: falsified.failure.error } : undefined)
  }
}

/**
 * The laws that concern a subject, or those of them with the names, or of the families, given. A name that no law and
 * no family has throws, so that a misspelled one cannot check nothing.
 *
 * @category checks
 * @since 0.1.0
 */
export const concerning = (subject: Subject, only?: ReadonlyArray<string>): ReadonlyArray<Law> => {
  const unknown = only?.find((wanted) => !laws.some(({ family, name }) => name === wanted || family === wanted))
  if (unknown !== undefined) throw new Error(`there is no law and no family of laws called ${unknown}`)
  return laws.filter(({ concerns, family, name }) =>
    (only === undefined || only.includes(name) || only.includes(family)) &&
    (concerns === undefined || concerns(subject))
  )
}

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
  }).pipe(Arbitrary.map(({ given, meeting }) => frozen(meeting(given))))
}

/** The same data, which throws where an operation changes it in place. What is not JSON stays as it is. */
const frozen = <A>(value: A): A => {
  if (!isData(value) || Object.isFrozen(value)) return value
  for (const item of Array.isArray(value) ? value : Object.values(value)) frozen(item)
  return Object.freeze(value)
}

/**
 * What chance brings about too rarely: updates that write what is there, updates that write the same, equal values that
 * are not the same reference, and maps that are null, filled and emptied again.
 */
const meetings: ReadonlyArray<(given: Case) => Case> = [
  (given) => given,
  (given) => given,
  ({ p, q, ...given }) => ({ ...given, p: copy(p), q: copy(q) }),
  (given) => ({ ...given, p: copy(echo(given.p, given.a)) }),
  (given) => ({ ...given, q: echo(given.q, given.a) }),
  (given) => ({ ...given, q: { ...given.q, ...given.p } }),
  (given) => ({ ...given, q: { ...given.p, ...given.q } }),
  (given) => ({ ...given, a: nullified(given.a, [given.b, given.c]), q: emptying(given.p) })
]

/** The same data anew: no object or list of it is shared. What is not JSON stays as it is. */
const copy = <A>(value: A): A => {
  if (Array.isArray(value)) return value.map(copy) as A
  if (!isData(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as A
}

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
