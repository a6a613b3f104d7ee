/**
 * Files are named after the concept that they hold.
 *
 * @since 0.1.0
 */
import { matching } from "../Repository.ts"
import type { Rule } from "../Rule.ts"
import { lineOf, parse } from "../Source.ts"

const empty = new Set(["common", "helper", "helpers", "interfaces", "misc", "shared", "types", "util", "utils"])

/**
 * No file and no folder has a name that says nothing about what it holds.
 *
 * @category rules
 * @since 0.1.0
 */
export const names: Rule = {
  fact: "no file or folder is named utils, helpers, common, types, interfaces, misc or shared",
  check: (repository) =>
    [...repository.keys()].flatMap((path) => {
      const part = path.split("/").find((part) => empty.has(part.replace(/\..*$/, "").toLowerCase()))
      return part === undefined ? [] : [{ path, message: `the name ${part} does not say what it holds` }]
    })
}

/**
 * An `index.ts` only names what the package exports.
 *
 * @category rules
 * @since 0.1.0
 */
export const barrels: Rule = {
  fact: "an index.ts holds re-exports and no code",
  check: (repository) =>
    matching(repository, /(^|\/)src\/index\.ts$/).flatMap(([path, text]) =>
      parse(text).body
        .filter((node) => !(node.type.startsWith("Export") && node["source"] !== null && node["source"] !== undefined))
        .map((node) => ({ path, line: lineOf(text, node.start), message: "an index.ts holds code" }))
    )
}

const limit = 400

/**
 * A file fits in the head: at most 400 lines.
 *
 * @category rules
 * @since 0.1.0
 */
export const length: Rule = {
  fact: `no TypeScript file has more than ${limit} lines`,
  check: (repository) =>
    matching(repository, /\.ts$/).flatMap(([path, text]) => {
      const lines = text.replace(/\n$/, "").split("\n").length
      return lines <= limit ? [] : [{ path, message: `has ${lines} lines` }]
    })
}
