import { expect, test } from "vitest"
import * as Splitter from "../src/Splitter.ts"

const lines = [
  `{"a":1}`,
  "",
  "  \t",
  `{"b":"\u00e9\u{1f469}"}\r`,
  Buffer.from([0x7b, 0xc3, 0x28, 0x7d]),
  "x".repeat(40),
  `\u00e9`.repeat(11),
  Buffer.from([0xf0, 0x9f]),
  `{"c":3}`,
  "",
  "the last"
]
const bytes = Buffer.concat(
  lines.flatMap((line, i) => i === 0 ? [Buffer.from(line)] : [Buffer.from("\n"), Buffer.from(line)])
)

const told = (piece: Splitter.Piece): string => "flaw" in piece ? piece.flaw : ""

/** What comes out of chunks of so many bytes: each line with its text, or with what is wrong. */
const split = (size: number, maxBytes: number): ReadonlyArray<readonly [line: number, told: string]> => {
  const splitter = Splitter.lines(maxBytes)
  const out: Array<Splitter.Piece> = []
  for (let from = 0; from < bytes.length; from += size) out.push(...splitter.feed(bytes.subarray(from, from + size)))
  return [...out, ...splitter.end()].map((piece) => [piece.line, "text" in piece ? piece.text : told(piece)])
}

test("lines come out the same in whatever pieces their bytes come in", () => {
  for (const maxBytes of [4, 8, 22, 1000]) {
    const one = split(1, maxBytes)
    expect(one.map(([line]) => line)).toEqual([1, 4, 5, 6, 7, 8, 9, 11])
    for (let size = 2; size <= bytes.length; size++) expect(split(size, maxBytes), `${size}`).toEqual(one)
  }
  expect(split(bytes.length, 22)).toEqual([
    [1, `{"a":1}`],
    [4, `{"b":"\u00e9\u{1f469}"}`],
    [5, "The record is not valid UTF-8"],
    [6, "The record has 40 bytes, more than the limit of 22"],
    [7, `\u00e9`.repeat(11)],
    [8, "The record is not valid UTF-8"],
    [9, `{"c":3}`],
    [11, "the last"]
  ])
})
