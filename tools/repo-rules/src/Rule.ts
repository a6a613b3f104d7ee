/**
 * A rule of the repository.
 *
 * @since 0.1.0
 */
import type { Repository } from "./Repository.ts"

/**
 * A place where a rule is broken, and what is the case there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Violation {
  readonly path: string
  /** From 1; absent where the whole file is meant. */
  readonly line?: number
  readonly message: string
}

/**
 * A rule: a fact about every file, as a sentence, and the function that finds where it does not hold.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rule {
  readonly fact: string
  readonly check: (repository: Repository) => ReadonlyArray<Violation>
}

/**
 * Writes a violation in one line that editors can follow.
 *
 * @category conversions
 * @since 0.1.0
 */
export const format = ({ line, message, path }: Violation): string =>
  `${path}${line === undefined ? "" : `:${line}`}: ${message}`
