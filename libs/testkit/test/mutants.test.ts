/** The laws find faults: each of many, planted by hand in the algebra, is found by the family that should find it. */
import { Laws } from "@emend/testkit"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, test } from "vitest"
import { planted } from "./mutants/Mutant.ts"
import { mutants } from "./mutants/mutants.ts"

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface Report {
  readonly unchanged: string | null
  readonly found: Readonly<Record<string, string | null | false>>
}

let report: Report

beforeAll(() => {
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--conditions=@emend/source", "--no-warnings", at("mutants/run.ts")],
    { encoding: "utf8" }
  )
  expect(stderr).toBe("")
  report = JSON.parse(stdout) as Report
}, 600_000)

test("without a fault no law is broken", () => {
  expect(report.unchanged).toBe(null)
})

describe("the table of faults", () => {
  test("names each of them once, and replaces a piece that is there exactly once by another", () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
    expect(
      mutants.filter((mutant) => {
        const text = readFileSync(at(`../../algebra/src/${mutant.file}`), "utf8")
        return (planted(mutant, text) ?? text) === text
      }).map(({ name }) => name)
    ).toStrictEqual([])
  })

  test("has one for every family of laws, and for every file that decides something", () => {
    const families = new Set(mutants.filter(({ survives }) => survives === undefined).map(({ family }) => family))
    expect([...families].sort()).toStrictEqual([...new Set(Laws.laws.map(({ family }) => family))].sort())
    expect([...new Set(mutants.map(({ file }) => file))].sort()).toStrictEqual([
      "Cursor.ts",
      "Entity.ts",
      "Equality.ts",
      "Graph.ts",
      "Mask.ts",
      "kinds/Forward.ts",
      "kinds/Replace.ts",
      "kinds/ShallowMap.ts",
      "schema/Kind.ts"
    ])
  })
})

for (const { family, file, name, survives } of mutants) {
  test(`${file}: ${name}: ${survives === undefined ? `found by a law of ${family}` : `not found, as ${survives}`}`, () => {
    expect(report.found[name]).toStrictEqual(survives === undefined ? expect.any(String) : null)
  })
}
