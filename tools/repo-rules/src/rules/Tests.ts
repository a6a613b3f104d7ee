/**
 * A test that is there runs.
 *
 * @since 0.1.0
 */
import { matching } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"
import { lineOf, type Node, parse, walk } from "../Source.ts"

const switches = new Set(["only", "skip", "skipIf", "runIf", "todo", "fails"])
const registers = new Set(["it", "test", "describe", "suite", "effect", "scoped", "live", "prop", "layer"])

/**
 * No test is skipped, focused or only planned, and none replaces a module by a mock.
 *
 * @category rules
 * @since 0.1.0
 */
export const tests: Rule = {
  fact: "no test is skipped, focused, expected to fail or only planned, and none mocks a module",
  check: (repository) =>
    matching(repository, /\/test\/.*\.ts$|\.test\.ts$|^libs\/testkit\/src\/.*\.ts$/).flatMap(([path, text]) => {
      const found: Array<Violation> = []
      walk(parse(text).body, (node) => {
        const name = switched(node)
        if (name !== undefined) found.push({ path, line: lineOf(text, node.start), message: `uses ${name}` })
      })
      return found
    })
}

const switched = (node: Node): string | undefined => {
  if (node.type !== "MemberExpression" || node["computed"] === true) return undefined
  const property = node["property"].name as string
  const object = node["object"]
  const name = object.name ?? object.property?.name
  if (registers.has(name) && switches.has(property)) return `${name}.${property}`
  return object.name === "vi" && /^(do)?[mM]ock$/.test(property) ? `vi.${property}` : undefined
}
