/**
 * The repository as a list of files, so that a rule can be run on the real one and on one that was made up.
 *
 * @since 0.1.0
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

/**
 * The texts of files by their path from the root, with forward slashes.
 *
 * @category models
 * @since 0.1.0
 */
export type Repository = ReadonlyMap<string, string>

/**
 * Reads the files that git knows or would add: tracked ones, and new ones that are not ignored.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (root: string): Repository => {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024
  })
  const paths = [...new Set(listed.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path))).sort()
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]))
}

/**
 * Makes a repository up.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (files: Readonly<Record<string, string>>): Repository => new Map(Object.entries(files))

/**
 * Selects the files whose path matches.
 *
 * @category queries
 * @since 0.1.0
 */
export const matching = (
  repository: Repository,
  pattern: RegExp
): ReadonlyArray<readonly [path: string, text: string]> => [...repository].filter(([path]) => pattern.test(path))
