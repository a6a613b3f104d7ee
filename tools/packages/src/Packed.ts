/**
 * The published packages as tarballs: exactly what the registry would be given.
 *
 * @since 0.1.0
 */
import { existsSync, globSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { type Manifest, published } from "./Manifest.ts"
import { node, npm } from "./Program.ts"

/**
 * A package as it was packed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Packed {
  readonly manifest: Manifest
  /** The absolute path of the tarball. */
  readonly tarball: string
  /** The size of the tarball, and of what it holds. */
  readonly bytes: number
  readonly unpackedBytes: number
  /** The paths of the files that it holds, from the folder of the package. */
  readonly files: ReadonlyArray<string>
}

/**
 * Compiles the published packages of a workspace and packs each into a folder, which is made where there is none.
 *
 * What an earlier compilation left of modules that are no more is removed first: it would be packed too.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pack = (root: string, into: string): ReadonlyArray<Packed> => {
  const packages = published(root)
  const folders = packages.map(({ folder }) => folder)
  folders.forEach(sweep)
  node(root, join(root, "node_modules/typescript/bin/tsc"), "-b", ...folders)
  mkdirSync(into, { recursive: true })
  const workspaces = folders.flatMap((folder) => ["--workspace", folder])
  const told = npm(root, "pack", "--json", "--ignore-scripts", "--pack-destination", into, ...workspaces)
  const listed = JSON.parse(told) as ReadonlyArray<Listed> | Readonly<Record<string, Listed>>
  return Object.values(listed).map(({ filename, files, name, size, unpackedSize }) => ({
    manifest: packages.find(({ manifest }) => manifest.name === name)!.manifest,
    tarball: join(into, filename),
    bytes: size,
    unpackedBytes: unpackedSize,
    files: files.map(({ path }) => path)
  }))
}

/** What npm tells of a package that it packed. */
interface Listed {
  readonly name: string
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: ReadonlyArray<{ readonly path: string }>
}

const sweep = (folder: string): void => {
  for (const path of globSync("dist/**/*.{js,d.ts,js.map,d.ts.map}", { cwd: folder })) {
    const source = path.replace(/^dist/, "src").replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts")
    if (!existsSync(join(folder, source))) rmSync(join(folder, path))
  }
}
