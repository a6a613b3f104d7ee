import { spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Example, examples, toModule } from "../src/Example.ts"
import { of, read } from "../src/Repository.ts"

const root = new URL("../../..", import.meta.url).pathname
const found = examples(read(root))
const folder = join(root, "tools/repo-rules/.examples")
const fileOf = (name: string | number) => join(folder, `${name}.ts`)

/** Node at the version that runs the tests, on the sources of the packages. */
const run = (file: string) =>
  spawnSync(process.execPath, ["--conditions=@emend/source", "--no-warnings", file], { encoding: "utf8", cwd: root })

const typecheck = (files: ReadonlyArray<string>) => {
  const config = join(folder, "tsconfig.json")
  writeFileSync(
    config,
    JSON.stringify({
      extends: "../../../tsconfig.base.json",
      compilerOptions: {
        types: ["node"],
        noEmit: true,
        composite: false,
        incremental: false,
        noUnusedLocals: false,
        rewriteRelativeImportExtensions: false,
        allowImportingTsExtensions: true
      },
      files: files.map((file) => basename(file))
    })
  )
  return spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", config, "--pretty", "false"],
    {
      encoding: "utf8"
    }
  ).stdout
}

const example = (code: string): Example => ({ path: "README.md", line: 1, code, run: true })

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("an example that is wrong is found", () => {
  it("when a line does not give what it says", () => {
    writeFileSync(fileOf("lie"), toModule(example("const a = 1 + 1\na // => 3\n")))
    writeFileSync(fileOf("truth"), toModule(example("const a = 1 + 1 // => 2\n[a] // => [2]\n")))
    expect(run(fileOf("lie")).status).toBe(1)
    expect(run(fileOf("truth")).stderr).toBe("")
  })

  it("when it does not compile", () => {
    writeFileSync(fileOf("wrong"), toModule(example(`import { Nothing } from "@emend/algebra"\nvoid Nothing\n`)))
    expect(typecheck([fileOf("wrong")])).toContain("has no exported member 'Nothing'")
  })
})

it("examples are found in docstrings and in documents", () => {
  const repository = of({
    "libs/algebra/src/a.ts":
      "/**\n * Adds.\n *\n * @example\n * 1 + 1 // => 2\n *\n * @since 0.1.0\n */\nexport const a = 1\n",
    "README.md": "# A\n\n```ts\nconst a = 1\n```\n\n```ts no-run\nlisten()\n```\n\n```sh\nnpm start\n```\n"
  })
  expect(examples(repository)).toEqual([
    { path: "libs/algebra/src/a.ts", line: 4, code: "1 + 1 // => 2\n", run: true },
    { path: "README.md", line: 3, code: "const a = 1\n", run: true },
    { path: "README.md", line: 7, code: "listen()\n", run: false }
  ])
})

it("every example compiles", () => {
  expect(found.length).toBeGreaterThan(0)
  found.forEach((example, index) => writeFileSync(fileOf(index), toModule(example)))
  expect(typecheck(found.map((_, index) => fileOf(index)))).toBe("")
})

const runnable = found.map((example, index) => ({ ...example, index })).filter(({ run }) => run)

it.each(runnable)("$path:$line gives what it says", ({ index, ...example }) => {
  writeFileSync(fileOf(index), toModule(example))
  expect(run(fileOf(index)).stderr).toBe("")
})
