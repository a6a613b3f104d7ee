/**
 * Which layer may import which: `algebra ← domain ← {http-api, adapters, testkit} ← apps`.
 *
 * @since 0.1.0
 */
import type { Rule, Violation } from "../Rule.ts"
import { imports, packageOf } from "../Source.ts"
import { isShipped, type Layer, type Package, packages, sources } from "../Workspace.ts"

const below: { readonly [L in Layer]: ReadonlyArray<Layer> } = {
  algebra: [],
  domain: ["algebra"],
  "http-api": ["algebra", "domain"],
  testkit: ["algebra", "domain"],
  adapter: ["algebra", "domain"],
  app: ["algebra", "domain", "http-api", "adapter"],
  tool: ["algebra", "domain", "http-api", "adapter", "testkit", "app", "tool"]
}

/**
 * Every package imports only what is below it. Tests may import the testkit and what they test it with, except apps
 * and tools, which nothing but a tool imports.
 *
 * @category rules
 * @since 0.1.0
 */
export const layers: Rule = {
  fact: "imports follow the direction of the layers, and no adapter imports another",
  check: (repository) => {
    const all = packages(repository)
    const byName = new Map(all.map((one) => [one.manifest.name, one]))
    return all.flatMap((owner) =>
      sources(repository, owner).flatMap(([path, text]) =>
        imports(text).flatMap(({ line, specifier }): ReadonlyArray<Violation> => {
          const imported = byName.get(packageOf(specifier))
          const message = imported !== undefined && imported !== owner && !mayImport(owner, path, imported)
            ? `a file of the layer ${owner.layer} imports ${specifier}, of the layer ${imported.layer}`
            : foreign(path, specifier)
          return message === undefined ? [] : [{ path, line, message }]
        })
      )
    )
  }
}

const mayImport = (owner: Package, path: string, { layer }: Package): boolean =>
  below[owner.layer].includes(layer) ||
  (owner.folder === "libs/adapters/http" && layer === "http-api") ||
  (!isShipped(path) && layer !== "app" && layer !== "tool")

/** What the pure parts may import from outside of the workspace. */
const foreign = (path: string, specifier: string): string | undefined => {
  if (specifier.startsWith(".") || !isShipped(path)) return undefined
  if (/^libs\/algebra\/src\/(?!schema)/.test(path)) return `the core of the algebra imports ${specifier}`
  if (
    /^libs\/(algebra|domain)\//.test(path) && /^(effect$|effect\/[a-z]|effect\/Arbitrary|@effect\/)/.test(specifier)
  ) {
    return `imports ${specifier}, which is no core module of effect`
  }
  return undefined
}
