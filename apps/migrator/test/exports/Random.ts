/** Values by chance, the same for the same seed, and as awkward as real ones. */

export interface Random {
  /** A number from 0 to below `below`. */
  readonly below: (below: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  /** True once in so many times. */
  readonly once: (inSoMany: number) => boolean
  readonly text: () => string
  readonly json: (depth?: number) => unknown
  readonly object: () => Readonly<Record<string, unknown>>
  readonly uuid: () => string
  /** A moment with microseconds; later ones for larger numbers. */
  readonly moment: (number: number) => string
}

const texts = [
  "a",
  "",
  "null",
  "__proto__",
  "'; DROP TABLE tasks; --",
  "\\N",
  "\\.",
  "tab\there, line\nbreak, return\r, quote\" and \\backslash\\",
  "\u{1f469}\u200d\u{1f680} e\u0301 \ufdfd \u{10ffff}",
  "Z\u0300\u0301\u0302 algo \u202eright to left\u202c",
  "summarise the attached report and list what changed since last week"
]
const numbers = [0, 1, -1, 0.1, 1e21, 1e-7, -1.5e300, 5e-324, Number.MAX_SAFE_INTEGER, 12.5]
const keys = ["a", "b", "model", "__proto__", "constructor", "", "c/~d", "\u{1d54f}\u00e9", "\ufdfd"]

export const make = (seed: number): Random => {
  let a = seed >>> 0
  // Mulberry32.
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (most: number) => Math.floor(next() * most)
  const pick = <A>(from: ReadonlyArray<A>): A => from[below(from.length)]!
  const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join("")
  const random: Random = {
    below,
    pick,
    once: (inSoMany) => below(inSoMany) === 0,
    text: () => random.once(200) ? "long ".repeat(2000) : pick(texts),
    json: (depth = 3) => {
      switch (below(depth === 0 ? 4 : 6)) {
        case 0:
          return null
        case 1:
          return random.once(2)
        case 2:
          return pick(numbers)
        case 3:
          return random.text()
        case 4:
          return Array.from({ length: below(4) }, () => random.json(depth - 1))
        default:
          return Object.fromEntries(Array.from({ length: below(4) }, () => [pick(keys), random.json(depth - 1)]))
      }
    },
    object: () => Object.fromEntries(Array.from({ length: below(5) }, () => [pick(keys), random.json()])),
    uuid: () => `${hex(8)}-${hex(4)}-7${hex(3)}-a${hex(3)}-${hex(12)}`,
    moment: (number) => {
      if (random.once(500)) return pick(["0001-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999999Z"])
      const seconds = new Date(1_700_000_000_000 + number * 1000).toISOString().slice(0, 19)
      return `${seconds}.${String(below(1_000_000)).padStart(6, "0")}Z`
    }
  }
  return random
}

/** An id of any length and script, never the same for two numbers. */
export const idOf = (random: Random, prefix: string, number: number): string => {
  const plain = `${prefix}-${number}`
  switch (random.below(12)) {
    case 0:
      return `\u{1d54f}${plain}`
    case 1:
      return `\uffee${plain}`
    case 2:
      return `${plain}${"x".repeat(255 - plain.length)}`
    case 3:
      return `${plain} '"\\`
    default:
      return plain
  }
}
