/**
 * An undeclared import of a workspace package is found neither by the compiler nor by nx, because npm links them all.
 *
 * @since 0.1.0
 */
import { matching } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"
import { imports, packageOf } from "../Source.ts"
import { isShipped, type Manifest, type Package, packages, sources } from "../Workspace.ts"

/**
 * What a package ships imports only what its own manifest declares; its tests may also use its development
 * dependencies and those of the root. No relative import leaves the package.
 *
 * @category rules
 * @since 0.1.0
 */
export const declaredImports: Rule = {
  fact: "every import is declared in the package.json of its package",
  check: (repository) => {
    const root = matching(repository, /^package\.json$/).map(([, text]) => JSON.parse(text) as Manifest)[0] ?? {}
    return packages(repository).flatMap((owner) =>
      sources(repository, owner).flatMap(([path, text]) =>
        imports(text).flatMap(({ line, specifier }): ReadonlyArray<Violation> => {
          const message = specifier.startsWith(".")
            ? leaving(owner, path, specifier)
            : undeclared(owner.manifest, root, path, specifier)
          return message === undefined ? [] : [{ path, line, message }]
        })
      )
    )
  }
}

const undeclared = (manifest: Manifest, root: Manifest, path: string, specifier: string): string | undefined => {
  const name = packageOf(specifier)
  if (name === undefined || name === manifest.name) return undefined
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }
  const declared = isShipped(path)
    ? shipped
    : { ...shipped, ...manifest.devDependencies, ...root.dependencies, ...root.devDependencies }
  // The rules themselves are never shipped to anybody, and no private tool is.
  const known = Object.hasOwn(declared, name) ||
    (manifest.private === true && path.startsWith("tools/") && Object.hasOwn(manifest.devDependencies ?? {}, name))
  return known ? undefined : `imports ${name}, which ${manifest.name ?? "the package"} does not declare`
}

const leaving = ({ folder }: Package, path: string, specifier: string): string | undefined => {
  const target = resolve(path, specifier)
  return target.startsWith(`${folder}/`) || target === "vitest.base.ts"
    ? undefined
    : `imports ${target}, a file outside of its package`
}

const resolve = (from: string, specifier: string): string => {
  const parts = from.split("/").slice(0, -1)
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== ".") parts.push(part)
  }
  return parts.join("/")
}
