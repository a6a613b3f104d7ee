/**
 * Registers the laws of the algebra as tests, one for each law.
 *
 * @since 0.1.0
 */
import { beforeAll, describe, expect, test } from "vitest"
import { check, concerning, type Given, type Options, type Outcome, subjectOf } from "./LawCheck.ts"

export {
  type Case,
  check,
  checkLaws,
  type Given,
  type Law,
  laws,
  type Options,
  type Outcome,
  type Subject,
  subjectOf
} from "./LawCheck.ts"

/**
 * Registers one test for each law that concerns what is given. A failing test shows the smallest case found and the
 * token with which `check(given, { replay })` runs that case again.
 *
 * @category suites
 * @since 0.1.0
 */
export const suite = (name: string, given: Given, options?: Options): void => {
  describe(name, () => {
    let outcomes: ReadonlyArray<Outcome> = []
    beforeAll(() => {
      outcomes = check(given, options)
    }, oneHourMillis)
    for (const law of concerning(subjectOf(given, options), options?.only)) {
      test(`${law.name} (${law.family}): ${law.statement}`, () => {
        const outcome = outcomes.find((outcome) => outcome.law === law.name)!
        expect(outcome.ok, told(outcome)).toBe(true)
      })
    }
  })
}

const told = ({ cases, counterexample, error, law, replay }: Outcome): string =>
  replay === undefined
    ? `${law} could be checked in too few cases: ${cases}`
    : [
      `${law} is broken in case ${cases}. The smallest one like it:`,
      JSON.stringify(counterexample, null, 2),
      ...(error === undefined ? [] : [`threw ${String(error)}`]),
      `replay: check(…, { only: ["${law}"], replay: ${JSON.stringify(replay)} })`,
      ""
    ].join("\n")

/** A check of many cases takes long and always comes to an end. */
const oneHourMillis = 3_600_000
