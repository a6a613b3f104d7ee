/**
 * Every package says what it is, and everything it needs to the digit.
 *
 * @since 0.1.0
 */
import { posix } from "node:path"
import { gaps, type Lock } from "../Lock.ts"
import { matching, type Repository } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"
import { lineOf, type Node, parse, walk } from "../Source.ts"
import { type Manifest, type Package, packages } from "../Workspace.ts"

/**
 * Every package has a license, its layer as an nx tag and tests; a library has exports, an app or tool is private; and
 * the root compiles it.
 *
 * @category rules
 * @since 0.1.0
 */
export const manifests: Rule = {
  fact: "every package has a license, its layer as a tag, tests, exports or privacy, and is compiled by the root",
  check: (repository) =>
    packages(repository).flatMap((one) =>
      [...described(one), ...compiled(repository, one)].map((message): Violation => ({
        path: `${one.folder}/package.json`,
        message
      }))
    )
}

const described = ({ folder, layer, manifest }: Package): ReadonlyArray<string> => {
  const library = folder.startsWith("libs/")
  return [
    manifest.license === "MIT" ? undefined : "has no license",
    manifest.type === "module" ? undefined : "is not of the type module",
    manifest.nx?.tags?.includes(`layer:${layer}`) ? undefined : `does not have the nx tag layer:${layer}`,
    layer === "tool" || manifest.scripts?.["test"] !== undefined ? undefined : "has no test script",
    library || manifest.private === true ? undefined : "is not private",
    !library ? undefined : manifest.exports === undefined ? "has no exports" : sourceFirst(manifest)
  ].filter((message) => message !== undefined)
}

const sourceFirst = ({ exports }: Manifest): string | undefined => {
  const wrong = Object.keys(exports!).find((key) => Object.keys(Object(exports![key]))[0] !== "@emend/source")
  return wrong === undefined ? undefined : `has the export ${wrong} without "@emend/source" first`
}

/**
 * A library is published: its manifest says what there is to say of that, and beside it stand the project's licence and
 * a README with an example.
 *
 * @category rules
 * @since 0.1.0
 */
export const published: Rule = {
  fact: "every library that is not private has the manifest, the licence and the README of a published package",
  check: (repository) =>
    packages(repository).filter(({ folder, manifest }) => folder.startsWith("libs/") && manifest.private !== true)
      .flatMap((one) => unpublished(repository, one))
}

const unpublished = (repository: Repository, { folder, manifest }: Package): ReadonlyArray<Violation> => {
  const { description, engines, files, sideEffects } = manifest
  const readme = repository.get(`${folder}/README.md`)
  const found = (file: string, message: string) => ({ path: `${folder}/${file}`, message })
  return [
    description === undefined ? found("package.json", "has no description") : undefined,
    engines?.["node"] === undefined ? found("package.json", "does not say which Node it needs") : undefined,
    sideEffects === false ? undefined : found("package.json", "does not say that it has no side effects"),
    files?.join() === "dist,src,!dist/.tsbuildinfo"
      ? undefined
      : found("package.json", "does not pack dist and src without what the compiler notes"),
    Object.keys(manifest.dependencies ?? {}).includes("effect")
      ? found("package.json", "has effect as a dependency and not as a peer")
      : undefined,
    repository.get(`${folder}/LICENSE`) === repository.get("LICENSE")
      ? undefined
      : found("LICENSE", "is not the licence of the project"),
    readme !== undefined && /^```ts\n/m.test(readme) ? undefined : found("README.md", "has no example that runs")
  ].filter((violation) => violation !== undefined)
}

/** Without a reference the compiler would read the sources of another package, and write their types into this one. */
const compiled = (repository: Repository, { folder, manifest }: Package): ReadonlyArray<string> => {
  const own = repository.get(`${folder}/tsconfig.json`)
  if (own === undefined) return ["has no tsconfig.json"]
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const needed = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  return [
    ...["tsconfig.json", "tsconfig.tests.json"]
      .filter((config) => !(repository.get(config) ?? "").includes(`"path": "${folder}"`))
      .map((config) => `is not among the references of ${config}`),
    ...packages(repository)
      .filter((other) => Object.hasOwn(needed, other.manifest.name ?? ""))
      .map((other) => posix.relative(folder, other.folder))
      .filter((path) => !own.includes(`"path": "${path}"`))
      .map((path) => `has no reference to ${path} in its tsconfig.json`)
  ]
}

/**
 * A key that stands twice in a manifest loses what the first one says, without a word.
 *
 * @category rules
 * @since 0.1.0
 */
export const repeatedKeys: Rule = {
  fact: "no package.json has a key twice",
  check: (repository) =>
    matching(repository, /(^|\/)package\.json$/).flatMap(([path, text]) => {
      const found: Array<Violation> = []
      const head = "export default "
      walk(parse(head + text).body, (node) => {
        if (node.type !== "ObjectExpression") return
        const seen = new Set<string>()
        for (const { key, start } of node["properties"] as ReadonlyArray<Node>) {
          const name = String(key.value)
          if (seen.has(name)) {
            found.push({ path, line: lineOf(text, start - head.length), message: `has ${name} twice` })
          }
          seen.add(name)
        }
      })
      return found
    })
}

/**
 * Dependencies are exact: a caret would let an unstable module change under a released version.
 *
 * @category rules
 * @since 0.1.0
 */
export const exactVersions: Rule = {
  fact: "every dependency has an exact version",
  check: (repository) =>
    matching(repository, /(^|\/)package\.json$/).flatMap(([path, text]) => {
      const manifest = JSON.parse(text) as Manifest
      const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
      return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([name, version]): Violation => ({ path, message: `asks for ${name} ${version}` }))
    })
}

/**
 * The lock has every optional dependency, of every platform; otherwise `npm ci` refuses it. `npm run lock` mends it.
 *
 * @category rules
 * @since 0.1.0
 */
export const lock: Rule = {
  fact: "the lock has every optional dependency of every platform",
  check: (repository) =>
    matching(repository, /^package-lock\.json$/).flatMap(([path, text]) =>
      gaps(JSON.parse(text) as Lock).map(({ name }): Violation => ({ path, message: `has no entry of ${name}` }))
    )
}
