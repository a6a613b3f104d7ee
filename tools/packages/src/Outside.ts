/**
 * A folder outside of the workspace, where projects use the published packages as their users do.
 *
 * @since 0.1.0
 */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import type { Packed } from "./Packed.ts"
import { npm } from "./Program.ts"

/**
 * Copies projects into a new folder and installs them, all at once, and gives the folder: each project is in it under
 * the name of its own folder. Who calls removes it.
 *
 * A project is installed as it is written. It asks for `"@emend/domain": "0.1.0"`, and npm takes the tarball for it; it
 * finds the packages that it declares and no others, as npm links to each project only those (`linked`). Other packages
 * come in the versions of the workspace's own lock, and from npm's cache where they are in it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const install = (root: string, packed: ReadonlyArray<Packed>, projects: ReadonlyArray<string>): string => {
  const folder = mkdtempSync(join(tmpdir(), "emend-outside-"))
  for (const project of projects) {
    cpSync(project, join(folder, basename(project)), {
      recursive: true,
      filter: (path) => !["node_modules", "dist"].includes(basename(path))
    })
  }
  write(folder, "package.json", {
    name: "outside",
    private: true,
    workspaces: projects.map((project) => basename(project)),
    overrides: Object.fromEntries(packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
    allowScripts: readManifest(root)["allowScripts"]
  })
  write(folder, "package-lock.json", lock(root))
  npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", "--install-strategy=linked")
  return folder
}

const write = (folder: string, file: string, content: unknown): void =>
  writeFileSync(join(folder, file), JSON.stringify(content, undefined, 2))

const readManifest = (folder: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

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
