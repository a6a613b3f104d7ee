/**
 * Registers the laws of the algebra as tests, one for each law.
 *
 * @since 0.1.0
 */
import { describe, expect, test } from "vitest"
import { checkLaw, concerning, type Given, type Options, subjectOf } from "./LawCheck.ts"

export { check, type Given, laws, type Options, type Outcome } from "./LawCheck.ts"

/**
 * Registers one test for each law that concerns what is given. A failing test shows the smallest case found and the
 * token with which `check(given, { replay })` runs that case again.
 *
 * @category suites
 * @since 0.1.0
 */
export const suite = (name: string, given: Given, options?: Options): void => {
  const subject = subjectOf(given, options)
  describe(name, () => {
    for (const law of concerning(subject)) {
      test(`${law.name} (${law.family}): ${law.statement}`, () => {
        const outcome = checkLaw(law, subject, options)
        expect(outcome).toStrictEqual({ ...outcome, ok: true })
      })
    }
  })
}
