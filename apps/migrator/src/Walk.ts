/**
 * The walk of a server's list, such that nothing is missing in the end.
 *
 * @since 0.1.0
 */
import type { Asking } from "./Asking.ts"
import { InputFailed } from "./Input.ts"
import type { Shelf } from "./Shelf.ts"

type Json = any

/**
 * How often a list without cursors is walked at most.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxWalks = 10

/**
 * How many records are asked for, and told, at once.
 *
 * @category limits
 * @since 0.1.0
 */
export const pageSize = 100

/**
 * What is done on the way.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly ask: Asking
  /** Keeps the ids of lists that are walked more than once. */
  readonly shelf: Shelf
  /** Whether every list is known to have cursors. */
  readonly hasCursors: boolean
  /** Is told how it was made sure that nothing is missing. */
  readonly tell: (sentence: string) => void
}

/**
 * Gives the ids of a list in parts. One that leads on by `Link: rel="next"` is followed once, as its cursors neither skip
 * nor repeat; `onItem` sees its entries.
 *
 * One that is paged by numbers may skip what moves between its pages. It is walked again, each time with pages of another
 * size, so that what moves over the end of a page is not at the end of one again: until a walk gives just what the one
 * before gave, or two walks in a row give nothing that is new. Then what any walk gave is in the list.
 *
 * @category operations
 * @since 0.1.0
 */
export async function* ids(
  options: Options,
  path: string,
  what: string,
  onItem: (item: Json) => void = () => {}
): AsyncGenerator<ReadonlyArray<string>> {
  const { ask, hasCursors, shelf, tell } = options
  const first = await ask.page(sized(path, pageSize), "whole")
  // A page that is not full has no next one, with cursors as well.
  if (hasCursors || first.next !== undefined || (ask.hasLinks() && first.items.length < pageSize)) {
    let count = 0
    for (let { items, next } = first;; { items, next } = await ask.page(next, "whole")) {
      items.forEach(onItem)
      count += items.length
      if (items.length > 0) yield items.map(idOf)
      if (next === undefined) break
    }
    return tell(`${what}: ${count} by cursors, which neither skip nor repeat`)
  }
  shelf.forget(path)
  try {
    tell(`${what}: ${await numbered(options, path, first.items)}`)
    yield* parts(shelf, path)
  } finally {
    shelf.forget(path)
  }
}

/**
 * Gives the names of a list of a shelf in parts.
 *
 * @category operations
 * @since 0.1.0
 */
export function* parts(shelf: Shelf, list: string): Generator<ReadonlyArray<string>> {
  let after = ""
  while (true) {
    const part = shelf.names(list, after, pageSize)
    if (part.length === 0) return
    yield part
    after = part.at(-1)!
  }
}

const idOf = (item: Json): string => item.state?.id ?? item.id

const sized = (path: string, size: number): string => `${path}${path.includes("?") ? "&" : "?"}limit=${size}`

/** Walks a list until it is sure; says what was found and how. */
const numbered = async (options: Options, path: string, first: ReadonlyArray<Json>): Promise<string> => {
  let [known, before, quiet] = [0, -1, false]
  for (let walk = 1; walk <= maxWalks; walk++) {
    const { count, fresh, still } = await once(options, path, walk, walk === 1 ? first : undefined)
    known += fresh
    if (fresh === 0 && count === before && still === count) {
      return `${count} by page numbers, the same in two walks in a row, of ${walk}`
    }
    if (walk > 1 && fresh === 0 && quiet) {
      return `${known} by page numbers, in ${walk} walks together, the last two of which gave nothing new`
    }
    quiet = walk > 1 && fresh === 0
    before = count
  }
  throw new InputFailed({
    message: `The list ${path} had something new at each of ${maxWalks} walks: copy while fewer records are made`
  })
}

/** Counts what a walk gives: all, what no walk gave before, and what the last one gave too. */
const once = async ({ ask, shelf }: Options, path: string, walk: number, first?: ReadonlyArray<Json>) => {
  const found = { count: 0, fresh: 0, still: 0 }
  const add = (items: ReadonlyArray<Json>): boolean => {
    const known = found.count
    for (const item of items) {
      const before = shelf.mark(path, idOf(item), walk)
      if (before === walk) continue
      found.count++
      if (before === undefined) found.fresh++
      else if (before === walk - 1) found.still++
    }
    return found.count > known
  }
  const size = pageSize - 7 * ((walk - 1) % 4)
  let items = first ?? (await ask.page(sized(path, size), "whole")).items
  add(items)
  let isRepeating = false
  for (let number = 2; items.length > 0; number++) {
    const before = items
    ;({ items } = await ask.page(`${sized(path, size)}&page_number=${number}`, "whole"))
    // A server that knows no numbers, or stays at its last page, gives the same again.
    if (items.length === before.length && items.every((item, i) => idOf(item) === idOf(before[i]))) break
    const isNew = add(items)
    if (!isNew && isRepeating) break
    isRepeating = !isNew
  }
  return found
}
