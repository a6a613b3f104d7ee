/**
 * What comes with a package.
 *
 * @since 0.1.0
 */

/**
 * The part of a package-lock.json that says what needs what.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lock {
  readonly packages: Readonly<Record<string, Needs>>
}

interface Needs {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/**
 * Lists the packages that npm installs with one, by name: its dependencies and theirs, optional ones too, and all peers
 * but the optional ones. The lock is of a project in which no package is there twice.
 *
 * @category queries
 * @since 0.1.0
 */
export const closure = ({ packages }: Lock, name: string): ReadonlyArray<string> => {
  const found = new Set<string>()
  const open = [name]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const needs = packages[`node_modules/${next}`]
    if (needs === undefined) throw new Error(`the lock has no package ${next}`)
    for (const needed of neededBy(needs)) {
      if (needed === name || found.has(needed)) continue
      found.add(needed)
      open.push(needed)
    }
  }
  return [...found].sort()
}

const neededBy = ({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Needs) => [
  ...Object.keys({ ...dependencies, ...optionalDependencies }),
  ...Object.keys(peerDependencies ?? {}).filter((peer) => peerDependenciesMeta?.[peer]?.optional !== true)
]
