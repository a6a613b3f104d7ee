/**
 * The packages of the workspace and the layer that each belongs to.
 *
 * @since 0.1.0
 */
import { matching, type Repository } from "./Repository.ts"

/**
 * The role of a package. It follows from the folder.
 *
 * @category models
 * @since 0.1.0
 */
export type Layer = "algebra" | "domain" | "http-api" | "adapter" | "testkit" | "app" | "tool"

/**
 * A package of the workspace: its folder, its layer and its manifest.
 *
 * @category models
 * @since 0.1.0
 */
export interface Package {
  readonly folder: string
  readonly layer: Layer
  readonly manifest: Manifest
}

/**
 * The parts of a package.json that rules look at.
 *
 * @category models
 * @since 0.1.0
 */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly description?: string
  readonly engines?: Readonly<Record<string, string>>
  readonly files?: ReadonlyArray<string>
  readonly sideEffects?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly nx?: { readonly tags?: ReadonlyArray<string> }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const folders: ReadonlyArray<readonly [RegExp, Layer]> = [
  [/^libs\/algebra$/, "algebra"],
  [/^libs\/domain$/, "domain"],
  [/^libs\/http-api$/, "http-api"],
  [/^libs\/testkit$/, "testkit"],
  [/^libs\/adapters\/[^/]+$/, "adapter"],
  [/^apps\/[^/]+$/, "app"],
  [/^tools\/[^/]+$/, "tool"]
]

/**
 * Lists the packages of the workspace.
 *
 * @category queries
 * @since 0.1.0
 */
export const packages = (repository: Repository): ReadonlyArray<Package> =>
  matching(repository, /\/package\.json$/).flatMap(([path, text]) => {
    const folder = path.slice(0, -"/package.json".length)
    const layer = folders.find(([pattern]) => pattern.test(folder))?.[1]
    return layer === undefined ? [] : [{ folder, layer, manifest: JSON.parse(text) as Manifest }]
  })

/**
 * The TypeScript files of a package, those of projects inside its folder left out: they have a package.json of their own.
 *
 * @category queries
 * @since 0.1.0
 */
export const sources = (
  repository: Repository,
  { folder }: Package
): ReadonlyArray<readonly [path: string, text: string]> => {
  const projects = matching(repository, new RegExp(`^${folder}/.+/package\\.json$`))
    .map(([path]) => path.slice(0, -"package.json".length))
  return [...repository].filter(([path]) =>
    path.startsWith(`${folder}/`) && path.endsWith(".ts") && !projects.some((project) => path.startsWith(project))
  )
}

/**
 * Tells whether a file is what a package ships, and not one of its tests or configurations.
 *
 * @category queries
 * @since 0.1.0
 */
export const isShipped = (path: string): boolean => path.includes("/src/") && !path.endsWith(".test.ts")
