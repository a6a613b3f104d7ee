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

/** What comes out of chunks of so many bytes. */
const split = (size: number, maxBytes: number): ReadonlyArray<Splitter.Piece> => {
  const splitter = Splitter.lines(maxBytes)
  const out: Array<Splitter.Piece> = []
  for (let from = 0; from < bytes.length; from += size) out.push(...splitter.feed(bytes.subarray(from, from + size)))
  return [...out, ...splitter.end()]
}

test("lines come out the same in whatever pieces their bytes come in", () => {
  for (const maxBytes of [4, 8, 22, 1000]) {
    const one = split(1, maxBytes)
    expect(one.map(({ line }) => line)).toEqual([1, 4, 5, 6, 7, 8, 9, 11])
    for (let size = 2; size <= bytes.length; size++) expect(split(size, maxBytes), `${size}`).toEqual(one)
  }
  expect(split(bytes.length, 22).map((piece) => "text" in piece ? piece.text : (piece as { flaw: string }).flaw))
    .toEqual([
      `{"a":1}`,
      `{"b":"\u00e9\u{1f469}"}`,
      "The record is not valid UTF-8",
      "The record has 40 bytes, more than the limit of 22",
      `\u00e9`.repeat(11),
      "The record is not valid UTF-8",
      `{"c":3}`,
      "the last"
    ])
})
