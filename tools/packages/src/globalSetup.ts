/**
 * Packs the published packages once for a run of vitest, and installs the examples and the consumers from them.
 *
 * @since 0.1.0
 */
import { globSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"
import { install } from "./Outside.ts"
import { pack, type Packed } from "./Packed.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly packed: ReadonlyArray<Packed>
    /** The folder outside of the workspace in which each example and each consumer is installed, under its name. */
    readonly outside: string
  }
}

const root = fileURLToPath(new URL("../../..", import.meta.url))

/**
 * The folders that are installed: whatever has a package.json in `examples` and in `tools/packages/consumers`.
 *
 * @category queries
 * @since 0.1.0
 */
export const projects = (): ReadonlyArray<string> =>
  globSync(["examples/*/package.json", "tools/packages/consumers/*/package.json"], { cwd: root })
    .map((path) => join(root, dirname(path))).sort()

/**
 * Packs and installs, and gives what removes both.
 *
 * @category vitest
 * @since 0.1.0
 */
export default (project: TestProject): () => void => {
  const tarballs = mkdtempSync(join(tmpdir(), "emend-packed-"))
  const packed = pack(root, tarballs)
  const outside = install(root, packed, projects())
  project.provide("packed", packed)
  project.provide("outside", outside)
  return () => [tarballs, outside].forEach((folder) => rmSync(folder, { recursive: true, force: true }))
}
