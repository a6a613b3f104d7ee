/**
 * Lists that are read from several pages: the services know no greatest length of a list, and a server does.
 *
 * @internal
 */
import { Lists } from "@emend/domain"
import { HistoryCursor, maxSkip } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import type { Given } from "./Client.ts"

/** A page that is asked for: its greatest length, and where it begins, by its number or behind an entry. */
export interface Page<Entry> {
  readonly after: Entry | undefined
  readonly limit: number
}

/** Reads pages until there are as many entries as are asked for, or no more. At least one page is read. */
export const collect = Effect.fnUntraced(function*<Entry, E>(
  { limit: most, maximum, skip = 0 }: { readonly limit: number; readonly maximum: number; readonly skip?: number },
  ask: (page: Page<Entry>) => Effect.Effect<Given<ReadonlyArray<Entry>>, E>
): Effect.fn.Return<ReadonlyArray<Entry>, E> {
  const limit = Lists.whole(most)
  const kept: Array<Entry> = []
  let left = Lists.whole(skip)
  let after: Entry | undefined
  while (true) {
    const missing = Math.max(1, left + limit - kept.length)
    const { more, value } = yield* ask({ after, limit: Math.min(maximum, missing) })
    for (const entry of value.slice(left)) if (kept.length < limit) kept.push(entry)
    left = Math.max(0, left - value.length)
    after = value.at(-1)
    if (!more || after === undefined || kept.length >= limit) return kept
  }
})

/** How many entries a page of each sort of list may have. */
export const maxima = { list: 1_000, agents: 100, history: 100 } as const

/** How a list is paged on the wire: whether by number too, and the greatest length of a page. */
export interface Paging {
  readonly maximum: number
  readonly numbered?: boolean
}

/** Where a page of a list begins, and its length. */
export interface Asking {
  readonly cursor?: string | undefined
  readonly page_number?: number
  readonly limit: number
}

/** Reads the part of a list that a range names, along the cursors of its entries. */
export const range = <Entry extends { readonly cursor: string }, E>(
  { cursor, limit: most = 50, skip: least = 0 }: Lists.Range,
  { maximum, numbered = false }: Paging,
  ask: (asking: Asking) => Effect.Effect<Given<ReadonlyArray<Entry>>, E>
): Effect.Effect<ReadonlyArray<Entry>, E> => {
  const [limit, skip] = [Lists.whole(most), Lists.whole(least)]
  // A page by number leaves out a multiple of its length.
  const jump = numbered ? Math.min(skip, maxSkip) : 0
  const stride = divisor(jump, Math.min(maximum, Math.max(1, limit)))
  return collect<Entry, E>({ limit, skip: skip - jump, maximum }, (page) =>
    page.after === undefined && jump > 0
      ? ask({ cursor, limit: stride, page_number: jump / stride + 1 })
      : ask({ cursor: page.after?.cursor ?? cursor, limit: page.limit }))
}

const divisor = (of: number, atMost: number): number => {
  let found = Math.max(1, Math.min(of, atMost))
  while (of % found !== 0) found--
  return found
}

/** The place in a history below a version, as the wire writes it; any place above the newest is the beginning. */
export const below = (version: number | undefined): string | undefined =>
  version === undefined
    ? undefined
    : HistoryCursor.below(Math.min(Math.max(1, Lists.whole(Math.ceil(version))), 9_999_999_999))

/** The parts of a query that are said. */
export const stated = ({ cursor, limit, page_number }: Asking) => ({
  limit,
  ...(cursor === undefined ? undefined : { cursor }),
  ...(page_number === undefined ? undefined : { page_number })
})
