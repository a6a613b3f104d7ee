/**
 * A folder outside of the workspace, where projects use the published packages as their users do.
 *
 * @since 0.1.0
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import type { Packed } from "./Packed.ts"
import { npm } from "./Program.ts"

/**
 * Copies projects into a new folder and installs them, all at once, and gives the folder: each project is in it under
 * the name of its own folder. Who calls removes it. A project that asks for another version than is packed throws, and so
 * does an install that fails; then there is no folder.
 *
 * A project asks for `"@emend/domain": "0.1.0"`, as it would of a registry; in its copy, the tarball stands for that. It
 * finds the packages that it declares and no others, as npm links to each project only those (`linked`). Other packages
 * come in the versions of the workspace's own lock, and from npm's cache where they are in it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const install = (root: string, packed: ReadonlyArray<Packed>, projects: ReadonlyArray<string>): string => {
  const manifests = projects.map((project) => withTarballs(readManifest(project), packed))
  const folder = mkdtempSync(join(tmpdir(), "emend-outside-"))
  projects.forEach((project, index) => {
    const copy = join(folder, basename(project))
    cpSync(project, copy, { recursive: true, filter: (path) => !["node_modules", "dist"].includes(basename(path)) })
    write(copy, "package.json", manifests[index])
  })
  write(folder, "package.json", {
    name: "outside",
    private: true,
    workspaces: projects.map((project) => basename(project)),
    // What the packages ask of each other.
    overrides: Object.fromEntries(packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
    allowScripts: readManifest(root).allowScripts
  })
  write(folder, "package-lock.json", lock(root))
  try {
    npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", "--install-strategy=linked")
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  return folder
}

const write = (folder: string, file: string, content: unknown): void =>
  writeFileSync(join(folder, file), JSON.stringify(content, undefined, 2))

type Versions = Readonly<Record<string, string>>

/** What a project asks npm for. */
interface Asking {
  readonly name?: string
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly allowScripts?: unknown
}

const readManifest = (folder: string): Asking => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

/** npm 10 applies overrides to what dependencies need, and not to the dependencies of a project in a workspace. */
const withTarballs = (manifest: Asking, packed: ReadonlyArray<Packed>): Asking => {
  const from = (dependencies: Versions = {}): Versions =>
    Object.fromEntries(
      Object.entries(dependencies).map(([name, version]) => {
        const found = packed.find((one) => one.manifest.name === name)
        if (found === undefined) return [name, version]
        if (found.manifest.version === version) return [name, `file:${found.tarball}`]
        throw new Error(`${manifest.name} asks for ${name} ${version}; ${found.manifest.version} is packed`)
      })
    )
  const { dependencies, devDependencies } = manifest
  return { ...manifest, dependencies: from(dependencies), devDependencies: from(devDependencies) }
}

/** The workspace's lock without the workspace: npm keeps of it what the projects need. */
const lock = (root: string): unknown => {
  const { lockfileVersion, packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly lockfileVersion: number
    readonly packages: Readonly<Record<string, { readonly link?: boolean }>>
  }
  const foreign = Object.entries(packages).filter(([path, { link }]) => path.startsWith("node_modules/") && !link)
  return {
    name: "outside",
    lockfileVersion,
    requires: true,
    packages: { "": { name: "outside" }, ...Object.fromEntries(foreign) }
  }
}
