/**
 * The licences of the packages that are a part of a bundle: whoever gives the bundle away gives them away too.
 *
 * @since 0.1.0
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** Licences that allow what is done here, as long as they are told. */
const known = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "BlueOak-1.0.0"])

/**
 * A package that is a part of a bundle.
 *
 * @category models
 * @since 0.1.0
 */
export interface Joined {
  readonly name: string
  readonly version: string
  readonly license: string
  /** The text that the package says its licence in; undefined where it only names it. */
  readonly text: string | undefined
}

/**
 * Lists the packages that modules are of, each once, by name. Modules of the workspace are of none.
 *
 * @category queries
 * @since 0.1.0
 */
export const joined = (modules: ReadonlyArray<string>): ReadonlyArray<Joined> => {
  const folders = new Set(modules.filter((id) => id.startsWith("/") && id.includes("/node_modules/")).map(folderOf))
  return [...folders].map(read).sort((one, other) => one.name.localeCompare(other.name))
}

/**
 * Says the licences of the packages that modules are of. Throws where one of them is not known to allow that.
 *
 * @category conversions
 * @since 0.1.0
 */
export const text = (modules: ReadonlyArray<string>): string =>
  joined(modules).map(({ license, name, text, version }) => {
    if (!known.has(license)) throw new Error(`${name} ${version} has the licence ${license}, which is not known here`)
    return `${name} ${version}\nLicence: ${license}\n\n${text ?? ""}`.trimEnd()
  }).join(`\n\n${"-".repeat(80)}\n\n`).concat("\n")

/** The folder of the package that a module is of: `…/node_modules/name` or `…/node_modules/@scope/name`. */
const folderOf = (id: string): string => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)![0]

const read = (folder: string): Joined => {
  const { license, name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  return { name, version, license: String(license), text: licence(folder) }
}

const licence = (folder: string): string | undefined => {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort()
  return files.length === 0 ? undefined : files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n")
}
