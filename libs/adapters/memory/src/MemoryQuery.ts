/**
 * Questions about the records in memory.
 *
 * @internal
 */
import { RecordKind, type RecordStore, type Revision, Text } from "@emend/domain"
import { type Entry, lookUp, select, type State } from "./MemoryState.ts"

type Order = NonNullable<RecordStore.Query["order"]>

/** Gives a page of records. */
export const find = (state: State, query: RecordStore.Query): ReadonlyArray<RecordStore.Stored> => {
  const { after, fields, limit, order: by = [], skip = 0 } = query
  const order: Order = [...by, { field: "id", direction: by.at(-1)?.direction ?? "asc" }]
  for (const field of [...order.map(({ field }) => field), ...(fields ?? [])]) requireField(state, query.kind, field)
  const compare = comparing(order)
  const place = after && placed(order, after)
  return selected(state, query)
    .filter((row) => place === undefined || compare(place, row.state) < 0)
    .sort((a, b) => compare(a.state, b.state))
    .slice(skip, skip + limit)
    .map(({ state, version }) => ({ version, state: fields === undefined ? state : only(fields, state) }))
}

/** Counts records by the values of a field. */
export const count = (
  state: State,
  selection: RecordStore.Selection,
  field: string
): ReadonlyArray<RecordStore.Count> => {
  requireField(state, selection.kind, field)
  const counts = new Map<RecordStore.Value, number>()
  for (const { state: row } of selected(state, selection)) counts.set(row[field], (counts.get(row[field]) ?? 0) + 1)
  const compare = comparing([{ field: "value", direction: "asc" }])
  return [...counts].map(([value, count]) => ({ value, count })).sort(compare)
}

const selected = (state: State, selection: RecordStore.Selection): Array<Entry> => {
  const { deleted = false, kind, tenant } = selection
  requireFilter(state, kind, selection)
  return select(state, kind, tenant).filter((entry) =>
    (deleted || !RecordKind.isDeleted(state.kinds.get(kind)!, entry.state)) && holds(state, entry, selection)
  )
}

const holds = (state: State, { key, state: row }: Entry, filter: RecordStore.Filter): boolean => {
  const { contains: objects = {}, referred = [], refers = {}, where = {} } = filter
  const { references = {} } = state.kinds.get(key.kind)!
  return Object.keys(where).every((field) => where[field]!.includes(row[field])) &&
    Object.keys(objects).every((field) => contains(row[field], objects[field])) &&
    Object.keys(refers).every((field) => {
      const target = lookUp(state, { kind: references[field]!, tenant: key.tenant, id: row[field] })
      return target !== undefined && holds(state, target, refers[field]!)
    }) &&
    referred.every(({ by, kind, ...filter }) =>
      select(state, kind, key.tenant).some((other) => other.state[by] === key.id && holds(state, other, filter))
    )
}

const contains = (value: unknown, part: unknown): boolean => {
  if (typeof part !== "object" || part === null) return value === part
  if (typeof value !== "object" || value === null || Array.isArray(value) !== Array.isArray(part)) return false
  if (Array.isArray(value)) return (part as Array<unknown>).every((item) => value.some((own) => contains(own, item)))
  return Object.entries(part).every(([key, item]) =>
    Object.hasOwn(value, key) && contains((value as Revision.Row)[key], item)
  )
}

/** Only the fields of the kind can be asked about, and only references lead to other records. */
const requireFilter = (state: State, kind: string, filter: RecordStore.Filter): void => {
  const { contains = {}, referred = [], refers = {}, where = {} } = filter
  for (const field of [...Object.keys(where), ...Object.keys(contains)]) requireField(state, kind, field)
  for (const [field, filter] of Object.entries(refers)) requireFilter(state, targetOf(state, kind, field), filter)
  for (const { by, kind: other, ...filter } of referred) {
    if (targetOf(state, other, by) !== kind) throw new Error(`${other}.${by} does not refer to ${kind}`)
    requireFilter(state, other, filter)
  }
}

const requireField = ({ kinds }: State, name: string, field: string): void => {
  const kind = kinds.get(name)?.kind
  if (kind === undefined) throw new Error(`There is no kind ${name}`)
  if (!Object.hasOwn(kind.fields, field)) throw new Error(`${name} has no field ${field}`)
}

const targetOf = (state: State, kind: string, field: string): string => {
  requireField(state, kind, field)
  const target = state.kinds.get(kind)!.references?.[field]
  if (target === undefined) throw new Error(`${kind}.${field} refers to nothing`)
  return target
}

const only = (fields: ReadonlyArray<string>, row: Revision.Row): Revision.Row =>
  Object.fromEntries(fields.map((field) => [field, row[field]]))

const placed = (order: Order, { id, values }: RecordStore.Place): Revision.Row =>
  Object.fromEntries(order.map(({ field }, index) => [field, index < values.length ? values[index] : id]))

/** Orders by fields, nulls last when ascending as in SQL, text by code point as a database does. */
const comparing = (order: Order) => (a: object, b: object): number => {
  for (const { direction, field } of order) {
    const x = (a as Revision.Row)[field]
    const y = (b as Revision.Row)[field]
    if (x === y) continue
    const before = x === null ? false : y === null ? true : typeof x === "string" ? Text.byCodePoint(x, y) < 0 : x < y
    return before === (direction === "asc") ? -1 : 1
  }
  return 0
}
