/** What is stored is what was sent: a body is read without changing a value, or refused with the place. */
import { Json } from "@emend/domain"
import { describe, expect, it } from "vitest"
import * as JsonBody from "../src/request/JsonBody.ts"
import { flaws, isPlain, keepsValue } from "../src/request/JsonText.ts"

/** A value of the greatest depth inside the body's own object. */
const deepest = Json.maxDepth + 1
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string) => JsonBody.parse(bytes(text))
const errors = (text: string) => {
  const result = parse(text)
  if (result.errors.length === 0) throw new Error(`${text.slice(0, 80)} was read`)
  return result.errors
}
const value = (text: string): any => {
  const result = parse(text)
  if (result._tag === "NoValue" || result.errors.length > 0) throw new Error(JSON.stringify(result.errors))
  return result.value
}

describe("numbers", () => {
  for (
    const literal of [
      "12345678901234567890",
      "-12345678901234567890",
      "9007199254740993",
      "1e400",
      "-1e400",
      "1e-400",
      "0.1000000000000000055",
      "0.30000000000000004441",
      "123456789.123456789123456789",
      "1.7976931348623159e308",
      "4.9406564584124654e-324",
      "1E+309"
    ]
  ) {
    it(`${literal} would change its value and is refused with its path`, () => {
      expect(errors(`{"a":[0,{"b":${literal}}]}`)).toMatchObject([{
        loc: ["body", "a", 1, "b"],
        type: "value_error",
        input: literal
      }])
    })
  }

  for (
    const literal of [
      "0",
      "-0",
      "0.1",
      "1.0",
      "1.50",
      "1e2",
      "1E-7",
      "100000000000000000000",
      "9007199254740992",
      "0.1000000000000000000000000",
      "5e-324",
      "1.7976931348623157e308",
      "0e999999999999999999999",
      "-0.00000000000000000000",
      "123456789012345.0",
      "1e23"
    ]
  ) {
    it(`${literal} keeps its value and is read`, () => {
      expect(value(`{"a":${literal}}`).a).toBe(Number(literal))
    })
  }

  it("all numbers that would change are told, and those that would not are not", () => {
    expect(errors(`[1e400, 1, {"x": 12345678901234567890}, "1e400"]`).map(({ loc }) => loc)).toEqual([
      ["body", 0],
      ["body", 2, "x"]
    ])
  })

  it("every double is read back from the text that JavaScript prints", () => {
    const view = new DataView(new ArrayBuffer(8))
    let seed = 1n
    for (let i = 0; i < 5000; i++) {
      seed = (seed * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
      view.setBigUint64(0, seed)
      const double = view.getFloat64(0)
      if (Number.isFinite(double)) expect(keepsValue(String(double)), String(double)).toBe(true)
    }
  })
})

describe("nesting", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)

  it("the greatest depth is read", () => {
    expect(parse(nested(deepest))).toMatchObject({ _tag: "Value", errors: [] })
    expect(parse(`{"a":{"b":${nested(deepest - 2)}}}`)).toMatchObject({ _tag: "Value", errors: [] })
  })

  it("one level more is refused with its path", () => {
    expect(errors(nested(deepest + 1))).toMatchObject([{ type: "value_error" }])
    expect(errors(`{"a":${nested(deepest)}}`)[0]!.loc.slice(0, 3)).toEqual(["body", "a", 0])
  })

  it("half a million levels do not overflow the stack, closed or not, of either kind", () => {
    for (const text of [nested(500_000), "[".repeat(500_000), `{"a":`.repeat(200_000), `[{"a":`.repeat(100_000)]) {
      expect(errors(text)).toMatchObject([{ type: "value_error" }])
    }
  })

  it("brackets in strings do not count", () => {
    expect(value(JSON.stringify({ a: "[{".repeat(1000), b: "\\\"[" }))).toEqual({ a: "[{".repeat(1000), b: "\\\"[" })
  })
})

describe("syntax", () => {
  const table: ReadonlyArray<readonly [text: string, position: number, error: string]> = [
    ["{", 1, "Expecting property name enclosed in double quotes"],
    ["[1,]", 3, "Expecting value"],
    ["[1 2]", 3, "Expecting ',' delimiter"],
    [`{"a" 1}`, 5, "Expecting ':' delimiter"],
    [`{"a":1,}`, 7, "Expecting property name enclosed in double quotes"],
    [`{'a':1}`, 1, "Expecting property name enclosed in double quotes"],
    ["{} {}", 3, "Extra data"],
    ["nul", 0, "Expecting value"],
    ["NaN", 0, "Expecting value"],
    ["-", 0, "Expecting value"],
    ["01", 1, "Extra data"],
    ["1.", 1, "Extra data"],
    [`"a`, 0, "Unterminated string starting at"],
    [`{"a":"\\x"}`, 6, "Invalid \\escape"],
    [`{"a":"\\u12g4"}`, 6, "Invalid \\uXXXX escape"],
    [`"a\nb"`, 2, "Invalid control character at"],
    [" ", 1, "Expecting value"],
    ["[1", 2, "Expecting ',' delimiter"],
    ["]", 0, "Expecting value"]
  ]
  for (const [text, position, error] of table) {
    it(`${JSON.stringify(text)} is broken at ${position}: ${error}`, () => {
      expect(errors(text)).toEqual([
        { loc: ["body", position], msg: "JSON decode error", type: "json_invalid", input: {}, ctx: { error } }
      ])
    })
  }

  it("the walk and the parser agree on what JSON is", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "\"a\"",
      "\"\\u00e9\"",
      "1",
      "-2.5",
      "1e9",
      "true",
      "null",
      " ",
      "\"",
      "\\",
      "0"
    ]
    let seed = 7
    const next = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: 1 + next(9) }, () => pieces[next(pieces.length)]).join("")
      let parses = true
      try {
        JSON.parse(text)
      } catch {
        parses = false
      }
      expect(flaws(text, 64).some(({ _tag }) => _tag === "Syntax"), text).toBe(!parses)
    }
  })

  it("bytes that are not UTF-8 are refused", () => {
    for (
      const raw of [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0xfe, 0xff, 0x00, 0x31]]
    ) {
      expect(JsonBody.parse(new Uint8Array(raw))).toMatchObject({
        _tag: "NoValue",
        errors: [{ type: "json_invalid", loc: ["body", 0] }]
      })
    }
  })
})

it("with broken syntax or nesting too deep a body has no value; with numbers that would change it has one", () => {
  expect(parse(`{"a":1e400,"b"}`)).toMatchObject({ _tag: "NoValue", errors: [{ type: "json_invalid" }] })
  expect(parse(`{"a":1e400,"b":${"[".repeat(100)}`)).toMatchObject({ _tag: "NoValue", errors: [{}, {}] })
  expect(parse(`{"a":12345678901234567890,"b":"c"}`)).toMatchObject({
    _tag: "Value",
    value: { b: "c" },
    errors: [{ loc: ["body", "a"] }]
  })
})

describe("decided", () => {
  it("a byte order mark is ignored", () => {
    expect(value("\ufeff{\"a\":1}")).toEqual({ a: 1 })
  })

  it("of duplicate keys the last counts", () => {
    expect(value(`{"a":1,"a":2}`)).toEqual({ a: 2 })
  })

  it("__proto__ and constructor are ordinary keys", () => {
    const read = value(`{"__proto__":{"x":1},"constructor":2}`)
    expect(Object.keys(read)).toEqual(["__proto__", "constructor"])
    expect(({} as any).x).toBeUndefined()
  })
})

describe("a text that is plain at a glance", () => {
  const numbers = [
    "12345678901234567890",
    "-123456789012345678",
    "0.1000000000000000055",
    "1.7976931348623159e308",
    "4.9406564584124654e-324",
    "1e400",
    "-1E400",
    "12.5e400",
    "0e1"
  ]

  it("has no number that must be looked at, wherever it stands", () => {
    for (const number of numbers) {
      for (
        const text of [number, ` ${number}`, `[${number}]`, `[1,${number}]`, `[1,\n${number}]`, `{"a":\t${number}}`]
      ) {
        expect(isPlain(text, 64), text).toBe(false)
      }
    }
  })

  it("has no more brackets than levels are allowed", () => {
    expect(isPlain("[[]]", 2)).toBe(true)
    expect(isPlain("[[[]]]", 2)).toBe(false)
    expect(isPlain(`{"a":{"b":{}}}`, 2)).toBe(false)
  })

  it("is one of ordinary records: ids, times, and numbers of moderate size", () => {
    const record = {
      id: "018bcfe5-6800-7000-8000-1e5000000000",
      at: "2026-11-21T10:00:00.000000Z",
      n: [0, -1.5, 123456789012345, 0.1]
    }
    expect(isPlain(JSON.stringify(record), 64)).toBe(true)
  })
})
