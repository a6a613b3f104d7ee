/**
 * Lists of any length, for programs that know promises and not Effect: `for await` goes from page to page by itself.
 *
 * @since 0.1.0
 */
import { whole } from "../Lists.ts"

/**
 * How many entries are asked for at a time: 100 unless said, and 1 at least.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stride {
  readonly pageSize?: number
}

/**
 * Walks a list whose entries have cursors, given what reads a part of it. The first page is asked for when the walk
 * begins, and the next one when it is wanted; leaving the loop ends it.
 *
 * @example
 * import { Walk } from "@emend/domain/promise"
 *
 * const all = ["a", "b", "c"].map((id, n) => ({ id, cursor: String(n + 1) }))
 * const list = async ({ cursor = "0", limit = 50 }) => all.slice(Number(cursor), Number(cursor) + limit)
 * const ids = []
 * for await (const { id } of Walk.list((range) => list(range), { pageSize: 2 })) ids.push(id)
 * ids // => ["a", "b", "c"]
 *
 * @category walks
 * @since 0.1.0
 */
export const list = <Entry extends { readonly cursor: string }>(
  page: (range: { readonly cursor?: string; readonly limit: number }) => Promise<ReadonlyArray<Entry>>,
  stride?: Stride
): AsyncGenerator<Entry, void> =>
  walk<Entry>((after, limit) => page({ limit, ...(after && { cursor: after.cursor }) }), stride)

/**
 * Walks a history, or the activations of an agent, newest first, given what reads a part of it.
 *
 * @category walks
 * @since 0.1.0
 */
export const history = <Entry extends { readonly version: number }>(
  page: (range: { readonly before?: number; readonly limit: number }) => Promise<ReadonlyArray<Entry>>,
  stride?: Stride
): AsyncGenerator<Entry, void> =>
  walk<Entry>((after, limit) => page({ limit, ...(after && { before: after.version }) }), stride)

/**
 * Walks the events of a task for an agent, oldest first, given what reads a part of them.
 *
 * @category walks
 * @since 0.1.0
 */
export const events = <Entry extends { readonly id: string }>(
  page: (range: { readonly last_processed_event_id?: string; readonly limit: number }) => Promise<ReadonlyArray<Entry>>,
  stride?: Stride
): AsyncGenerator<Entry, void> =>
  walk<Entry>((after, limit) => page({ limit, ...(after && { last_processed_event_id: after.id }) }), stride)

/** A page that is not full is the last one. */
const walk = async function*<Entry>(
  page: (after: Entry | undefined, limit: number) => Promise<ReadonlyArray<Entry>>,
  { pageSize = 100 }: Stride = {}
): AsyncGenerator<Entry, void> {
  const limit = Math.max(1, whole(pageSize))
  for (let after: Entry | undefined;;) {
    const entries = await page(after, limit)
    yield* entries
    if (entries.length < limit) return
    after = entries.at(-1)
  }
}
