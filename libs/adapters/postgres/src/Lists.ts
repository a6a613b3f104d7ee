/**
 * Which index serves a list, and what else has to be looked at.
 *
 * @internal
 */
import type { RecordStore } from "@emend/domain"
import * as Filters from "./Filters.ts"
import type { Relation } from "./Relation.ts"

/** How many rows of an index are read in order, for each row of a page, before a page is put together otherwise. */
export const window = 20

/** A filter in two parts: what the index of the list looks up, and what has to be looked at row by row. */
interface Split {
  readonly index: RecordStore.Filter
  readonly filter: RecordStore.Filter
}

/** Splits the filter of a query by the index that looks up most of it and has its order. */
export const split = (relation: Relation, query: RecordStore.Query): Split => {
  const { contains, referred, refers, where = {} } = query
  const fields = lookedUp(relation, query) ?? []
  const part = (isIn: boolean) =>
    Object.fromEntries(Object.entries(where).filter(([field]) => fields.includes(field) === isIn))
  return {
    index: { where: part(true) },
    filter: {
      where: part(false),
      ...(contains === undefined ? undefined : { contains }),
      ...(refers === undefined ? undefined : { refers }),
      ...(referred === undefined ? undefined : { referred })
    }
  }
}

/**
 * Tells whether a query asks for a page of a list that has indexes: not for records whose values belong to few, nor for
 * everything.
 */
const isPage = (relation: Relation, query: RecordStore.Query): boolean => {
  const { limit, where = {} } = query
  if ((relation.table.lists ?? []).length === 0 || !Number.isSafeInteger(limit) || query.deleted) return false
  const unique = [["id"], ...(relation.kind.unique ?? []).map(({ fields }) => fields)]
  return !unique.some((fields) => fields.every((field) => Object.hasOwn(where, field)))
}

/** Tells whether it hangs on the values asked for which index a page is read from. */
export const isFiltered = (relation: Relation, query: RecordStore.Query): boolean =>
  isPage(relation, query) && Object.keys(query.where ?? {}).length > 0

/** Tells whether a page is looked for in a part of its list first, because no index looks all of its filter up. */
export const isWindowed = (relation: Relation, query: RecordStore.Query): boolean => {
  const fields = isPage(relation, query) ? lookedUp(relation, query) : undefined
  if (fields === undefined) return false
  const { contains = {}, referred = [], refers = {}, where = {} } = query
  return Object.keys(where).some((field) => !fields.includes(field)) ||
    [contains, refers].some((part) => Object.keys(part).length > 0) || referred.length > 0 ||
    !isOfLiving(relation, query)
}

/** Where the records of a page stand in order, and under which of these conditions on its rows `t`. */
interface Beside {
  readonly name: string
  readonly lookups: ReadonlyArray<string>
  /** The filter without what is looked up. */
  readonly filter: RecordStore.Filter
}

/**
 * The side table from which a page is read: the first that knows something of the filter, where the order is that of
 * creation. `undefined` where there is none.
 */
export const beside = (
  { table }: Relation,
  query: RecordStore.Query,
  parameters: Filters.Parameters
): Beside | undefined => {
  const { contains, order = [], referred, refers, where } = query
  const [first, ...rest] = order.map(({ field }) => field).filter((field) => !isOne(query, field))
  if (first !== "created_at" || rest.length > 0) return undefined
  const filter = {
    ...(where && { where }),
    ...(contains && { contains }),
    ...(refers && { refers }),
    ...(referred && { referred })
  }
  for (const { column, holds, name } of table.sides ?? []) {
    const found = referred?.find((other) =>
      other.kind === holds.kind && other.by === holds.by && Object.keys(other.where ?? {}).join() === column &&
      other.contains === undefined && other.refers === undefined && other.referred === undefined
    )
    const values = found?.where?.[column]?.filter((value) => typeof value === "string") ?? []
    if (values.length === 0) continue
    return {
      name,
      lookups: values.map((value) => `t.${column} = ${Filters.bind(parameters, value, "text")}`),
      filter: { ...filter, referred: referred!.filter((other) => other !== found) }
    }
  }
  return undefined
}

/** Tells whether the index of a list has living records only: the one of the ids has all. */
export const isOfLiving = (relation: Relation, query: RecordStore.Query): boolean =>
  relation.kind.tombstone === undefined || (query.order ?? []).some(({ field }) => field !== "id") ||
  (lookedUp(relation, query) ?? []).length > 0

/** Tells whether a query asks for one value of a field. */
export const isOne = ({ where = {} }: RecordStore.Query, field: string): boolean =>
  Object.hasOwn(where, field) && where[field]!.length === 1

/** The fields whose values the best index for a list looks up; undefined where none has its order. */
const lookedUp = ({ table }: Relation, query: RecordStore.Query): ReadonlyArray<string> | undefined => {
  const order = (query.order ?? []).map(({ field }) => field).filter((field) => !isOne(query, field))
  const keys = [...new Set([...order, "id"])]
  return [["id"], ...(table.lists ?? [])]
    .map((fields) => [fields.slice(0, -keys.length), fields.slice(-keys.length)] as const)
    .filter(([prefix, rest]) => rest.join() === keys.join() && prefix.every((field) => isOne(query, field)))
    .map(([prefix]) => prefix)
    .sort((a, b) => b.length - a.length)[0]
}
