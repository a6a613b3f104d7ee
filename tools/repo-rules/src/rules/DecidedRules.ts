/**
 * Every decided rule that users are told has a test that shows it.
 *
 * @since 0.1.0
 */
import { posix } from "node:path"
import type { Repository } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"
import { parse, walk } from "../Source.ts"

const page = "docs/rules.md"

/**
 * Every row of the tables of the page of decided rules names a test: a link to its file, and behind it the title in
 * quotes, or several. The file is there and has a test or a fact of that very title. A part of a title that is made
 * when the test runs is written as `…`. Tables that do not begin with `rule` say something else.
 *
 * @category rules
 * @since 0.1.0
 */
export const decidedRules: Rule = {
  fact: "every decided rule names a test, by its file and title, that is there",
  check: (repository) => {
    const rows = rowsOf(repository.get(page) ?? "")
    return rows.length === 0
      ? [{ path: page, message: "tells no rule" }]
      : rows.flatMap(({ line, text }) => violations(repository, text, line))
  }
}

const rowsOf = (document: string) => {
  let tellsRules = false
  return document.split("\n").flatMap((text, index) => {
    const begins = text.startsWith("| rule |")
    tellsRules = begins || (tellsRules && text.startsWith("|"))
    return tellsRules && !begins && !text.startsWith("|---") ? [{ text, line: index + 1 }] : []
  })
}

const violations = (repository: Repository, text: string, line: number): ReadonlyArray<Violation> => {
  const named = [...text.matchAll(/\]\(([^)\s]+)\)((?:,? "[^"]+")+)/g)]
  if (named.length === 0) return [{ path: page, line, message: "names no test" }]
  return named.flatMap(([, target, quoted]) => {
    const path = posix.normalize(posix.join(posix.dirname(page), target!))
    const source = repository.get(path)
    if (source === undefined) return [{ path: page, line, message: `names ${path}, which does not exist` }]
    const known = titles(source)
    return [...quoted!.matchAll(/"([^"]+)"/g)].flatMap(([, title]) =>
      known.has(title!) ? [] : [{ path: page, line, message: `names "${title}", which ${path} does not have` }]
    )
  })
}

/** What tests and facts can be called: first arguments of calls, names of properties, and values of `name`. */
const titles = (source: string): ReadonlySet<string> => {
  const found = new Set<string>()
  walk(parse(source).body, (node) => {
    const title = node.type === "CallExpression"
      ? node["arguments"][0]
      : node.type !== "Property"
      ? undefined
      : node["key"].name === "name"
      ? node["value"]
      : node["key"]
    if (typeof title?.value === "string") found.add(title.value)
    if (title?.type === "TemplateLiteral") {
      found.add(
        title.quasis.map((part: { readonly value: { readonly cooked: string } }) => part.value.cooked).join("…")
      )
    }
  })
  return found
}
