/**
 * Time, ids and randomness are arguments in the pure parts, and a refusal is a value.
 *
 * @since 0.1.0
 */
import { matching } from "../Repository.ts"
import type { Rule } from "../Rule.ts"
import { lineOf, type Node, parse, walk } from "../Source.ts"

/**
 * The algebra and the kinds never look at a clock, never draw a random number, never throw and never wait.
 *
 * @category rules
 * @since 0.1.0
 */
export const purity: Rule = {
  fact: "the algebra and the kinds hold no Date.now, new Date(), Math.random, throw, try, async or await",
  check: (repository) =>
    matching(repository, /^libs\/(algebra\/src|domain\/src\/kinds)\/.*\.ts$/).flatMap(([path, text]) => {
      const found: Array<{ path: string; line: number; message: string }> = []
      walk(parse(text).body, (node) => {
        const what = impure(node)
        if (what !== undefined) {
          found.push({ path, line: lineOf(text, node.start), message: `a pure part uses ${what}` })
        }
      })
      return found
    })
}

const impure = (node: Node): string | undefined => {
  switch (node.type) {
    case "ThrowStatement":
      return "throw"
    case "TryStatement":
      return "try"
    case "AwaitExpression":
      return "await"
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      return node["async"] === true ? "async" : undefined
    case "NewExpression":
      return node["callee"].name === "Date" && node["arguments"].length === 0 ? "new Date()" : undefined
    case "MemberExpression": {
      const name = `${node["object"].name}.${node["property"].name}`
      return ["Date.now", "Math.random", "performance.now", "crypto.randomUUID"].includes(name) ? name : undefined
    }
    default:
      return undefined
  }
}
