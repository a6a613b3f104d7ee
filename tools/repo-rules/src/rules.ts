/**
 * The list of rules.
 *
 * @since 0.1.0
 */
import type { Rule } from "./Rule.ts"
import { decidedRules } from "./rules/DecidedRules.ts"
import { declaredImports } from "./rules/DeclaredImports.ts"
import { docstrings } from "./rules/Docstrings.ts"
import { decisions, links } from "./rules/Documents.ts"
import { layers } from "./rules/Layers.ts"
import { exactVersions, lock, manifests, published, repeatedKeys } from "./rules/Manifests.ts"
import { barrels, length, names } from "./rules/Names.ts"
import { adapters, kinds } from "./rules/Places.ts"
import { purity } from "./rules/Purity.ts"
import { tests } from "./rules/Tests.ts"
import { wording } from "./rules/Wording.ts"

/**
 * Every rule of the repository, by the name under which a violation is planted for it.
 *
 * @category rules
 * @since 0.1.0
 */
export const rules = {
  adapters,
  barrels,
  decidedRules,
  decisions,
  declaredImports,
  docstrings,
  exactVersions,
  kinds,
  layers,
  length,
  links,
  lock,
  manifests,
  names,
  published,
  purity,
  repeatedKeys,
  tests,
  wording
} satisfies Readonly<Record<string, Rule>>
