/**
 * What a module of a package exports, wherever that is declared.
 *
 * @since 0.1.0
 */
import { posix } from "node:path"
import type { Repository } from "../Repository.ts"
import { lineOf, type Node, parse } from "../Source.ts"
import * as Docstring from "./Docstring.ts"

/**
 * An export: its name, the declaration with the file and the line in which it stands, and its docstring.
 *
 * @category models
 * @since 0.1.0
 */
export interface Export {
  readonly name: string
  readonly path: string
  readonly line: number
  readonly declaration: Node
  readonly doc: Docstring.Docstring | undefined
}

/**
 * A module that another one exports under a name, as a whole.
 *
 * @category models
 * @since 0.1.0
 */
export interface Namespace {
  readonly name: string
  readonly path: string
}

/**
 * What a module exports.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  readonly path: string
  readonly doc: Docstring.Docstring | undefined
  readonly exports: ReadonlyArray<Export>
  readonly namespaces: ReadonlyArray<Namespace>
}

/**
 * Reads a module. What is internal, by itself or with its whole file, is left out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (repository: Repository, path: string): Entry => {
  const text = repository.get(path)
  if (text === undefined) throw new Error(`There is no module ${path}`)
  const doc = Docstring.ofModule(text)
  const found: Array<Export> = []
  const namespaces: Array<Namespace> = []
  for (const node of parse(text).body) {
    const from = node["source"]?.value as string | undefined
    const target = from?.startsWith(".") === true ? posix.join(posix.dirname(path), from) : undefined
    if (node.type === "ExportAllDeclaration" && target !== undefined) {
      const name = node["exported"]?.name as string | undefined
      if (name !== undefined) namespaces.push({ name, path: target })
      else {
        const other = read(repository, target)
        found.push(...other.exports)
        namespaces.push(...other.namespaces)
      }
    } else if (node.type === "ExportNamedDeclaration" && target !== undefined) {
      const all = read(repository, target)
      for (const { exported, local } of node["specifiers"] as ReadonlyArray<Readonly<Record<string, Node>>>) {
        found.push(
          ...all.exports.filter(({ name }) => name === local!["name"]).map((one) => ({
            ...one,
            name: exported!["name"] as string
          }))
        )
      }
    } else found.push(...declared(path, text, node))
  }
  return { path, doc, namespaces, exports: Docstring.tag(doc, "internal") === undefined ? found : [] }
}

const declared = (path: string, text: string, node: Node): ReadonlyArray<Export> => {
  const isDefault = node.type === "ExportDefaultDeclaration"
  const declaration = isDefault || node.type === "ExportNamedDeclaration" ? node["declaration"] as Node | null : null
  if (declaration === null || declaration === undefined) return []
  const doc = Docstring.of(parse(text), node)
  if (Docstring.tag(doc, "internal") !== undefined) return []
  const one = (name: string, declaration: Node): Export => ({
    name,
    path,
    line: lineOf(text, node.start),
    declaration,
    doc
  })
  return declaration.type === "VariableDeclaration"
    ? declaration["declarations"].map((declarator: Node) => one(declarator["id"].name, declarator))
    : [one(isDefault ? "default" : declaration["id"].name, declaration)]
}
