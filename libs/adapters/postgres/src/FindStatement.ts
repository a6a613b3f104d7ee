/**
 * The statements that find and count records.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Filters from "./Filters.ts"
import { answer, type Attribute, attribute, column, get, quoted, type Relation } from "./Relation.ts"
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
}

type Direction = "asc" | "desc"

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
    .map(({ direction, field }) => ({ of: attribute(relation, field), direction }))
  const order = `ORDER BY ${keys.map(({ direction, of }) => `t.${column(of)} ${orders[direction]}`).join(", ")}`
  const parameters: Filters.Parameters = { values: [] }
  const held = selected(relations, relation, query, parameters)
  if (held === undefined) return undefined
  const pieces = after === undefined ? [[]] : behind(keys, [...after.values, after.id], parameters)
  const fields = answer(
    relation,
    (of) => Table.names(of.column).map((name) => `t.${quoted(name)}`),
    given(relation, query)
  )
  const offset = Filters.bind(parameters, whole(skip), "bigint")
  const rows = Filters.bind(parameters, whole(limit), "bigint")
  const from = (piece: ReadonlyArray<string>) =>
    `FROM ${quoted(relation.table.name)} t
WHERE ${[...held, ...piece].join(" AND ")}`
  const arms = pieces.map((piece) =>
    `(SELECT t.* ${from(piece)}
${order} LIMIT least(${offset} + ${rows}, ${Number.MAX_SAFE_INTEGER}))`
  )
  return {
    text: `SELECT ${["t.version::float8", ...fields].join(", ")}
${pieces.length === 1 ? from(pieces[0]!) : `FROM (${arms.join("\nUNION ALL ")}) t`}
${order} OFFSET ${offset} LIMIT ${rows}`,
    parameters: parameters.values
  }
}

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
  const parameters: Filters.Parameters = { values: [] }
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
  const tenant = `t.tenant = ${Filters.bind(parameters, selection.tenant, "text")}`
  const held = Filters.conditions(relations, relation, selection, parameters)
  return held && [tenant, ...(selection.deleted ? [] : Filters.alive(relation)), ...held]
}

/**
 * The pieces in which the rows behind a place lie, each a range of an index on the keys: those that share the first
 * keys with the place and are behind it by the next. Nulls are a piece of their own.
 */
const behind = (
  keys: ReadonlyArray<{ readonly of: Attribute; readonly direction: Direction }>,
  values: ReadonlyArray<RecordStore.Value>,
  parameters: Filters.Parameters
): ReadonlyArray<ReadonlyArray<string>> => {
  const pieces: Array<ReadonlyArray<string>> = []
  let shared: ReadonlyArray<string> = []
  keys.forEach(({ direction, of }, index) => {
    const own = `t.${column(of)}`
    const value = values[index]!
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
