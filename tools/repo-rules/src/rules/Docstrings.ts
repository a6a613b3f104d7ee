/**
 * What a package exports explains itself.
 *
 * @since 0.1.0
 */
import { posix } from "node:path"
import { matching, type Repository } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"
import { lineOf, type Node, parse, type Source } from "../Source.ts"
import { type Package, packages } from "../Workspace.ts"

/** Verbs that a summary may not begin with: `Returns …`, not `Return …`. */
const imperative =
  /^(Add|Apply|Build|Check|Compare|Compose|Convert|Create|Declare|Decode|Delete|Encode|Find|Get|Give|Join|List|Load|Make|Merge|Parse|Read|Remove|Return|Run|Select|Set|Start|Stop|Take|Tell|Test|Turn|Update|Use|Validate|Write)\b/

/**
 * Every export of a library has a docstring with a summary sentence in the third person, and `@since` and `@category`,
 * by which the reference tells of it, where it can be imported from outside; or it says that it is `@internal`, for itself or at the head of its file.
 *
 * @category rules
 * @since 0.1.0
 */
export const docstrings: Rule = {
  fact:
    "every export of a library has a summary sentence in the third person, and @since and @category where it is public",
  check: (repository) => {
    const open = new Set(packages(repository).flatMap((one) => publicModules(repository, one)))
    return matching(repository, /^(libs|tools\/repo-rules)\/(.*\/)?src\/.*\.ts$/).flatMap(([path, text]) => {
      const source = parse(text)
      const head = source.comments[0]
      if (head !== undefined && head.start === 0 && /@internal\b/.test(head.value)) return []
      return exported(source).flatMap(({ name, node }): ReadonlyArray<Violation> =>
        flaws(docOf(source, node), open.has(path)).map((flaw) => ({
          path,
          line: lineOf(text, node.start),
          message: `${name} ${flaw}`
        }))
      )
    })
  }
}

/** The modules that the exports of a package name, and those that these re-export. */
const publicModules = (repository: Repository, { folder, manifest }: Package): ReadonlyArray<string> => {
  const found = new Set<string>()
  const add = (path: string): void => {
    const text = repository.get(path)
    if (text === undefined || found.has(path)) return
    found.add(path)
    for (const node of parse(text).body) {
      const from = node.type.startsWith("Export") ? node["source"]?.value : undefined
      if (typeof from === "string" && from.startsWith(".")) add(posix.join(posix.dirname(path), from))
    }
  }
  for (const entry of Object.values(manifest.exports ?? {})) {
    const source = (entry as Readonly<Record<string, unknown>> | null)?.["@emend/source"]
    if (typeof source === "string") add(posix.join(folder, source))
  }
  return [...found]
}

const exported = ({ body }: Source): ReadonlyArray<{ readonly name: string; readonly node: Node }> =>
  body.flatMap((node) => {
    const declaration = node.type === "ExportNamedDeclaration" ? node["declaration"] : undefined
    if (declaration === undefined || declaration === null) return []
    const names: ReadonlyArray<Node> = declaration.type === "VariableDeclaration"
      ? declaration.declarations.map((one: Node) => one["id"])
      : [declaration.id]
    return names.map((id) => ({ name: id["name"] as string, node }))
  })

const docOf = ({ comments, text }: Source, node: Node): string | undefined =>
  comments.findLast((comment) =>
    comment.type === "Block" && comment.value.startsWith("*") && comment.end <= node.start &&
    text.slice(comment.end, node.start).trim() === ""
  )?.value

const flaws = (doc: string | undefined, open: boolean): ReadonlyArray<string> => {
  if (doc === undefined) return ["has no docstring"]
  const lines = doc.split("\n").map((line) => line.replace(/^\s*\*+ ?/, "").trim())
  const summary = lines.join("\n").split(/(?:^|\s)@[a-z]/)[0]!.trim().split(/\n\n/)[0]!.replaceAll("\n", " ")
  const found: Array<string> = []
  if (summary === "") found.push("has a docstring without a summary")
  else {
    if (!/^[A-Z`"(]/.test(summary) || !/[.:]$/.test(summary)) found.push("has a summary that is no sentence")
    if (imperative.test(summary)) found.push("has a summary that is not in the third person")
  }
  if (open && !/@(since|internal)\b/.test(doc)) found.push("has no @since")
  if (open && !/@(category +\S|internal\b)/.test(doc)) found.push("has no @category")
  return found
}
