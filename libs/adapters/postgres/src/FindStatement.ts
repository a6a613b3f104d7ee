/**
 * The statements that find and count records.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Filters from "./Filters.ts"
import * as Lists from "./Lists.ts"
import { answer, type Attribute, attribute, column, get, idColumn, literal, quoted, type Relation } from "./Relation.ts"
import * as Table from "./Table.ts"

/**
 * A statement with its parameters: texts, and arrays of texts.
 *
 * @category models
 * @since 0.1.0
 */
export interface Statement {
  readonly text: string
  readonly parameters: ReadonlyArray<string | ReadonlyArray<string>>
  /** Whether it holds values of its own and is not worth preparing. */
  readonly isOnce?: boolean
}

/** A field by which rows are ordered, and its value at the place from which they go on. */
interface Key {
  readonly of: Attribute
  readonly direction: "asc" | "desc"
  readonly after: RecordStore.Value | undefined
}

/**
 * Derives the statement of a query; it answers `[version, …]` with the fields of {@link given}. `undefined` where no
 * record can be selected.
 *
 * @category constructors
 * @since 0.1.0
 */
export const page = (
  relations: ReadonlyMap<string, Relation>,
  query: RecordStore.Query
): Statement | undefined => {
  const { after, limit, order: by = [], skip = 0 } = query
  const relation = get(relations, query.kind)
  const keys = [...by, { field: "id", direction: by.at(-1)?.direction ?? "asc" as const }]
    .map(({ direction, field }, index) => ({
      of: attribute(relation, field),
      direction,
      after: index < by.length ? after?.values[index] : after?.id
    }))
    // What all have in common orders nothing.
    .filter(({ of }) => of.field === "id" || !Lists.isOne(query, of.field))
  const order = `ORDER BY ${keys.map(({ direction, of }) => `t.${column(of)} ${orders[direction]}`).join(", ")}`
  const parameters: Filters.Parameters = { values: [query.tenant] }
  const tenant = `t.tenant = ${Filters.tenant}`
  const { filter, index } = Lists.split(relation, query)
  const indexed = Filters.conditions(relations, relation, index, parameters)
  const others = Filters.conditions(relations, relation, filter, parameters)
  if (indexed === undefined || others === undefined) return undefined
  const alive = query.deleted ? [] : Filters.alive(relation)
  const pieces = after === undefined ? [[]] : behind(keys, parameters)
  const offset = Filters.bind(parameters, whole(skip), "bigint")
  const rows = Filters.bind(parameters, whole(limit), "bigint")
  const table = quoted(relation.table.name)
  const from = (conditions: ReadonlyArray<string>, piece: ReadonlyArray<string>) =>
    `FROM ${table} t WHERE ${[tenant, ...conditions, ...piece].join(" AND ")}`
  const all = [...alive, ...indexed, ...others]
  const first = (conditions: ReadonlyArray<string>, most: string) =>
    pieces.map((piece) => `(SELECT t.* ${from(conditions, piece)}\n${order} LIMIT ${most})`).join("\nUNION ALL ")
  const needed = `least(${offset} + ${rows}, ${Number.MAX_SAFE_INTEGER})`
  const fields = ["t.version::float8", ...given(relation, query).flatMap((of) => answer(relation, own, [of]))].join(
    ", "
  )
  const end = `${order} OFFSET ${offset} LIMIT ${rows}`
  if (!Lists.isWindowed(relation, query)) {
    const source = pieces.length === 1 ? from(all, pieces[0]!) : `FROM (${first(all, needed)}) t`
    const text = `SELECT ${fields}\n${source}\n${end}`
    return Lists.isFiltered(relation, query) ? once(text, parameters) : { text, parameters: parameters.values }
  }
  const id = idColumn(relation)
  const window = `${needed} * ${Lists.window}`
  const side = Lists.beside(relation, query, parameters)
  const looked = side === undefined
    ? first([...(Lists.isOfLiving(relation, query) ? alive : []), ...indexed], window)
    : side.lookups.flatMap((lookup) =>
      pieces.map((piece) =>
        `(SELECT t.created_at, t.id FROM ${quoted(side.name)} t
  WHERE ${[tenant, lookup, ...piece].join(" AND ")}\n${order} LIMIT ${window})`
      )
    ).join("\nUNION ALL ")
  const isOneRange = pieces.length * (side?.lookups.length ?? 1) === 1
  const distinct = side === undefined ? "*" : "DISTINCT ON (t.created_at, t.id) *"
  const merged = isOneRange ? looked : `SELECT ${distinct} FROM (${looked}) t\n${order} LIMIT ${window}`
  // Each row beside the table is looked up for itself, in the order in which it comes.
  const ahead = side === undefined
    ? merged
    : `SELECT t.* FROM (${merged}) s,
  LATERAL (SELECT t.* FROM ${table} t WHERE ${tenant} AND t.${id} = s.id OFFSET 0) t`
  const probed = Filters.conditions(relations, relation, side?.filter ?? filter, parameters, { probes: true })!
  const rest = [...(side === undefined && Lists.isOfLiving(relation, query) ? [] : alive), ...probed]
  // The rows ahead are read in order until the page is full; when they do not fill it, what is asked for is rare among
  // them, and all of it is read. A sub-select with an offset is planned by itself: not by the order of the page.
  const text = `WITH near AS MATERIALIZED (
  SELECT t.${id} FROM (${ahead}) t WHERE ${rest.join(" AND ")} LIMIT ${needed}
), rare AS MATERIALIZED (
  SELECT (SELECT count(*) FROM near) < ${needed} AND (SELECT count(*) FROM (${merged}) t) = ${window} AS is_so
)
SELECT ${fields}
FROM (
  SELECT t.* FROM near JOIN ${table} t ON ${tenant} AND t.${id} = near.${id}
  WHERE NOT (SELECT is_so FROM rare)
  UNION ALL
  SELECT t.* FROM (${pieces.map((piece) => `SELECT t.* ${from(all, piece)}`).join(" UNION ALL ")} OFFSET 0) t
  WHERE (SELECT is_so FROM rare)
) t
${end}`
  return once(text, parameters)
}

/**
 * Writes the parameters of a statement into its text: which of several filters selects least, the database can only tell
 * of values that it sees when it plans.
 */
const once = (text: string, { values }: Filters.Parameters): Statement => ({
  text: text.replace(/\$(\d+)/g, (_, number) => {
    const value = values[Number(number) - 1]!
    return literal(
      typeof value === "string" ? value : `{${value.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`).join()}}`
    )
  }),
  parameters: [],
  isOnce: true
})

const own = (of: Attribute): ReadonlyArray<string> => Table.names(of.column).map((name) => `t.${quoted(name)}`)

/**
 * Derives the statement that counts records by the values of a field; it answers `[value, count]`. `undefined` where no
 * record can be selected.
 *
 * @category constructors
 * @since 0.1.0
 */
export const count = (
  relations: ReadonlyMap<string, Relation>,
  selection: RecordStore.Selection,
  field: string
): Statement | undefined => {
  const relation = get(relations, selection.kind)
  const of = attribute(relation, field)
  const parameters: Filters.Parameters = { values: [selection.tenant] }
  const held = selected(relations, relation, selection, parameters)
  const value = `t.${column(of)}`
  return held && {
    text: `SELECT ${answer(relation, () => [value], [of]).join(", ")}, count(*)::float8
FROM ${quoted(relation.table.name)} t
WHERE ${held.join(" AND ")}
GROUP BY ${value} ORDER BY ${value} ${orders.asc}`,
    parameters: parameters.values
  }
}

/**
 * The attributes whose values a query asks for, in the order in which they are answered.
 *
 * @category queries
 * @since 0.1.0
 */
export const given = (relation: Relation, { fields }: RecordStore.Query): ReadonlyArray<Attribute> =>
  fields === undefined ? relation.attributes : fields.map((field) => attribute(relation, field))

const orders = { asc: "ASC NULLS LAST", desc: "DESC NULLS FIRST" } as const

const whole = (rows: number): string => String(Number.isSafeInteger(rows) ? rows : Number.MAX_SAFE_INTEGER)

const selected = (
  relations: ReadonlyMap<string, Relation>,
  relation: Relation,
  selection: RecordStore.Selection,
  parameters: Filters.Parameters
): ReadonlyArray<string> | undefined => {
  const held = Filters.conditions(relations, relation, selection, parameters)
  return held && [`t.tenant = ${Filters.tenant}`, ...(selection.deleted ? [] : Filters.alive(relation)), ...held]
}

/**
 * The pieces in which the rows behind a place lie, each a range of an index on the keys: those that share the first
 * keys with the place and are behind it by the next. Nulls are a piece of their own.
 */
const behind = (
  keys: ReadonlyArray<Key>,
  parameters: Filters.Parameters
): ReadonlyArray<ReadonlyArray<string>> => {
  const pieces: Array<ReadonlyArray<string>> = []
  let shared: ReadonlyArray<string> = []
  keys.forEach(({ after = null, direction, of }) => {
    const own = `t.${column(of)}`
    const value = after
    const bound = value === null ? "NULL" : placed(of, value, parameters)
    const further = value === null
      ? direction === "asc" ? [] : [`${own} IS NOT NULL`]
      : direction === "desc"
      ? [`${own} < ${bound}`]
      : [`${own} > ${bound}`, ...(of.declared.nullable ? [`${own} IS NULL`] : [])]
    pieces.unshift(...further.map((condition) => [...shared, condition]))
    shared = [...shared, value === null ? `${own} IS NULL` : `${own} = ${bound}`]
  })
  return pieces
}

const placed = (of: Attribute, value: Exclude<RecordStore.Value, null>, parameters: Filters.Parameters): string => {
  const known = Filters.parameter(of, value)
  if (known === undefined) throw new Error(`${of.field} has no value ${JSON.stringify(value)} to go on from`)
  return Filters.bind(parameters, known.text, known.type)
}
