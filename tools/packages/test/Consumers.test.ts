/** Projects outside of the workspace use the packages as they are packed. */
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, inject, test } from "vitest"
import type {} from "../src/globalSetup.ts"
import { entries } from "../src/Manifest.ts"
import { attempt } from "../src/Program.ts"

const outside = inject("outside")
const manifests = inject("packed").map(({ manifest }) => manifest)
const run = (project: string, ...args: ReadonlyArray<string>) => attempt(join(outside, project), process.execPath, args)
const compiler = "node_modules/typescript/bin/tsc"
const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2024"]

describe("the algebra alone", () => {
  test("works from plain JavaScript, without Effect", () => {
    expect(readdirSync(join(outside, "algebra-alone/node_modules")).sort()).toEqual([".bin", "@emend", "typescript"])
    const { output } = run("algebra-alone", "plain.mjs")
    expect(JSON.parse(output)).toEqual([
      { id: "n1", title: "Final", tags: { done: true } },
      true,
      ["/title", "/tags/done"],
      ["sets title to \"Final\"", "sets tags.done to true"]
    ])
  })

  test("works from TypeScript, which refuses misuse", () => {
    const told = run("algebra-alone", compiler, ...strict, "--module", "nodenext", "--types", "", "typed.ts")
    expect(told).toEqual({ status: 0, output: "" })
  })
})

describe("the laws", () => {
  test("are checked in plain Node, and find a broken operation", () => {
    const { output, status } = run("laws-in-plain-node", "plain.mjs")
    expect(status, output).toBe(0)
    expect(JSON.parse(output)).toStrictEqual({ laws: expect.any(Number), recipe: [], board: [], broken: true })
  })

  test("are tests of vitest, of which those of a broken operation fail", () => {
    const { output, status } = run("laws-with-vitest", "node_modules/vitest/vitest.mjs", "run", "--reporter=verbose")
    expect(status, output).toBe(1)
    expect(output).toContain("✓ test/laws.test.ts > a recipe > M1 (Monoid): composition is associative")
    expect(output).toContain("× test/laws.test.ts > a recipe that is composed wrongly > A2 (Action)")
    expect(output.match(/^ × /gm)).toHaveLength(2)
    expect(output).toContain("A2 is broken in case")
    expect(output).toContain(`replay: check(…, { only: ["A2"], replay: "`)
  })
})

describe("every entry of every package", () => {
  const specifiers = manifests.flatMap(entries)
  // What registers tests, or sets tests up, is for vitest alone.
  const inNode = specifiers.filter((specifier) => !["@emend/testkit", "@emend/testkit/laws/vitest"].includes(specifier))

  test("is imported by Node", () => {
    expect(inNode.length).toBeGreaterThanOrEqual(manifests.length)
    writeFileSync(
      join(outside, "every-entry/all.mjs"),
      [
        ...inNode.map((specifier, index) => `import * as m${index} from "${specifier}"`),
        `console.log([${inNode.map((_, index) => `m${index}`)}].map((module) => Object.keys(module).length))`
      ].join("\n")
    )
    const { output, status } = run("every-entry", "all.mjs")
    expect(status, output).toBe(0)
    expect(output).not.toMatch(/\b0\b/)
  })

  test.each(["nodenext", "bundler"])("has types, also for TypeScript that resolves like %s", (resolution) => {
    writeFileSync(
      join(outside, "every-entry/all.ts"),
      specifiers.map((specifier, index) =>
        `import * as m${index} from "${specifier}"\nexport const keys${index}: keyof typeof m${index} | undefined = undefined\n`
      ).join("")
    )
    const module = resolution === "nodenext" ? "nodenext" : "preserve"
    const options = ["--module", module, "--moduleResolution", resolution, "--types", "node"]
    expect(run("every-entry", compiler, ...strict, ...options, "all.ts")).toEqual({ status: 0, output: "" })
  })
})
