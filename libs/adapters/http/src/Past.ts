/**
 * The past of records of any kind, read and led back by a server elsewhere.
 *
 * @internal
 */
import type { Records } from "@emend/domain"
import type * as Effect from "effect/Effect"
import type { Given } from "./Client.ts"
import * as Pages from "./Pages.ts"

type Ask = (asked: any) => Effect.Effect<any, any>
type Paged = { readonly page: (asked: any) => Effect.Effect<Given<ReadonlyArray<any>>, any> }

/** Gives the verbs by which a record that a path names is read and led back in time. */
export const make = (
  { diff, get, history, restore, undo }: {
    readonly get: Ask
    readonly diff: Ask
    readonly restore: Ask
    readonly undo: Ask
    readonly history: Paged
  }
) => ({
  at: (params: unknown, version: number) => get({ params, query: { version } }),
  diff: (params: unknown, from: number, to?: number) => diff({ params, query: { from, to } }),
  restore: (params: unknown, version: number, conditions?: Records.Conditions) =>
    restore({ params, payload: { version }, conditions, naming: [...names(params), "version"] }),
  undo: (params: unknown, revision: number, conditions?: Records.Conditions) =>
    undo({ params, payload: { revision }, conditions, naming: [...names(params), "revision"] }),
  history: (params: unknown, page?: Records.HistoryPage) => along(history, params, page)
})

const names = (params: unknown): ReadonlyArray<string> => Object.keys(params as object)

/** Reads entries that have versions, newest first, from below one. */
export const along = (
  { page }: Paged,
  params: unknown,
  { before, limit = 50 }: Records.HistoryPage = {}
): Effect.Effect<ReadonlyArray<any>, any> =>
  Pages.collect<{ readonly version: number }, any>(
    { limit, maximum: Pages.maxima.history },
    ({ after, limit }) => page({ params, query: { limit, cursor: Pages.below(after?.version ?? before) } })
  )
