/**
 * A new kind of record, or a new adapter, fills all its places.
 *
 * @since 0.1.0
 */
import { posix } from "node:path"
import { matching, type Repository } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"
import { imports, type Node, parse, walk } from "../Source.ts"
import { packages } from "../Workspace.ts"

const list = "libs/domain/src/kinds.ts"
const index = "libs/domain/src/index.ts"

/**
 * Every kind in the list of kinds is exported, has a golden file of each shape, a table in Postgres and an entry in the
 * glossary. A kind that is never updated has two shapes, any other four.
 *
 * @category rules
 * @since 0.1.0
 */
export const kinds: Rule = {
  fact: "every kind is exported, has golden files of each shape, a table in Postgres and an entry in the glossary",
  check: (repository) => {
    const declared = declaredKinds(repository)
    if (repository.has(list) && declared.length === 0) {
      return [{ path: list, message: "lists no kind that can be read" }]
    }
    return declared.flatMap((one) =>
      missing(repository, one).map((message): Violation => ({
        path: one.path,
        message: `the kind ${one.kind} ${message}`
      }))
    )
  }
}

interface Declared {
  readonly kind: string
  readonly path: string
  readonly updated: boolean
}

const missing = (repository: Repository, { kind, path, updated }: Declared): ReadonlyArray<string> => {
  const shapes = ["state", "wire", ...(updated ? ["update", "revision"] : [])]
  const lacking = shapes.filter((shape) =>
    matching(repository, new RegExp(`^libs/domain/test/golden/${kind}\\.${shape}(\\.[^/]+)?\\.json$`)).length === 0
  )
  const tables = matching(repository, /^libs\/adapters\/postgres\/src\/.*\.ts$/)
  return [
    imports(repository.get(index) ?? "").some(({ specifier }) => posix.join(posix.dirname(index), specifier) === path)
      ? undefined
      : `is not exported by ${index}`,
    ...lacking.map((shape) => `has no golden file ${kind}.${shape}.json in libs/domain/test/golden`),
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
const declaredKinds = (repository: Repository): ReadonlyArray<Declared> => {
  const text = repository.get(list)
  if (text === undefined) return []
  const listed = new Set<string>()
  walk(parse(text).body, (node) => {
    if (node.type === "ArrayExpression") node["elements"].forEach((element: Node) => listed.add(element["name"]))
  })
  return imports(text).flatMap(({ specifier }) => {
    const path = `libs/domain/src/${specifier.replace(/^\.\//, "")}`
    const source = repository.get(path)
    return source === undefined ? [] : kindsIn(source, listed).map((one) => ({ ...one, path }))
  })
}

/** The kinds of which a file exports a `{ kind: X, … }` that is listed; one that says what an update touches has updates. */
const kindsIn = (source: string, listed: ReadonlySet<string>): ReadonlyArray<Omit<Declared, "path">> => {
  const nameByConstant = new Map<string, string>()
  const used: Array<{ readonly constant: string; readonly updated: boolean }> = []
  walk(parse(source).body, (node) => {
    if (node.type !== "VariableDeclarator" || node["init"] === null) return
    const { id, init } = node as any
    if (
      init.type === "CallExpression" && init.callee.property?.name === "make" && init.arguments[0]?.type === "Literal"
    ) {
      nameByConstant.set(id.name, init.arguments[0].value)
    }
    if (init.type === "ObjectExpression" && listed.has(id.name)) {
      const property = (name: string) => init.properties.find((one: Node) => one["key"]?.name === name)
      const kind = property("kind")?.value
      if (kind?.type === "Identifier") used.push({ constant: kind.name, updated: property("touched") !== undefined })
    }
  })
  return used.flatMap(({ constant, updated }) => {
    const kind = nameByConstant.get(constant)
    return kind === undefined ? [] : [{ kind, updated }]
  })
}

/**
 * Every adapter is run through the contract suite of the testkit for what it implements: the ports, or the services,
 * which those implement that know the wire.
 *
 * @category rules
 * @since 0.1.0
 */
export const adapters: Rule = {
  fact: "every adapter has a test that runs the contract over it, of the ports or of the services",
  check: (repository) =>
    packages(repository).filter(({ layer }) => layer === "adapter").flatMap(
      ({ folder, manifest }): ReadonlyArray<Violation> => {
        const services = Object.hasOwn(manifest.dependencies ?? {}, "@emend/http-api")
        const contract = services ? "ServiceContract" : "StoreContract"
        return [...repository].some(([path, text]) =>
            path.startsWith(`${folder}/test/`) && path.endsWith(".test.ts") &&
            imports(text).some(({ specifier }) => specifier.startsWith("@emend/testkit")) && runs(contract, text)
          )
          ? []
          : [{ path: `${folder}/package.json`, message: `has no test that calls ${contract}.suite of @emend/testkit` }]
      }
    )
}

const runs = (contract: string, text: string): boolean => {
  let found = false
  walk(parse(text).body, (node) => {
    const callee = node.type === "CallExpression" ? node["callee"] : undefined
    if (callee?.object?.name === contract && callee.property.name === "suite") found = true
  })
  return found
}
