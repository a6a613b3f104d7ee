import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import * as Compiled from "../src/reference/Compiled.ts"
import * as Entry from "../src/reference/Entry.ts"
import * as Pages from "../src/reference/Pages.ts"
import { of, read, type Repository } from "../src/Repository.ts"
import { format } from "../src/Rule.ts"
import { links } from "../src/rules/Documents.ts"

const root = new URL("../../..", import.meta.url).pathname
const repository = read(root)
const pages = Pages.pages(repository)

/** A made-up package with one module, and what the compiler would say of it. */
const made = of({
  "libs/domain/package.json": JSON.stringify({
    name: "@emend/domain",
    description: "Rules",
    exports: { ".": { "@emend/source": "./src/index.ts" }, "./package.json": "./package.json" }
  }),
  "libs/domain/src/index.ts":
    `/**\n * All of it.\n */\nexport * as Shelf from "./Shelf.ts"\nexport { Book } from "./Book.ts"\n`,
  "libs/domain/src/Book.ts": `/**
 * Written on a shelf, see {@link Shelf.count} and {@link Author}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Book {
  /** Never empty. */
  readonly title: string
}
/** Not told. */
export const secret = 1
`,
  "libs/domain/src/Shelf.ts": `/**
 * Places for books.
 *
 * @since 0.1.0
 */
import type { Book } from "./Book.ts"
/**
 * Counts the books.
 *
 * @example
 * count([]) // => 0
 *
 * @category queries
 * @since 0.2.0
 */
export const count = (books: ReadonlyArray<Book>) => books.length
/**
 * For this package.
 *
 * @internal
 */
export const inside = 1
/**
 * A place.
 *
 * @category models
 * @since 0.1.0
 */
export class Place extends Object {}
/**
 * A place, as text.
 *
 * @category conversions
 * @since 0.1.0
 */
export type Place2 = string
`
})
const compiled = of({
  "libs/domain/dist/Shelf.d.ts":
    `export declare const count: (books: ReadonlyArray<import("./Book.ts").Book>) => number;\nexport declare class Place extends Object {\n    readonly at: number;\n}\n`
})

describe("a page", () => {
  const written = Pages.write(made, compiled, "..")

  it("tells each export under its category, with its signature and its examples, and nothing internal", () => {
    expect([...written.keys()]).toEqual(["README.md", "domain/README.md", "domain/Shelf.md"])
    expect(written.get("domain/Shelf.md")).toBe([
      "# Shelf of @emend/domain",
      "Places for books.",
      "## Conversions",
      "### Place2",
      "A place, as text.",
      "```ts\ntype Place2 = string\n```",
      "Since 0.1.0. [Source](../../libs/domain/src/Shelf.ts).",
      "## Models",
      "### Place",
      "A place.",
      "```ts\nclass Place extends Object {\n  readonly at: number\n}\n```",
      "Since 0.1.0. [Source](../../libs/domain/src/Shelf.ts).",
      "## Queries",
      "### count",
      "Counts the books.",
      "```ts\nconst count: (books: ReadonlyArray<Book>) => number\n```",
      "Example:",
      "```ts\ncount([]) // => 0\n```",
      "Since 0.2.0. [Source](../../libs/domain/src/Shelf.ts).\n"
    ].join("\n\n"))
  })

  it("leads to what it mentions, and to its modules", () => {
    const page = written.get("domain/README.md")
    expect(page).toContain("Written on a shelf, see [`Shelf.count`](Shelf.md#count) and `Author`.")
    expect(page).toContain("| [`Shelf`](Shelf.md) | Places for books. |")
    expect(page).toContain("  /** Never empty. */\n  readonly title: string")
    expect(page).not.toContain("secret")
  })

  it("is not made of what was not compiled, and says how it is", () => {
    expect(() => Pages.write(made, of({}), "..")).toThrow("libs/domain/dist/Shelf.d.ts is not there: it is written by")
    const old = of({ "libs/domain/dist/Shelf.d.ts": "export declare const other: 1;" })
    expect(() => Pages.write(made, old, "..")).toThrow("Shelf.ts was compiled without count")
  })
})

describe("the reference of this repository", () => {
  let written: Repository
  beforeAll(() => {
    const folders = globSync(["libs/*/tsconfig.json", "libs/adapters/*/tsconfig.json"], { cwd: root })
    const compiler = join(root, "node_modules/typescript/bin/tsc")
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-b", ...folders], {
      cwd: root,
      encoding: "utf8"
    })
    expect(status, stdout).toBe(0)
    written = Pages.write(repository, Compiled.read(root), "..")
  })

  it("has every published package, and every entry of each", () => {
    const published = globSync(["libs/*/package.json", "libs/adapters/*/package.json"], { cwd: root })
    expect(new Set(pages.map(({ owner }) => `${owner.folder}/package.json`))).toEqual(new Set(published))
  })

  it("leads nowhere where nothing is", () => {
    const within = new Map([
      ...repository,
      ...[...written].map(([file, text]) => [`.reference/${file}`, text] as const)
    ])
    const broken = links.check(within).filter(({ path }) => path.startsWith(".reference/"))
    expect(broken.map(format)).toEqual([])
    expect([...written.values()].join("").match(/\]\(/g)!.length).toBeGreaterThan(500)
  })

  it.each(pages)("tells of everything that $title exports, with a category", async ({ entry, file }) => {
    const module: object = await import(/* @vite-ignore */ join(root, entry.path))
    const internal = new Set(internals(entry.path))
    const told = new Set([...entry.exports, ...entry.namespaces].map(({ name }) => name))
    expect(Object.keys(module).filter((name) => !told.has(name) && !internal.has(name))).toEqual([])
    const page = written.get(file)!
    for (const { name } of entry.exports) expect(page).toContain(`\n### ${name}\n`)
    expect(page).not.toContain("\n## Other\n")
  })

  /** The exports of a module that say that they are internal: those that are read without, and not with, their tags. */
  const internals = (path: string): ReadonlyArray<string> => {
    const open = new Map([...repository].map(([file, text]) => [file, text.replaceAll("@internal", "@inside")]))
    const told = Entry.read(repository, path).exports.map(({ name }) => name)
    return Entry.read(open, path).exports.map(({ name }) => name).filter((name) => !told.includes(name))
  }

  it("is made by one command", () => {
    expect(JSON.parse(repository.get("package.json")!).scripts.reference).toContain("writeReference.ts")
    expect(repository.get(".gitignore")).toContain("\n.reference/\n")
  })
})
