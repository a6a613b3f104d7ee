/** What is in the tarballs, and nothing else. */
import { readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"
import { describe, expect, inject, test } from "vitest"
import { closure } from "../src/Closure.ts"
import type {} from "../src/globalSetup.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const outside = inject("outside")
const packages = inject("packed").map((packed) => ({ ...packed, name: packed.manifest.name }))
const installed = (name: string) => join(outside, "every-entry/node_modules", name)
const text = (path: string) => readFileSync(path, "utf8")

/** Other packages that come with each, whoever installs it, and the most bytes that its tarball may have. */
const bounds: Readonly<Record<string, { readonly brings: ReadonlyArray<string>; readonly bytes: number }>> = {
  "@emend/algebra": { brings: [], bytes: 60_000 },
  "@emend/domain": { brings: ["@emend/algebra", "effect"], bytes: 240_000 },
  "@emend/memory": { brings: ["@emend/algebra", "@emend/domain", "effect"], bytes: 30_000 },
  "@emend/postgres": { brings: ["@effect/sql-pg", "@emend/algebra", "@emend/domain", "effect"], bytes: 240_000 },
  "@emend/http": { brings: ["@emend/algebra", "@emend/domain", "@emend/http-api", "effect", "jose"], bytes: 100_000 },
  "@emend/http-api": { brings: ["@emend/algebra", "@emend/domain", "effect", "jose"], bytes: 320_000 },
  "@emend/testkit": { brings: ["@emend/algebra", "@emend/domain", "effect"], bytes: 340_000 }
}

test("every published package is bounded here, and used by the consumer of every entry", () => {
  const names = packages.map(({ name }) => name).sort()
  expect(Object.keys(bounds).sort()).toEqual(names)
  const { dependencies } = JSON.parse(text(join(outside, "every-entry/package.json")))
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(names))
})

test("effect is there once, whatever is installed beside it", () => {
  const { packages } = JSON.parse(text(join(outside, "package-lock.json"))) as { readonly packages: object }
  expect(Object.keys(packages).filter((path) => /(^|\/)node_modules\/effect$/.test(path))).toEqual([
    "node_modules/effect"
  ])
})

describe.each(packages)("$name", ({ bytes, files, manifest, name }) => {
  test("holds its modules with their types and sources, what it says of itself, and nothing of the workspace", () => {
    const expected =
      /^(package\.json|README\.md|LICENSE|src\/.+\.(ts|json)|dist\/.+\.(json|js|d\.ts|js\.map|d\.ts\.map))$/
    expect(files.filter((path) => !expected.test(path) || /(^|\/)(test|node_modules)\/|\.test\./.test(path))).toEqual(
      []
    )
    expect(files).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]))
  })

  test("has every file that its exports name, with types and sources", () => {
    for (const targets of Object.values(manifest.exports)) {
      expect(Object.keys(targets)).toEqual(["@emend/source", "types", "default"])
      expect(files).toEqual(expect.arrayContaining(Object.values(targets).map((path) => path.slice(2))))
    }
  })

  test("has a module for every source, and maps that lead to what is there", () => {
    const sources = files.filter((path) => /^src\/.*\.ts$/.test(path)).map((path) => path.slice(4, -3))
    const modules = files.filter((path) => /^dist\/.*\.js$/.test(path)).map((path) => path.slice(5, -3))
    expect(modules.sort()).toEqual(sources.sort())
    const maps = files.filter((path) => path.endsWith(".map"))
    expect(maps.length).toBe(2 * modules.length)
    for (const path of maps) {
      const map = JSON.parse(text(join(installed(name), path))) as { readonly sources: ReadonlyArray<string> }
      expect(files).toEqual(
        expect.arrayContaining(map.sources.map((source) => posix.join(posix.dirname(path), source)))
      )
    }
  })

  test("has the licence of the project", () => {
    expect(text(join(installed(name), "LICENSE"))).toBe(text(join(root, "LICENSE")))
  })

  test("brings the packages that it needs and no others", () => {
    expect(closure(JSON.parse(text(join(outside, "package-lock.json"))), name)).toEqual(bounds[name]?.brings)
  })

  test("is about as large as it was", () => {
    const most = bounds[name]?.bytes ?? 0
    expect(bytes).toBeLessThan(most)
    // A bound far above what is there would let it double.
    expect(bytes).toBeGreaterThan(most / 2)
  })
})

describe("the core entry of the algebra", () => {
  test("is below 6 kB, minified and gzipped, and imports nothing", async () => {
    const bundle = await rolldown({ input: join(installed("@emend/algebra"), "dist/index.js"), logLevel: "silent" })
    const { output } = await bundle.generate({ format: "esm", minify: true })
    await bundle.close()
    expect(output.length).toBe(1)
    expect(output[0].imports).toEqual([])
    const bytes = gzipSync(output[0].code).length
    expect(bytes).toBeGreaterThan(1000)
    expect(bytes).toBeLessThan(6000)
  })
})
