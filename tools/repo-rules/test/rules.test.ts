import { describe, expect, it } from "vitest"
import { read } from "../src/Repository.ts"
import { format } from "../src/Rule.ts"
import { rules } from "../src/rules.ts"
import { planted } from "./PlantedViolations.ts"

const repository = read(new URL("../../..", import.meta.url).pathname)

describe.each(Object.entries(rules))("%s", (name, rule) => {
  it.each(planted[name as keyof typeof rules])("finds: $case", ({ expected, files }) => {
    expect(rule.check(new Map(Object.entries(files))).map(format)).toEqual(expected)
  })

  it(`holds: ${rule.fact}`, () => {
    expect(rule.check(repository).map(format)).toEqual([])
  })
})

it("the rules look at the real repository", () => {
  expect(repository.size).toBeGreaterThan(50)
  expect(repository.has("package-lock.json")).toBe(true)
})

it("every rule is proved by a violation that it finds", () => {
  expect(Object.keys(planted).sort()).toEqual(Object.keys(rules).sort())
  for (const cases of Object.values(planted)) expect(cases.some(({ expected }) => expected.length > 0)).toBe(true)
})
