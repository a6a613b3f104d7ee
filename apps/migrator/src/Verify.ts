/**
 * The comparison of two stores.
 *
 * @since 0.1.0
 */
import type { RecordArchive, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as ArchiveLine from "./ArchiveLine.ts"
import { codes, type Ending } from "./Ending.ts"
import * as Progress from "./Progress.ts"
import * as Source from "./Source.ts"

/**
 * A record that the two stores do not have alike.
 *
 * @category models
 * @since 0.1.0
 */
export interface Difference {
  readonly kind: string
  readonly tenant: string
  readonly id: string
  readonly found: "only in --from" | "only in --to" | "different"
  /** Which parts of it differ. */
  readonly parts?: ReadonlyArray<string>
}

/**
 * So many records, next to each other in the order of keys, have one hash, if they are not {@link rangeLength} before.
 *
 * @category limits
 * @since 0.1.0
 */
export const rangeSize = 1000

/**
 * So many characters of records have one hash, however few they are.
 *
 * @category limits
 * @since 0.1.0
 */
export const rangeLength = Source.pageBytes

/**
 * How many differences a summary holds as data; all are counted, and all are told in words.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxListed = 10_000

/**
 * Compares everything that two sources give, by the SHA-256 of the canonical text of each range of records with their
 * histories, and where those differ record by record.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = (
  from: Source.Pull,
  to: Source.Pull,
  onDifference: (difference: Difference) => void = () => {}
): Effect.Effect<Ending, Source.Failure> =>
  Effect.scoped(Effect.gen(function*() {
    const [left, right] = [cursor(from), cursor(to)]
    const listed: Array<Difference> = []
    let [records, ranges, unequal, differences] = [0, 0, 0, 0]
    yield* Progress.show("compared", () => ({ records }))
    const tell = (difference: Difference) => {
      differences++
      if (listed.length < maxListed) listed.push(difference)
      onDifference(difference)
    }
    while (true) {
      // A range ends at the key where the shorter of its two sides does.
      const [a, b] = [yield* left.some, yield* right.some]
      if (a.length === 0 && b.length === 0) break
      const end = [a.at(-1), b.at(-1)].filter((record) => record !== undefined)
        .sort((x, y) => Source.compare(x.key, y.key))[0]!
      const [mine, theirs] = [left.take(end.key), right.take(end.key)]
      ranges++
      if (digest(mine) === digest(theirs)) {
        records += mine.length
        continue
      }
      records += new Set([...mine, ...theirs].map(({ key: { id, kind, tenant } }) =>
        JSON.stringify([kind, tenant, id])
      ))
        .size
      unequal++
      for (const difference of differing(mine, theirs)) tell(difference)
    }
    return {
      code: differences === 0 ? codes.clean : codes.left,
      lines: [
        `${records} records in ${ranges} ranges compared: ${
          differences === 0 ? "no difference" : `${differences} differences, in ${unequal} ranges`
        }`
      ],
      data: { records, ranges, unequalRanges: unequal, differences, listed }
    }
  }))

/** A record as its canonical text. */
interface Line {
  readonly key: RecordStore.RecordKey
  readonly text: string
}

type Lines = ReadonlyArray<Line>

/** Holds a range of a source ahead. */
const cursor = (pull: Source.Pull) => {
  let held: Array<Line> = []
  let length = 0
  let ended = false
  return {
    some: Effect.gen(function*() {
      while (!ended && held.length < rangeSize && length < rangeLength) {
        const next = yield* pull
        if (next.length === 0) ended = true
        for (const record of next) {
          const line = { key: record.key, text: ArchiveLine.write(record) }
          held.push(line)
          length += line.text.length
        }
      }
      return held.slice(0, rangeSize) as Lines
    }),
    /** Takes what is not behind a key. */
    take: (end: RecordStore.RecordKey): Lines => {
      const behind = held.findIndex(({ key }) => Source.compare(key, end) > 0)
      const taken = behind === -1 ? held : held.slice(0, behind)
      held = behind === -1 ? [] : held.slice(behind)
      for (const { text } of taken) length -= text.length
      return taken
    }
  }
}

const digest = (lines: Lines): string => {
  const hash = createHash("sha256")
  for (const { text } of lines) hash.update(text).update("\n")
  return hash.digest("hex")
}

function* differing(mine: Lines, theirs: Lines): Generator<Difference> {
  let [i, j] = [0, 0]
  while (i < mine.length || j < theirs.length) {
    const [a, b] = [mine[i], theirs[j]]
    const order = a === undefined ? 1 : b === undefined ? -1 : Source.compare(a.key, b.key)
    if (order < 0) yield { ...a!.key, found: "only in --from" }
    else if (order > 0) yield { ...b!.key, found: "only in --to" }
    else if (a!.text !== b!.text) {
      const [one, other] = [ArchiveLine.ofWritten(a!.text), ArchiveLine.ofWritten(b!.text)]
      const alone = (record: RecordArchive.Archived, part: keyof typeof blank) =>
        ArchiveLine.write({ ...record, ...blank, [part]: record[part] })
      const parts = parted.filter((part) => alone(one, part) !== alone(other, part))
      yield { ...a!.key, found: "different", parts }
    }
    if (order <= 0) i++
    if (order >= 0) j++
  }
}

const blank = { version: 1, state: {}, history: [], snapshots: [] }
const parted = ["version", "state", "history", "snapshots"] as const
