/**
 * The API reference as Markdown pages.
 *
 * @since 0.1.0
 */
import { posix } from "node:path"
import type { Repository } from "../Repository.ts"
import { type Package, packages } from "../Workspace.ts"
import * as Docstring from "./Docstring.ts"
import * as Entry from "./Entry.ts"
import * as Signature from "./Signature.ts"

/**
 * A page: what it is about, where it is written, and the module.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page {
  readonly file: string
  readonly title: string
  readonly owner: Package
  readonly entry: Entry.Entry
}

/**
 * Lists the pages of the published packages: one for each entry of a package, and one for each module that an entry
 * exports as a whole.
 *
 * @category queries
 * @since 0.1.0
 */
export const pages = (repository: Repository): ReadonlyArray<Page> =>
  packages(repository).filter(({ manifest }) => manifest.private !== true).flatMap((owner) =>
    Object.entries(owner.manifest.exports ?? {}).flatMap(([subpath, conditions]) => {
      const source = (conditions as Readonly<Record<string, unknown>> | null)?.["@emend/source"]
      if (typeof source !== "string") return []
      const specifier = posix.join(owner.manifest.name!, subpath)
      const entry = Entry.read(repository, posix.join(owner.folder, source))
      const base = specifier.replace(/^@[^/]*\//, "")
      const page: Page = { file: `${base}/README.md`, title: specifier, owner, entry }
      return [
        page,
        ...entry.namespaces.map(({ name, path }): Page => ({
          file: `${base}/${name}.md`,
          title: `${name} of ${specifier}`,
          owner,
          entry: Entry.read(repository, path)
        }))
      ]
    })
  )

/**
 * Writes the reference: the texts of its files by their names. `toSource` is how a path of the repository is reached
 * from the folder of the reference.
 *
 * @category conversions
 * @since 0.1.0
 */
export const write = (repository: Repository, compiled: Repository, toSource: string): Repository => {
  const all = pages(repository)
  const places = placesOf(all)
  const linked = (page: Page) => (text: string) =>
    text.replace(/\{@link ([\w.]+)\}/g, (_, name: string) => {
      const place = places.get(name) ?? places.get(name.split(".").at(-1)!)
      const isHere = place?.file === page.file
      return place === undefined
        ? `\`${name}\``
        : `[\`${name}\`](${isHere ? "" : posix.relative(posix.dirname(page.file), place.file)}#${place.anchor})`
    })
  return new Map([
    ["README.md", index(all)],
    ...all.map((page): [string, string] => [page.file, text(page, all)])
  ])

  function text(page: Page, all: ReadonlyArray<Page>): string {
    const link = linked(page)
    const sections = byCategory(page.entry).map(([category, names]) =>
      [
        `## ${capital(category)}`,
        ...names.map(([name, exports]) => {
          const docs = exports.flatMap(({ doc }) => doc === undefined ? [] : [doc])
          const source = exports[0]!
          const up = posix.relative(posix.dirname(page.file), posix.join(toSource, source.path))
          return [
            `### ${name}`,
            ...docs.map((doc) => link(doc.text)),
            ...exports.map((one) => `\`\`\`ts\n${Signature.of(repository, compiled, one)}\n\`\`\``),
            ...docs.flatMap((doc) => doc.tags).filter(([tag]) => tag === "example").map(([, code]) =>
              `Example:\n\n\`\`\`ts\n${code.replace(/^```\w*\n|\n```$/g, "")}\n\`\`\``
            ),
            `Since ${Docstring.tag(source.doc, "since") ?? "the next version"}. [Source](${up}).`
          ].join("\n\n")
        })
      ].join("\n\n")
    )
    const namespaces = page.entry.namespaces.map(({ name }) => {
      const of = all.find(({ file }) => file === posix.join(posix.dirname(page.file), `${name}.md`))!
      return `| [\`${name}\`](${name}.md) | ${link(of.entry.doc?.summary ?? "").replaceAll("|", "\\|")} |`
    })
    return [
      `# ${page.title}`,
      ...(page.entry.doc === undefined ? [] : [link(page.entry.doc.text)]),
      ...(namespaces.length === 0 ? [] : [`| module | is |\n|---|---|\n${namespaces.join("\n")}`]),
      ...sections
    ].join("\n\n") + "\n"
  }
}

const index = (all: ReadonlyArray<Page>): string =>
  [
    "# API reference",
    ...packagesOf(all).map(([owner, pages]) =>
      [
        `## ${owner.manifest.name}`,
        `${(owner.manifest as { readonly description?: string }).description}.`,
        pages.map(({ entry, file, title }) => `- [${title}](${file}): ${entry.doc?.summary ?? ""}`).join("\n")
      ].join("\n\n")
    )
  ].join("\n\n").replace(/\{@link ([\w.]+)\}/g, "`$1`") + "\n"

const packagesOf = (
  all: ReadonlyArray<Page>
): ReadonlyArray<readonly [Package, ReadonlyArray<Page>]> => [...Map.groupBy(all, ({ owner }) => owner)]

type Named = readonly [name: string, exports: ReadonlyArray<Entry.Export>]

/** A type and a value of one name are told together, where the first of them stands. */
const byCategory = ({ exports }: Entry.Entry): ReadonlyArray<readonly [string, ReadonlyArray<Named>]> => {
  const named = [...Map.groupBy(exports, ({ name }) => name)]
  const category = ([, [first]]: Named) => Docstring.tag(first!.doc, "category") ?? "other"
  return [...Map.groupBy(named, category)].sort(([a], [b]) => a < b ? -1 : 1)
}

interface Place {
  readonly file: string
  readonly anchor: string
}

/** Where each name is told: the first page that has it, and its module before it where that has a page. */
const placesOf = (all: ReadonlyArray<Page>): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>()
  for (const { entry, file } of all) {
    const module = posix.basename(file, ".md")
    for (const { name } of entry.exports) {
      const place = { file, anchor: name.toLowerCase() }
      for (const key of [`${module}.${name}`, name]) if (!places.has(key)) places.set(key, place)
    }
  }
  return places
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
