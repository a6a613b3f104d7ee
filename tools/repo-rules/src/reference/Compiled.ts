/**
 * What the compiler says of the sources.
 *
 * @since 0.1.0
 */
import { globSync, readFileSync } from "node:fs"
import { join, sep } from "node:path"
import type { Repository } from "../Repository.ts"

/**
 * Reads the declarations that `npm run build` wrote, by their path from the root.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (root: string): Repository =>
  new Map(
    globSync(["libs/*/dist/**/*.d.ts", "libs/adapters/*/dist/**/*.d.ts"], { cwd: root }).map((path) => [
      path.split(sep).join("/"),
      readFileSync(join(root, path), "utf8")
    ])
  )
