/**
 * A kind of record together with its table: what every statement is derived from.
 *
 * @since 0.1.0
 */
import type { Declare } from "@emend/algebra/schema"
import { type RecordKind, type Revision } from "@emend/domain"
import * as Table from "./Table.ts"

/**
 * A field of a relation: its declaration, its column, and its place among the fields.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attribute {
  readonly field: string
  readonly index: number
  readonly column: Table.Column
  readonly declared: Declare.Any
}

/**
 * A kind of record with its table.
 *
 * @category models
 * @since 0.1.0
 */
export interface Relation {
  readonly kind: RecordKind.RecordKind
  readonly table: Table.Table
  /** In the order of the kind's fields. */
  readonly attributes: ReadonlyArray<Attribute>
  readonly byField: ReadonlyMap<string, Attribute>
}

/**
 * Joins kinds and tables, by the kind's name. A kind without a table, or a field without a column, is a defect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const join = (
  kinds: ReadonlyArray<RecordKind.RecordKind>,
  tables: ReadonlyArray<Table.Table>
): ReadonlyMap<string, Relation> =>
  new Map(kinds.map((kind) => {
    const { name } = kind.kind
    const table = tables.find((table) => table.kind === name)
    if (table === undefined) throw new Error(`The kind ${name} has no table`)
    const attributes = Object.keys(kind.kind.fields).map((field, index): Attribute => {
      if (!Object.hasOwn(table.columns, field)) throw new Error(`The field ${name}.${field} has no column`)
      return { field, index, column: table.columns[field]!, declared: kind.kind.fields[field] }
    })
    return [name, { kind, table, attributes, byField: new Map(attributes.map((of) => [of.field, of])) }]
  }))

/**
 * Gives the relation of a kind. A kind that is not among them is a defect.
 *
 * @category queries
 * @since 0.1.0
 */
export const get = (relations: ReadonlyMap<string, Relation>, kind: string): Relation => {
  const relation = relations.get(kind)
  if (relation === undefined) throw new Error(`There is no kind ${kind}`)
  return relation
}

/**
 * Gives the attribute of a field. A field that the kind does not have is a defect.
 *
 * @category queries
 * @since 0.1.0
 */
export const attribute = ({ byField, kind: { kind } }: Relation, field: string): Attribute => {
  const of = byField.get(field)
  if (of === undefined) throw new Error(`${kind.name} has no field ${field}`)
  return of
}

/**
 * Quotes a name for SQL.
 *
 * @category sql
 * @since 0.1.0
 */
export const quoted = (name: string): string => `"${name.replaceAll(`"`, `""`)}"`

/**
 * Quotes a text for SQL.
 *
 * @category sql
 * @since 0.1.0
 */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * The quoted name of an attribute's column; of a cursor's two, the one at `part`: its sequence, then its id.
 *
 * @category sql
 * @since 0.1.0
 */
export const column = (of: Attribute, part = 0): string => quoted(Table.names(of.column)[part]!)

/**
 * The quoted name of the column of a relation's ids.
 *
 * @category sql
 * @since 0.1.0
 */
export const idColumn = ({ byField }: Relation): string => column(byField.get("id")!)

/**
 * Reads a value of a column's type out of a JSON value; JSON null is NULL.
 *
 * @category sql
 * @since 0.1.0
 */
export const fromJson = (type: Table.ColumnType, json: string): string => {
  switch (type) {
    case "text":
      return `(${json} #>> '{}')`
    case "integer":
      return `(${json} #>> '{}')::integer`
    case "bigint":
      return `(${json} #>> '{}')::bigint`
    case "boolean":
      return `(${json} #>> '{}')::boolean`
    case "timestamp":
      return `(${json} #>> '{}')::timestamptz`
    case "object":
    case "list":
      return `nullif(${json}, 'null'::jsonb)`
  }
}

/**
 * Writes a moment as the text that the domain uses.
 *
 * @category sql
 * @since 0.1.0
 */
export const timestampText = (value: string): string =>
  `to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/**
 * Writes a field's value, given as the values of its columns, as JSON; NULL becomes JSON null.
 *
 * @category sql
 * @since 0.1.0
 */
export const toJson = ({ type }: Table.Column, [value, id]: ReadonlyArray<string>): string =>
  type === "cursor"
    ? `CASE WHEN ${id} IS NULL THEN 'null'::jsonb ELSE jsonb_build_object('sequence', ${value}, 'id', ${id}) END`
    : `coalesce(to_jsonb(${type === "timestamp" ? timestampText(value!) : value}), 'null'::jsonb)`

/**
 * Gives a field's value, given as the values of its columns, as an argument of `jsonb_build_object`, which makes JSON of
 * it as {@link toJson} does, with fewer steps.
 *
 * @category sql
 * @since 0.1.0
 */
export const built = (column: Table.Column, values: ReadonlyArray<string>): string =>
  column.type === "cursor"
    ? toJson(column, values)
    : column.type === "timestamp"
    ? timestampText(values[0]!)
    : values[0]!

/**
 * The columns of an answer from which {@link read} makes a state, given the values of each attribute's columns; of all
 * attributes unless said.
 *
 * @category answers
 * @since 0.1.0
 */
export const answer = (
  relation: Relation,
  values: (of: Attribute) => ReadonlyArray<string>,
  attributes = relation.attributes
): ReadonlyArray<string> =>
  attributes.flatMap((of) => {
    const [value, id] = values(of)
    if (of.column.type === "cursor") return [`(${value})::float8`, id!]
    if (of.column.type === "bigint") return [`(${value})::float8`]
    return [of.column.type === "timestamp" ? timestampText(value!) : value!]
  })

/**
 * Reads a state out of the columns of an answer, from the column `from` on; of all attributes unless said.
 *
 * @category answers
 * @since 0.1.0
 */
export const read = (
  relation: Relation,
  row: ReadonlyArray<unknown>,
  from: number,
  attributes = relation.attributes
): Revision.Row => {
  const state: Record<string, unknown> = {}
  let at = from
  for (const { column, field } of attributes) {
    const value = row[at++]
    if (column.type === "cursor") {
      const id = row[at++]
      state[field] = value === null ? null : { sequence: value, id }
    } else state[field] = value
  }
  return state
}

/**
 * The condition under which a row is that of a deleted record, given the value of a field.
 *
 * @category sql
 * @since 0.1.0
 */
export const deleted = ({ byField, kind: { tombstone } }: Relation, value: (of: Attribute) => string): string =>
  tombstone === undefined
    ? "false"
    : `${value(byField.get(tombstone.field)!)} IS NOT DISTINCT FROM ${
      typeof tombstone.value === "string" ? literal(tombstone.value) : tombstone.value
    }`
