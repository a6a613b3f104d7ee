/**
 * A new kind of record, or a new adapter, fills all its places.
 *
 * @since 0.1.0
 */
import { matching, type Repository } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"
import { imports, type Node, parse, walk } from "../Source.ts"
import { packages } from "../Workspace.ts"

const list = "libs/domain/src/kinds.ts"

/**
 * Every kind in the list of kinds has golden files, a table in Postgres and an entry in the glossary.
 *
 * @category rules
 * @since 0.1.0
 */
export const kinds: Rule = {
  fact: "every kind has golden files, a table in Postgres and an entry in the glossary",
  check: (repository) => {
    const declared = declaredKinds(repository)
    if (repository.has(list) && declared.length === 0) {
      return [{ path: list, message: "lists no kind that can be read" }]
    }
    return declared.flatMap(({ kind, path }) =>
      missing(repository, kind).map((message): Violation => ({ path, message: `the kind ${kind} ${message}` }))
    )
  }
}

const missing = (repository: Repository, kind: string): ReadonlyArray<string> => {
  const golden = matching(repository, new RegExp(`^libs/domain/test/golden/(.*/)?${kind}([.-][^/]*)?(/[^/]+)?\\.json$`))
  const tables = matching(repository, /^libs\/adapters\/postgres\/src\/.*\.ts$/)
  return [
    golden.length === 0 ? "has no golden file in libs/domain/test/golden" : undefined,
    tables.some(([, text]) => new RegExp(`["'\\s.]${kind}["',:\\s.)]`).test(withoutComments(text)))
      ? undefined
      : "has no table in libs/adapters/postgres",
    new RegExp(`\\b${kind}\\b`).test(repository.get("docs/glossary.md") ?? "")
      ? undefined
      : "is not in docs/glossary.md"
  ].filter((message) => message !== undefined)
}

const withoutComments = (text: string): string =>
  parse(text).comments.reduceRight((rest, { end, start }) => rest.slice(0, start) + rest.slice(end), text)

/** The names of the kinds in the list: each entry is imported from a file that says `Kind.make("Name", …)`. */
const declaredKinds = (repository: Repository): ReadonlyArray<{ readonly kind: string; readonly path: string }> => {
  const text = repository.get(list)
  if (text === undefined) return []
  const listed = new Set<string>()
  walk(parse(text).body, (node) => {
    if (node.type === "ArrayExpression") node["elements"].forEach((element: Node) => listed.add(element["name"]))
  })
  return imports(text).flatMap(({ specifier }) => {
    const path = `libs/domain/src/${specifier.replace(/^\.\//, "")}`
    const source = repository.get(path)
    return source === undefined ? [] : kindsIn(source, listed).map((kind) => ({ kind, path }))
  })
}

/** The names of the kinds of which a file exports a `{ kind: X, … }` that is listed. */
const kindsIn = (source: string, listed: ReadonlySet<string>): ReadonlyArray<string> => {
  const nameByConstant = new Map<string, string>()
  const used: Array<string> = []
  walk(parse(source).body, (node) => {
    if (node.type !== "VariableDeclarator" || node["init"] === null) return
    const { id, init } = node as any
    if (
      init.type === "CallExpression" && init.callee.property?.name === "make" && init.arguments[0]?.type === "Literal"
    ) {
      nameByConstant.set(id.name, init.arguments[0].value)
    }
    if (init.type === "ObjectExpression" && listed.has(id.name)) {
      const kind = init.properties.find((property: Node) => property["key"]?.name === "kind")?.value
      if (kind?.type === "Identifier") used.push(kind.name)
    }
  })
  return used.flatMap((constant) => nameByConstant.get(constant) ?? [])
}

/**
 * Every adapter is run through the contract suites of the testkit.
 *
 * @category rules
 * @since 0.1.0
 */
export const adapters: Rule = {
  fact: "every adapter has a test that runs a contract suite of the testkit over it",
  check: (repository) =>
    packages(repository).filter(({ layer }) => layer === "adapter").flatMap(({ folder }): ReadonlyArray<Violation> =>
      [...repository].some(([path, text]) =>
          path.startsWith(`${folder}/test/`) && path.endsWith(".test.ts") &&
          imports(text).some(({ specifier }) => specifier.startsWith("@emend/testkit"))
        )
        ? []
        : [{ path: `${folder}/package.json`, message: "has no test that imports @emend/testkit" }]
    )
}
