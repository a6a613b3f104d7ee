/** Headers are read exactly as RFC 9110 says, or named as malformed. */
import { describe, expect, it } from "vitest"
import * as Conditions from "../src/request/Conditions.ts"

const all = new Set([
  "if-match",
  "if-none-match",
  "rebase-from",
  "change-reason",
  "dry-run",
  "revision-base",
  "revision-annotation"
])
const read = (name: string, value: string): any => {
  const result = Conditions.reader(all)({ [name]: value })
  return result._tag === "Success" ? result.success : { malformed: result.failure.facts!["header"] }
}

describe("If-Match", () => {
  const table: ReadonlyArray<readonly [value: string, ifMatch: unknown]> = [
    ["\"7\"", [7]],
    [" \"7\" ", [7]],
    ["\"7\", \"8\"", [7, 8]],
    ["\"7\",\"8\" ,,\"9\"", [7, 8, 9]],
    [", \"7\"", [7]],
    ["*", "*"],
    ["W/\"7\"", []],
    ["W/\"7\", \"8\"", [8]],
    ["\"abc\"", []],
    ["\"\"", []],
    ["\"07\"", []],
    ["\"-1\"", []],
    ["\"99999999999999999999\"", []],
    ["\"a,b\", \"2\"", [2]]
  ]
  for (const [value, ifMatch] of table) {
    it(`${value} demands ${JSON.stringify(ifMatch)}`, () => expect(read("if-match", value)).toEqual({ ifMatch }))
  }
  for (const value of ["7", "\"7", "7\"", "'7'", "w/\"7\"", "*, \"7\"", "\"7\" \"8\"", "", ",", "\"a b\"", "\"7\";"]) {
    it(`${JSON.stringify(value)} is malformed`, () =>
      expect(read("if-match", value)).toEqual({ malformed: "If-Match" }))
  }
})

describe("Rebase-From", () => {
  it("names one version", () => expect(read("rebase-from", "\"7\"")).toEqual({ rebaseFrom: 7 }))
  for (
    const value of [
      "7",
      "W/\"7\"",
      "\"0\"",
      "\"07\"",
      "\"7\", \"8\"",
      "*",
      "\"-1\"",
      "\"1e3\"",
      "\"9999999999999999\"",
      ""
    ]
  ) {
    it(`${JSON.stringify(value)} is malformed`, () =>
      expect(read("rebase-from", value)).toEqual({ malformed: "Rebase-From" }))
  }
})

describe("Change-Reason", () => {
  const latin1 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))
  const table: ReadonlyArray<readonly [value: string, reason: string]> = [
    ["asked for", "asked for"],
    ["caf%C3%A9 100%25", "café 100%"],
    [latin1("café ✓"), "café ✓"],
    ["%F0%9F%8E%89", "🎉"]
  ]
  for (const [value, reason] of table) {
    it(`${JSON.stringify(value)} says ${reason}`, () => expect(read("change-reason", value)).toEqual({ reason }))
  }
  it("empty is absent", () => expect(read("change-reason", "  ")).toEqual({}))
  for (const value of ["50% done", "%zz", "%C3", "%00", "%0A", "a%7F", "%C2%85", "\xff"]) {
    it(`${JSON.stringify(value)} is malformed`, () =>
      expect(read("change-reason", value)).toEqual({ malformed: "Change-Reason" }))
  }
})

describe("Dry-Run", () => {
  for (const value of ["true", "TRUE", " true "]) {
    it(`${JSON.stringify(value)} asks`, () => expect(read("dry-run", value)).toEqual({ dryRun: true }))
  }
  it("false is absent", () => expect(read("dry-run", "false")).toEqual({}))
  for (const value of ["", "1", "yes", "?1", "true;", "true, true"]) {
    it(`${JSON.stringify(value)} is malformed`, () => expect(read("dry-run", value)).toEqual({ malformed: "Dry-Run" }))
  }
})

it("a header that an operation does not declare is not read", () => {
  expect(Conditions.reader(new Set())({ "if-match": "nonsense" })).toMatchObject({ success: {} })
})
