import { Text } from "@emend/domain"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"

const accepts = <A>(schema: Schema.Codec<A, any>, values: ReadonlyArray<unknown>) => values.filter(Schema.is(schema))

describe("an id", () => {
  test("is no route, no control character, not empty, not longer than 255, not what cannot be stored", () => {
    expect(accepts(Text.Id, [
      "",
      ".",
      "..",
      "name",
      "board",
      "a\u0000",
      "a\nb",
      "\u007f",
      "\u0085",
      "\ud800",
      "x".repeat(256),
      1,
      null
    ])).toStrictEqual([])
  })

  test("is any other text", () => {
    const ids = ["a", "...", "Name", "a/b", "a b", "?x=#%20", "__proto__", "𝕏", "x".repeat(255), "0193-…"]
    expect(accepts(Text.Id, ids)).toStrictEqual(ids)
  })
})

describe("a text", () => {
  test("has no NUL and no lone surrogate, and may be anything else", () => {
    expect(accepts(Text.Text, ["\u0000", "a\ud800", "\udc00", 1])).toStrictEqual([])
    expect(accepts(Text.Text, ["", "\n\u0001", "𝕏", "\ufffd"])).toHaveLength(4)
  })
})

describe("a UUID", () => {
  const small = "abcdefab-cdef-4000-a000-00000000000f"

  test("has its 36 characters, of any version, in small letters", () => {
    const uuids = ["01930000-0000-7000-8000-000000000001", small]
    const others = [small.toUpperCase(), `${small} `, small.replaceAll("-", ""), "", `{${small}}`]
    expect(accepts(Text.Uuid, [...uuids, ...others])).toStrictEqual(uuids)
  })

  test("is read in capitals too", () => {
    const read = Schema.decodeUnknownSync(Text.Uuid)
    expect([small, small.toUpperCase()].map((text) => read(text))).toStrictEqual([small, small])
    expect(() => read(`{${small}}`)).toThrow()
  })
})

describe("a timestamp", () => {
  test("is not in another zone, precision or calendar", () => {
    expect(accepts(Text.Timestamp, [
      "2026-11-21T10:00:00Z",
      "2026-11-21T10:00:00.000Z",
      "2026-11-21T10:00:00.0000000Z",
      "2026-11-21T10:00:00.000000+00:00",
      "2026-11-21 10:00:00.000000Z",
      "2026-11-21T24:00:00.000000Z",
      "2026-11-21T10:60:00.000000Z",
      "2026-11-21T10:00:60.000000Z",
      "2026-13-01T10:00:00.000000Z",
      "2026-02-29T10:00:00.000000Z",
      "2026-02-31T10:00:00.000000Z",
      "2026-04-31T10:00:00.000000Z",
      "1900-02-29T10:00:00.000000Z",
      "0000-01-01T00:00:00.000000Z",
      "12026-01-01T00:00:00.000000Z",
      "-2026-01-01T00:00:00.000000Z"
    ])).toStrictEqual([])
  })

  test("is any moment of the years 1 to 9999, to the microsecond", () => {
    const moments = [
      "0001-01-01T00:00:00.000000Z",
      "1969-12-31T23:59:59.999999Z",
      "1970-01-01T00:00:00.000000Z",
      "2000-02-29T12:00:00.000001Z",
      "2026-11-21T10:00:00.123456Z",
      "9999-12-31T23:59:59.999999Z"
    ]
    expect(accepts(Text.Timestamp, moments)).toStrictEqual(moments)
    expect(moments.toSorted()).toStrictEqual(moments)
  })

  test.each([
    [0n, "1970-01-01T00:00:00.000000Z"],
    [999n, "1970-01-01T00:00:00.000000Z"],
    [1_000n, "1970-01-01T00:00:00.000001Z"],
    [999_999_999n, "1970-01-01T00:00:00.999999Z"],
    [1_000_000_000n, "1970-01-01T00:00:01.000000Z"],
    [1_763_719_207_123_456_789n, "2025-11-21T10:00:07.123456Z"],
    [-1_000n, "1969-12-31T23:59:59.999999Z"],
    [-1_000_000_000n, "1969-12-31T23:59:59.000000Z"],
    [-1_000_001_000n, "1969-12-31T23:59:58.999999Z"],
    [-62_135_596_800_000_000_000n, "0001-01-01T00:00:00.000000Z"],
    [253_402_300_799_999_999_000n, "9999-12-31T23:59:59.999999Z"]
  ])("%i ns is written %s", (nanos, text) => {
    expect(Text.timestamp(nanos)).toBe(text)
    expect(Schema.is(Text.Timestamp)(text)).toBe(true)
  })

  test("is written as the calendar has it, where a double holds its microseconds and where it does not", () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER)
    for (const from of [-most, -1_000_000n, 0n, 1_763_719_207_000_000n, most]) {
      for (let micros = from - 3n; micros <= from + 3_000_003n; micros += 333_333n) {
        const below = ((micros % 1000n) + 1000n) % 1000n
        const millis = new Date(Number((micros - below) / 1000n)).toISOString().slice(0, -1)
        expect(Text.timestamp(micros * 1000n)).toBe(`${millis}${String(below).padStart(3, "0")}Z`)
      }
    }
  })

  test("below a microsecond goes back in time, never forward, before 1970 too", () => {
    expect(Text.timestamp(-1n) <= "1970-01-01T00:00:00.000000Z").toBe(true)
    expect(Text.timestamp(-1_001n) <= Text.timestamp(-1_000n)).toBe(true)
  })
})
