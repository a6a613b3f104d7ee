/**
 * An app as a few files that need no package beside them: its modules and those of its packages, joined.
 *
 * @since 0.1.0
 */
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { type OutputAsset, type OutputChunk, rolldown } from "rolldown"
import * as Notices from "./Notices.ts"

/**
 * The apps that are bundled.
 *
 * @category constants
 * @since 0.1.0
 */
export const apps: ReadonlyArray<string> = ["server", "migrator"]

/**
 * Bundles an app of a workspace into a folder, by default `apps/<app>/bundle`. What the app loads only when it is asked
 * for stays in files of its own: who does not ask does not load it. Names are not shortened, so that what a stack
 * says can be read; a source map stands beside each file.
 *
 * The folder may be in use: a file is there as a whole or not at all, and what a running app may still load stays.
 *
 * Fails where something cannot be found, and where a package that is joined has a licence that is not known to allow it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = async (root: string, app: string, into = join(root, "apps", app, "bundle")): Promise<void> => {
  const made = await rolldown({
    input: join(root, "apps", app, "src/main.ts"),
    platform: "node",
    resolve: { conditionNames: ["@emend/source", "node"] },
    // Loaded where it is installed, and not missed where it is not.
    external: ["pg-native"],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message)
    }
  })
  const { output } = await made.generate({ format: "esm", sourcemap: true, hashCharacters: "hex" })
  // Also those of which nothing is left but a constant that stands where it is used.
  const modules = await made.watchFiles
  await made.close()
  mkdirSync(into, { recursive: true })
  // The entry is last: whoever finds it finds what it loads.
  for (const file of output.toReversed()) put(into, file.fileName, content(file))
  put(into, "NOTICES.txt", Notices.text(modules))
  put(into, "inputs.json", JSON.stringify(inputs(root, modules)))
}

const content = (file: OutputChunk | OutputAsset): string | Uint8Array =>
  file.type === "chunk" ? file.code : file.source

const put = (folder: string, name: string, content: string | Uint8Array): void => {
  const path = join(folder, name)
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, content)
  renameSync(beside, path)
}

/** The size and the time of each file that a bundle depends on; of packages, those of what npm notes about them. */
const inputs = (root: string, modules: ReadonlyArray<string>): Record<string, readonly [number, number]> => {
  const own = modules.filter((id) => id.startsWith(root) && !id.includes("/node_modules/"))
  const all = [...own, join(root, "node_modules/.package-lock.json"), import.meta.filename]
  return Object.fromEntries(
    all.filter((path) => existsSync(path)).map((path) => {
      const { mtimeMs, size } = statSync(path)
      return [relative(root, path), [size, mtimeMs]]
    })
  )
}
