/**
 * Pages of long lists, bounded in entries and in bytes.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

/**
 * The entries of a page as JSON text, the last of them, and whether the list may go on after it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page<Entry> {
  readonly text: string
  readonly last: Entry | undefined
  readonly more: boolean
}

/**
 * How many bytes of JSON the entries of a page have at most; one entry alone may have more.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxBytes = 4 * 1_048_576

/**
 * How many pages of a process are filled at once; others wait. While it is filled a page may need several times the room
 * that its text takes, and more pages at once are not filled faster: what fills them is one processor.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxFilling = 8

/** From as many bytes on a page takes so long to write that others should be let in between. */
const largeBytes = 262_144

const places = Semaphore.makeUnsafe(maxFilling)

/**
 * Fills a page: at most `limit` entries and {@link maxBytes} bytes, and at least one entry where there is any. `read`
 * gives at most the number of entries asked for, from after the entry given: `first` at first (default 2), as long as
 * there is room eight times as many each time, and never more than `step` nor more than should find room, if they are as
 * large as those before, so that no more than these wait in memory for their place. The last read asks for one entry
 * more, which tells whether there is a next page.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fill = <Entry, E>(
  asked: Asked,
  read: (after: Entry | undefined, count: number) => Effect.Effect<ReadonlyArray<Entry>, E>,
  write: (entry: Entry) => unknown
): Effect.Effect<Page<Entry>, E> =>
  places.withPermit(
    // What is read and written of a large page is let go of before the next one begins.
    Effect.tap(filled(asked, read, write), ({ text }) => text.length > largeBytes ? Effect.yieldNow : Effect.void)
  )

/** How many entries to read at first, in all, and at once. */
interface Asked {
  readonly first?: number
  readonly limit: number
  readonly step: number
}

const filled = Effect.fnUntraced(function*<Entry, E>(
  { first = 2, limit, step }: Asked,
  read: (after: Entry | undefined, count: number) => Effect.Effect<ReadonlyArray<Entry>, E>,
  write: (entry: Entry) => unknown
): Effect.fn.Return<Page<Entry>, E> {
  const texts: Array<string> = []
  let bytes = 0
  let next = Math.min(first, step)
  let last: Entry | undefined
  const page = (more: boolean): Page<Entry> => ({ text: `[${texts.join(",")}]`, last, more })
  while (true) {
    const room = texts.length === 0 ? Infinity : Math.ceil((maxBytes - bytes) / (bytes / texts.length)) + 1
    const count = Math.min(next, limit + 1 - texts.length, room)
    next = Math.min(8 * next, step)
    // What takes long to write lets others in between: a store that answers at once would keep the process to itself.
    if (bytes > largeBytes) yield* Effect.yieldNow
    const entries = yield* read(last, count)
    for (const entry of entries) {
      const text = JSON.stringify(write(entry))
      bytes += utf8.encode(text).length
      if (texts.length === limit || (bytes > maxBytes && texts.length > 0)) return page(true)
      texts.push(text)
      last = entry
    }
    if (entries.length < count) return page(false)
  }
})

const utf8 = new TextEncoder()
