/**
 * How an export is shown: what a caller has to know of it, as TypeScript.
 *
 * @since 0.1.0
 */
import type { Repository } from "../Repository.ts"
import { type Node, parse } from "../Source.ts"
import type { Export } from "./Entry.ts"

/** As many lines are shown; the rest is in the source. */
const mostLines = 60

/**
 * Shows an export. A class, an interface and a type are shown as they are written, with what is said of their members;
 * of a value, its type is shown, as the compiler finds it. `compiled` has what `tsc -b` writes.
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (repository: Repository, compiled: Repository, one: Export): string => {
  const text = repository.get(one.path)!
  const { declaration } = one
  switch (declaration.type) {
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return shown(text.slice(declaration.start, declaration.end))
    case "ClassDeclaration": {
      const head = text.slice(declaration.start, declaration["body"].start).trim()
      return shown(`${head} ${classBody(compiled, one)}`)
    }
    default:
      return shown(typed(compiled, one))
  }
}

const declarations = (
  compiled: Repository,
  { path }: Export
): { readonly text: string; readonly body: ReadonlyArray<Node> } => {
  const file = path.replace("/src/", "/dist/").replace(/\.ts$/, ".d.ts")
  const text = compiled.get(file)
  if (text === undefined) throw new Error(`${file} is not there: it is written by npm run build`)
  return { text, body: parse(text).body.map((node) => node["declaration"] ?? node) }
}

const classBody = (compiled: Repository, one: Export): string => {
  const { body, text } = declarations(compiled, one)
  const found = body.find((node) => node.type === "ClassDeclaration" && node["id"]?.name === nameOf(one))
  return found === undefined ? "{}" : text.slice(found["body"].start, found["body"].end)
}

const typed = (compiled: Repository, one: Export): string => {
  const { body, text } = declarations(compiled, one)
  for (const node of body) {
    if (node.type === "TSDeclareFunction" && (node["id"]?.name ?? "default") === nameOf(one)) {
      return text.slice(node.start, node.end).replace(/^declare /, "")
    }
    const declarator = node.type === "VariableDeclaration"
      ? node["declarations"].find(({ id }: Node) => id.name === nameOf(one))
      : undefined
    if (declarator !== undefined) return `const ${text.slice(declarator.start, declarator.end)}`
  }
  throw new Error(`${one.path} was compiled without ${one.name}: npm run build writes it`)
}

const nameOf = ({ declaration, name }: Export): string => declaration["id"]?.name ?? name

/** Names that the compiler wrote with the module that they come from are shown as a reader would write them. */
const shown = (code: string): string => {
  const lines = code.replace(/import\("[^"]*"\)\./g, "").replace(/^declare /, "").replace(/;$/gm, "").split("\n")
    .map((line) => line.replace(/^(?: {4})+/, (indent) => indent.replaceAll("    ", "  ")))
  return lines.length <= mostLines ? lines.join("\n") : [...lines.slice(0, mostLines), "// …"].join("\n")
}
