/**
 * The package.json of a published package.
 *
 * @since 0.1.0
 */
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

type Versions = Readonly<Record<string, string>>

/**
 * The parts of a manifest that matter to who installs the package.
 *
 * @category models
 * @since 0.1.0
 */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly dependencies?: Versions
  readonly peerDependencies?: Versions
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/**
 * A package that is published, and its folder, an absolute path.
 *
 * @category models
 * @since 0.1.0
 */
export interface Published {
  readonly folder: string
  readonly manifest: Manifest
}

/**
 * Reads the manifest of a folder.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

/**
 * Lists the packages of a workspace that are published: those of `libs` that are not private, by name.
 *
 * @category queries
 * @since 0.1.0
 */
export const published = (root: string): ReadonlyArray<Published> =>
  globSync(["libs/*/package.json", "libs/adapters/*/package.json"], { cwd: root })
    .map((path) => join(root, dirname(path)))
    .map((folder) => ({ folder, manifest: read(folder) }))
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1))

/**
 * The specifiers by which a package can be imported, modules only: `@emend/testkit/laws` for `./laws`.
 *
 * @category queries
 * @since 0.1.0
 */
export const entries = ({ exports, name }: Manifest): ReadonlyArray<string> =>
  Object.keys(exports).filter((key) => !key.endsWith(".json")).map((key) => name + key.slice(1))
