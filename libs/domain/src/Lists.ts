/**
 * Lists of records, page by page.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Caller } from "./Caller.ts"
import type { RecordKind } from "./RecordKind.ts"
import type { Saved } from "./Records.ts"
import type { Filter, Place, Query, RecordStore, StoreUnavailable, Value } from "./RecordStore.ts"
import { CursorMalformed } from "./Refusals.ts"
import type { Row } from "./Revision.ts"
import { Text } from "./Text.ts"

/**
 * A direction of an order.
 *
 * @category models
 * @since 0.1.0
 */
export type Direction = "asc" | "desc"

/**
 * Which part of a list is asked for: at most `limit` records (default 50), from behind the one that gave the cursor,
 * with `skip` records left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Range {
  readonly cursor?: string | undefined
  readonly skip?: number | undefined
  readonly limit?: number | undefined
}

/**
 * A record of a list. With its cursor the same list, of any length, goes on behind it. Fewer records than were asked
 * for are the end of the list.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listed<S> extends Saved<S> {
  readonly cursor: string
}

/**
 * What a list can be refused for.
 *
 * @category errors
 * @since 0.1.0
 */
export type ListRefusal = CursorMalformed | StoreUnavailable

/**
 * How many records a page has when nobody says.
 *
 * @category limits
 * @since 0.1.0
 */
export const defaultLimit = 50

/**
 * Gives a number of records as one that can be counted: whole, rounded down, and not below 0. What is no number is none;
 * `Infinity` stays, for all there are.
 *
 * @category conversions
 * @since 0.1.0
 */
export const whole = (count: number): number => Math.max(0, Math.floor(count) || 0)

/**
 * Which records a list has, and in which order: by the fields named, at least one, then by the id, in one direction.
 *
 * @category models
 * @since 0.1.0
 */
export interface Selection {
  readonly filter: Filter
  /** The same filter in a form that a store answers faster, where what it refers to was looked up. */
  readonly resolved?: Filter
  readonly by: ReadonlyArray<string>
  readonly direction: Direction
  /** The fields that are given; all without it. Those of the order are among them. */
  readonly fields?: ReadonlyArray<string>
}

/**
 * Lists the records of a kind.
 *
 * A list whose order hangs on values that no update changes gives every record that is in it all the time once, whatever
 * else changes between two pages. In the order of the last change it gives every record that does not change meanwhile
 * once, and none twice: one that changes becomes the newest, which is behind the end or, in descending order, before the
 * pages already read, so that this walk may miss it. In the order of another value a record that keeps its value is given
 * once; one whose value changes comes where its value at the time of the page puts it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <S>(store: RecordStore["Service"], recordKind: RecordKind) =>
  Effect.fnUntraced(function*(
    selection: Selection,
    { cursor, limit = defaultLimit, skip }: Range
  ): Effect.fn.Return<ReadonlyArray<Listed<S>>, ListRefusal> {
    const { tenant } = yield* Caller
    const name = nameOf(queryOf(recordKind, tenant, selection))
    const { filter, resolved = filter } = selection
    const query = queryOf(recordKind, tenant, { ...selection, filter: resolved })
    const from = cursor === undefined ? undefined : yield* Effect.fromResult(read(recordKind, selection, name, cursor))
    const end = from === undefined ? yield* endOf(store, recordKind, selection, query) : from.end
    const found = yield* store.find({
      ...query,
      limit: whole(limit),
      ...(selection.fields === undefined ? undefined : { fields: selection.fields }),
      ...(from === undefined ? undefined : { after: from.after }),
      ...(skip === undefined ? undefined : { skip: whole(skip) })
    })
    const within = end === undefined ? found : found.filter(({ state }) => !isBehind(placeOf(selection, state), end))
    return within.map(({ state, version }) => ({
      version,
      state: state as S,
      cursor: write(name, { after: placeOf(selection, state), ...(end === undefined ? undefined : { end }) })
    }))
  })

/**
 * Makes what a filter says of the fields that are to have one value; those without are left out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const where = (values: Readonly<Record<string, Value | undefined>>): NonNullable<Filter["where"]> =>
  Object.fromEntries(
    // The name of a list does not hang on the order in which its filters are written.
    Object.keys(values).sort().flatMap((field) => values[field] === undefined ? [] : [[field, [values[field]]]])
  )

interface Position {
  readonly after: Place
  /** Where the list ends: what changed since its first page is behind. */
  readonly end?: Place
}

const queryOf = ({ kind }: RecordKind, tenant: string, { by, direction, filter }: Selection) => ({
  kind: kind.name,
  tenant,
  ...filter,
  order: by.map((field) => ({ field, direction }))
})

/** In the order of their last change, records that change meanwhile go behind the last one that the list had at first. */
const endOf = Effect.fnUntraced(function*(
  store: RecordStore["Service"],
  { touched }: RecordKind,
  selection: Selection,
  query: Omit<Query, "limit">
) {
  if (selection.direction === "desc" || selection.by[0] !== touched) return undefined
  const order = query.order!.map(({ field }) => ({ field, direction: "desc" as const }))
  const [last] = yield* store.find({ ...query, order, fields: [...selection.by, "id"], limit: 1 })
  return last && placeOf(selection, last.state)
})

const placeOf = ({ by }: Selection, state: Row): Place => ({
  values: by.map((field): Value => state[field]),
  id: state["id"]
})

/** Moments are texts whose order is that of the moments, and ids of the same moment only have to end somewhere. */
const isBehind = (place: Place, end: Place): boolean => (place.values[0] as string) > (end.values[0] as string)

/** A short name of a list: a cursor of another list is refused by it. */
const nameOf = ({ tenant: _, ...query }: Omit<Query, "limit">): number => Hash.string(JSON.stringify(query))

const Written = Schema.fromJsonString(
  Schema.Tuple([
    Schema.Int,
    Schema.Array(Schema.Array(Schema.Union([Text, Schema.Finite, Schema.Boolean, Schema.Null])))
  ])
)
const Cursor = Schema.StringFromBase64Url.pipe(Schema.decodeTo(Written))
const decode = Schema.decodeUnknownResult(Cursor)
const encode = Schema.encodeSync(Cursor)

const write = (name: number, { after, end }: Position): string =>
  encode([name, [after, ...(end === undefined ? [] : [end])].map(({ id, values }) => [...values, id])])

/** A cursor that was made up may hold anything: of each place every value has to be one of its field. */
const read = (
  { kind }: RecordKind,
  { by }: Selection,
  name: number,
  cursor: string
): Result.Result<Position, CursorMalformed> => {
  const malformed = Result.fail(new CursorMalformed({ kind: kind.name }))
  const decoded = Result.getOrUndefined(decode(cursor))
  if (decoded === undefined || decoded[0] !== name) return malformed
  const fields = [...by, "id"].map((field) => kind.fields[field])
  const isPlace = (values: ReadonlyArray<Value>) =>
    values.length === fields.length &&
    fields.every(({ nullable, schema }, index) => values[index] === null ? nullable : Schema.is(schema)(values[index]))
  const [after, end] = decoded[1]
  if (after === undefined || decoded[1].length > 2 || !decoded[1].every(isPlace)) return malformed
  const place = (values: ReadonlyArray<Value>): Place => ({ values: values.slice(0, -1), id: String(values.at(-1)) })
  return Result.succeed({ after: place(after), ...(end === undefined ? undefined : { end: place(end) }) })
}
