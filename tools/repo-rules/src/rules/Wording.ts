/**
 * The repository is the same wherever it is checked out.
 *
 * @since 0.1.0
 */
import type { Repository } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"

interface Forbidden {
  readonly pattern: RegExp
  readonly message: string
  readonly where?: RegExp
}

// Written in parts, so that this file keeps its own rule.
const forbidden: ReadonlyArray<Forbidden> = [
  {
    pattern: new RegExp(`(?<![\\w.)}\\]/-])/(${["home", "Users", "root", "work"].join("|")})/[\\w.-]+`),
    message: "names a folder of one machine"
  },
  { pattern: new RegExp(`\\b[A-Z]:\\\\${"Users"}\\\\`), message: "names a folder of one machine" },
  { pattern: new RegExp(`https?://[^/\\s"']*${"registry"}[^/\\s"']*`, "i"), message: "names the host of a registry" },
  { pattern: new RegExp(`https?://[^\\s"']*/(${"npm"}|pypi|artifactory|nexus)/`, "i"), message: "names a mirror" },
  {
    pattern: /"resolved": "(?!(?:libs|apps|tools)\/)/,
    message: "keeps the address that a package was downloaded from",
    where: /package-lock\.json$/
  },
  {
    pattern: new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "WI" + "P"].join("|")})\\b`),
    message: "is marked unfinished"
  },
  { pattern: new RegExp("<<<<" + "<<< |>>>>" + ">>> "), message: "holds a merge conflict" },
  { pattern: new RegExp("co-" + "authored-by|generated (by|with) \\[", "i"), message: "speaks of who typed it" }
]

/**
 * No file names a place that exists on one machine only, and none is marked unfinished.
 *
 * @category rules
 * @since 0.1.0
 */
export const wording: Rule = {
  fact: "no file names a folder of one machine or the host of a registry, and none is marked unfinished",
  check: (repository: Repository) =>
    [...repository].flatMap(([path, text]) =>
      forbidden.filter(({ where }) => where === undefined ? !path.endsWith("package-lock.json") : where.test(path))
        .flatMap(({ message, pattern }): ReadonlyArray<Violation> => {
          const line = text.split("\n").findIndex((line) => pattern.test(line))
          return line === -1 ? [] : [{ path, line: line + 1, message }]
        })
    )
}
