/**
 * What of an item is sent as JSON, encoded once: before it joins others, so that what JSON cannot write fails alone, and what
 * it weighs is known.
 *
 * @since 0.1.0
 */
import type { Memo } from "@emend/domain"

/**
 * The JSON of an item, as it is sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Encoded {
  /** The patch in normal form, the state, or the content. */
  readonly json: string
  /** What else it asks for; null is nothing. */
  readonly more: string | null
  /** Of its memo, if it has one. */
  readonly note: string | null
}

/**
 * Encodes. What JSON cannot write is a `TypeError`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (json: unknown, more: unknown, memo: Memo.Memo | undefined): Encoded => ({
  json: JSON.stringify(json),
  more: more === null ? null : JSON.stringify(more),
  // As its text, JSON holds what a database's text does not.
  note: memo === undefined ? null : JSON.stringify(memo.note)
})

/**
 * In copies that nobody else has, so that what is kept is never of something that changed meanwhile, and hidden, so that no
 * copy of a copy takes it along. In a `WeakMap` it would stay until all garbage is collected, when nobody has the copy any more.
 */
const kept = Symbol("@emend/postgres/Encoded")

interface Kept {
  readonly [kept]?: Encoded
}

/**
 * Gives a copy of an item for which is kept what is encoded of it now.
 *
 * @category operations
 * @since 0.1.0
 */
export const keep = <Item extends object>(item: Item, encode: (item: Item) => Encoded): Item => {
  const copy = { ...item }
  return Object.defineProperty(copy, kept, { value: encode(copy), enumerable: false })
}

/**
 * Gives what is kept for an item, or encodes it. It must be kept and asked for by the same `encode`.
 *
 * @category operations
 * @since 0.1.0
 */
export const of = <Item extends object, Made extends Encoded>(item: Item, encode: (item: Item) => Made): Made =>
  ((item as Kept)[kept] as Made | undefined) ?? encode(item)

/**
 * How many characters the JSON has that is kept for an item: 0 where none is.
 *
 * @category queries
 * @since 0.1.0
 */
export const weight = (item: object): number => {
  const encoded = (item as Kept)[kept]
  if (encoded === undefined) return 0
  const { json, more, note } = encoded
  return json.length + (more?.length ?? 0) + (note?.length ?? 0)
}
