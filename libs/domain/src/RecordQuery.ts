/**
 * The answers to questions about records, for stores that keep whole states. They are pure, see `RecordWrite`: a store
 * gives what it holds. Each looks at all records of a kind and tenant.
 *
 * A question about a kind or a field that there is not is a defect of who asks, and throws.
 *
 * @since 0.1.0
 */
import { isDeleted } from "./RecordKind.ts"
import * as RecordReach from "./RecordReach.ts"
import type { Count, Filter, Place, Query, Reach, Reached, Selection, Stored, Value } from "./RecordStore.ts"
import type { Holdings } from "./RecordWrite.ts"
import type { Row } from "./Revision.ts"
import { byCodePoint } from "./Text.ts"

type Held = Omit<Holdings, "entry">
type Order = NonNullable<Query["order"]>

/**
 * Gives a page of records.
 *
 * @category queries
 * @since 0.1.0
 */
export const find = (held: Held, query: Query): ReadonlyArray<Stored> => {
  const { after, fields, limit, order: by = [], skip = 0 } = query
  const order: Order = [...by, { field: "id", direction: by.at(-1)?.direction ?? "asc" }]
  for (const field of [...order.map(({ field }) => field), ...(fields ?? [])]) requireField(held, query.kind, field)
  const compare = comparing(order)
  const place = after && placed(order, after)
  return selected(held, query)
    .filter((row) => place === undefined || compare(place, row.state) < 0)
    .sort((a, b) => compare(a.state, b.state))
    .slice(skip, skip + limit)
    .map(({ state, version }) => ({ version, state: fields === undefined ? state : only(fields, state) }))
}

/**
 * Counts records by the values of a field, in the order of the values.
 *
 * @category queries
 * @since 0.1.0
 */
export const count = (held: Held, selection: Selection, field: string): ReadonlyArray<Count> => {
  requireField(held, selection.kind, field)
  const counts = new Map<Value, number>()
  for (const { state: row } of selected(held, selection)) counts.set(row[field], (counts.get(row[field]) ?? 0) + 1)
  const compare = comparing([{ field: "value", direction: "asc" }])
  return [...counts].map(([value, count]) => ({ value, count })).sort(compare)
}

/**
 * Tells what is reached along the records selected.
 *
 * @category queries
 * @since 0.1.0
 */
export const reach = (held: Held, asked: Reach): Reached => {
  for (const field of [asked.by, asked.to]) requireField(held, asked.kind, field)
  return RecordReach.follow(selected(held, asked), asked)
}

const selected = (held: Held, selection: Selection): Array<Stored> => {
  const { deleted = false, kind, tenant } = selection
  requireFilter(held, kind, selection)
  return [...held.records(kind, tenant)].filter(({ state }) =>
    (deleted || !isDeleted(held.kinds.get(kind)!, state)) && holds(held, { kind, tenant }, state, selection)
  )
}

const holds = (
  held: Held,
  { kind, tenant }: Pick<Selection, "kind" | "tenant">,
  row: Row,
  { contains: objects = {}, referred = [], refers = {}, where = {} }: Filter
): boolean => {
  const { references = {} } = held.kinds.get(kind)!
  return Object.keys(where).every((field) => where[field]!.includes(row[field])) &&
    Object.keys(objects).every((field) => contains(row[field], objects[field])) &&
    Object.keys(refers).every((field) => {
      const target = { kind: references[field]!, tenant }
      const found = held.record({ ...target, id: row[field] })
      return found !== undefined && holds(held, target, found.state, refers[field]!)
    }) &&
    referred.every(({ by, kind, ...filter }) =>
      Iterator.from(held.records(kind, tenant, { [by]: row["id"] })).some(({ state }) =>
        state[by] === row["id"] && holds(held, { kind, tenant }, state, filter)
      )
    )
}

const contains = (value: unknown, part: unknown): boolean => {
  if (typeof part !== "object" || part === null) return value === part
  if (typeof value !== "object" || value === null || Array.isArray(value) !== Array.isArray(part)) return false
  if (Array.isArray(value)) return (part as Array<unknown>).every((item) => value.some((own) => contains(own, item)))
  return Object.entries(part).every(([key, item]) => Object.hasOwn(value, key) && contains((value as Row)[key], item))
}

/** Only the fields of the kind can be asked about, and only references lead to other records. */
const requireFilter = (held: Held, kind: string, filter: Filter): void => {
  const { contains = {}, referred = [], refers = {}, where = {} } = filter
  for (const field of [...Object.keys(where), ...Object.keys(contains)]) requireField(held, kind, field)
  for (const [field, filter] of Object.entries(refers)) requireFilter(held, targetOf(held, kind, field), filter)
  for (const { by, kind: other, ...filter } of referred) {
    if (targetOf(held, other, by) !== kind) throw new Error(`${other}.${by} does not refer to ${kind}`)
    requireFilter(held, other, filter)
  }
}

const requireField = ({ kinds }: Held, name: string, field: string): void => {
  const kind = kinds.get(name)?.kind
  if (kind === undefined) throw new Error(`There is no kind ${name}`)
  if (!Object.hasOwn(kind.fields, field)) throw new Error(`${name} has no field ${field}`)
}

const targetOf = (held: Held, kind: string, field: string): string => {
  requireField(held, kind, field)
  const target = held.kinds.get(kind)!.references?.[field]
  if (target === undefined) throw new Error(`${kind}.${field} refers to nothing`)
  return target
}

const only = (fields: ReadonlyArray<string>, row: Row): Row =>
  Object.fromEntries(fields.map((field) => [field, row[field]]))

const placed = (order: Order, { id, values }: Place): Row =>
  Object.fromEntries(order.map(({ field }, index) => [field, index < values.length ? values[index] : id]))

/** Orders by fields, nulls last when ascending as in SQL, text by code point as a database does. */
const comparing = (order: Order) => (a: object, b: object): number => {
  for (const { direction, field } of order) {
    const x = (a as Row)[field]
    const y = (b as Row)[field]
    if (x === y) continue
    const before = x === null ? false : y === null ? true : typeof x === "string" ? byCodePoint(x, y) < 0 : x < y
    return before === (direction === "asc") ? -1 : 1
  }
  return 0
}
