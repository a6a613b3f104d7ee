import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What the compiler must say, in words that a reader understands, of each mistake. */
const expected: Readonly<Record<string, string>> = {
  "a status in a patch": "'status' does not exist in type 'Patch<",
  "a fixed field in a patch": "'id' does not exist in type 'Patch<",
  "null where it is not allowed": "Type 'null' is not assignable to type 'string'.",
  "a field that does not exist": "Did you mean to write 'title'?",
  "a merge of what is no map": "'merge' does not exist in type 'Set<string>'.",
  "a value of another type": "Type 'string' is not assignable to type 'number'.",
  "an operation of another kind of field": "'advance' does not exist in type 'Merge<number> | Set<",
  "a cursor that is reset": "'set' does not exist in type 'Advance'.",
  "an edge to an unknown state": "Type '\"archived\"' is not assignable to type '\"draft\" | \"published\"'.",
  "a creation without a required field": "Argument of type '{ rank: number; }' is not assignable to parameter",
  "a creation that leaves a field open": "Property 'id' is missing in type '{}' but required",
  "a default that is no value": "Type 'null' is not assignable to type 'number'."
}

describe("misuse is a compile error", () => {
  const source = readFileSync(at("misuse/mistakes.ts"), "utf8").split("\n")
  const { stdout } = spawnSync(process.execPath, [
    at("../../../node_modules/typescript/bin/tsc"),
    "-p",
    at("misuse")
  ], { encoding: "utf8" })
  const errors = stdout.split("\n").flatMap((line) => {
    const [, number, message] = /mistakes\.ts\((\d+),\d+\): error TS\d+: (.*)/.exec(line) ?? []
    return number === undefined ? [] : [{ line: Number(number), message: message! }]
  })

  for (const [mistake, message] of Object.entries(expected)) {
    it(mistake, () => {
      const line = 1 + source.findIndex((text) => text.endsWith(`// ${mistake}`))
      expect(line).toBeGreaterThan(0)
      const found = errors.filter((error) => error.line === line)
      expect(found.length).toBe(1)
      expect(found[0]!.message).toContain(message)
    })
  }

  it("and nothing else is one", () => {
    expect(errors.length).toBe(Object.keys(expected).length)
  })
})
