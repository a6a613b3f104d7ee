/**
 * TypeScript sources as syntax trees.
 *
 * @since 0.1.0
 */
import { parseSync } from "vite"

/**
 * A node of an ESTree syntax tree, read by name: the rules look at a handful of node types.
 *
 * @category models
 * @since 0.1.0
 */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: any
}

/**
 * A parsed source.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source {
  readonly text: string
  readonly body: ReadonlyArray<Node>
  readonly comments: ReadonlyArray<
    { readonly type: string; readonly value: string; readonly start: number; readonly end: number }
  >
}

const parsed = new Map<string, Source>()

/**
 * Parses a TypeScript source; the outcome is kept by text, because many rules look at the same file.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (text: string): Source => {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const { comments, errors, program } = parseSync("source.ts", text)
  if (errors.length > 0) throw new SyntaxError(`${errors[0]!.message}\n${errors[0]!.codeframe ?? ""}`)
  const source: Source = { text, body: program.body as unknown as ReadonlyArray<Node>, comments }
  parsed.set(text, source)
  return source
}

/**
 * Visits every node of a tree, parents first.
 *
 * @category queries
 * @since 0.1.0
 */
export const walk = (node: unknown, visit: (node: Node) => void): void => {
  if (typeof node !== "object" || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit)
    return
  }
  if (typeof (node as Node).type === "string") visit(node as Node)
  for (const key of Object.keys(node)) walk((node as Node)[key], visit)
}

/**
 * Gives the number of the line, from 1, in which a position stands.
 *
 * @category queries
 * @since 0.1.0
 */
export const lineOf = (text: string, position: number): number => text.slice(0, position).split("\n").length

/**
 * An import, a re-export or a type import, and where it stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Import {
  readonly specifier: string
  readonly line: number
}

/**
 * Lists what a source imports, in all the ways in which a module can be named.
 *
 * @category queries
 * @since 0.1.0
 */
export const imports = (text: string): ReadonlyArray<Import> => {
  const found: Array<Import> = []
  walk(parse(text).body, (node) => {
    const named = node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration" ||
        node.type === "ExportNamedDeclaration" || node.type === "ImportExpression"
      ? node["source"]
      : node.type === "TSImportType"
      ? node["source"] ?? node["argument"]
      : undefined
    const literal = named?.type === "TSLiteralType" ? named.literal : named
    if (typeof literal?.value === "string") {
      found.push({ specifier: literal.value, line: lineOf(text, node.start) })
    }
  })
  return found
}

/**
 * Gives the package that a specifier names: `@scope/name` or `name`; `undefined` for relative paths and built-ins.
 *
 * @category queries
 * @since 0.1.0
 */
export const packageOf = (specifier: string): string | undefined =>
  specifier.startsWith(".") || specifier.startsWith("node:")
    ? undefined
    : specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")
