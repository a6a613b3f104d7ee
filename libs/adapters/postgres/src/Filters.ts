/**
 * What holds of a record, as SQL.
 *
 * @since 0.1.0
 */
import { Json, type RecordStore, Text } from "@emend/domain"
import * as Schema from "effect/Schema"
import { column, idColumn, literal, quoted, type Relation } from "./Relation.ts"
import * as Relations from "./Relation.ts"

/**
 * Keeps the parameters of a statement while it is put together.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parameters {
  readonly values: Array<string | ReadonlyArray<string>>
}

/**
 * The parameter that is the tenant: the first one of every statement.
 *
 * @category parameters
 * @since 0.1.0
 */
export const tenant = "$1::text"

/**
 * Adds a parameter and gives the text that stands for it.
 *
 * @category parameters
 * @since 0.1.0
 */
export const bind = ({ values }: Parameters, value: string | ReadonlyArray<string>, type: string): string =>
  `$${values.push(value)}::${type}`

/**
 * Derives the conditions under which a filter holds of the row `row` of the {@link tenant}. `undefined` where it holds of none, because a
 * value is not one of its field's type. A field that the kind does not have is a defect. With `probes`, other records are
 * looked up for one row after the other, and never before.
 *
 * @category constructors
 * @since 0.1.0
 */
export const conditions = (
  relations: ReadonlyMap<string, Relation>,
  relation: Relation,
  filter: RecordStore.Filter,
  parameters: Parameters,
  { probes = false, row = "t" }: { readonly row?: string; readonly probes?: boolean } = {}
): ReadonlyArray<string> | undefined => {
  const { contains = {}, referred = [], refers = {}, where = {} } = filter
  const found: Array<string | undefined> = [
    ...Object.keys(where).map((field) => among(relation, field, where[field]!, parameters, row)),
    ...Object.keys(contains).map((field) => {
      const of = Relations.attribute(relation, field)
      if (of.column.type !== "object") throw new Error(`${relation.kind.kind.name}.${field} is no JSON object`)
      return Json.flaws(contains[field]).length > 0
        ? undefined
        : contained(of, bind(parameters, JSON.stringify(contains[field]), "jsonb"), row)
    })
  ]
  const exists = (other: Relation, join: (row: string) => string, filter: RecordStore.Filter): void => {
    const inner = `${row}${found.length}`
    const held = conditions(relations, other, filter, parameters, { row: inner, probes })
    if (held === undefined) return void found.push(undefined)
    const related = `FROM ${quoted(other.table.name)} ${inner}
  WHERE ${[`${inner}.tenant = ${tenant}`, join(inner), ...held].join(" AND ")}`
    found.push(probes ? `(SELECT true ${related} LIMIT 1)` : `EXISTS (SELECT ${related})`)
  }
  for (const field of Object.keys(refers)) {
    const other = target(relations, relation, field)
    const own = `${row}.${column(Relations.attribute(relation, field))}`
    exists(other, (inner) => `${inner}.${idColumn(other)} = ${own}`, refers[field]!)
  }
  for (const { by, kind, ...filter } of referred) {
    const other = Relations.get(relations, kind)
    if (target(relations, other, by) !== relation) {
      throw new Error(`${kind}.${by} does not refer to ${relation.kind.kind.name}`)
    }
    const theirs = column(Relations.attribute(other, by))
    exists(other, (inner) => `${inner}.${theirs} = ${row}.${idColumn(relation)}`, filter)
  }
  return found.includes(undefined) ? undefined : (found as ReadonlyArray<string>)
}

/**
 * The condition under which a row is not that of a deleted record: the one that the indexes of living records have.
 *
 * @category constructors
 * @since 0.1.0
 */
export const alive = ({ byField, kind: { tombstone } }: Relation, row = "t"): ReadonlyArray<string> => {
  if (tombstone === undefined) return []
  const { field, value } = tombstone
  const own = `${row}.${column(byField.get(field)!)}`
  if (typeof value === "string") return [`${own} IS DISTINCT FROM ${literal(value)}`]
  return [value ? `NOT ${own}` : own]
}

/**
 * Writes a value so that it can be compared with a field; `undefined` where the field never has it.
 *
 * @category parameters
 * @since 0.1.0
 */
export const parameter = (
  { column }: Relations.Attribute,
  value: Exclude<RecordStore.Value, null>
): { readonly text: string; readonly type: string } | undefined => {
  const text = String(value)
  switch (column.type) {
    case "text":
      return typeof value === "string" && Json.textFlaw(value) === undefined ? { text, type: "text" } : undefined
    case "integer":
      return typeof value === "number" && (value | 0) === value ? { text, type: "integer" } : undefined
    case "bigint":
      return Number.isSafeInteger(value) ? { text, type: "bigint" } : undefined
    case "boolean":
      return typeof value === "boolean" ? { text, type: "boolean" } : undefined
    case "timestamp":
      return isTimestamp(value) ? { text, type: "timestamptz" } : undefined
    case "object":
    case "list":
    case "cursor":
      return undefined
  }
}

/** What a value contains, it contains below the name of its tenant too: the index of these has the tenants apart. */
const contained = (of: Relations.Attribute, part: string, row: string): string =>
  `jsonb_set('{}', ARRAY[${row}.tenant], ${row}.${column(of)}) @> jsonb_set('{}', ARRAY[${tenant}], ${part})`

const isTimestamp = Schema.is(Text.Timestamp)

const among = (
  relation: Relation,
  field: string,
  values: ReadonlyArray<RecordStore.Value>,
  parameters: Parameters,
  row: string
): string | undefined => {
  const of = Relations.attribute(relation, field)
  const own = `${row}.${column(of)}`
  const known = values.flatMap((value) => (value === null ? undefined : parameter(of, value)) ?? [])
  const texts = known.map(({ text }) => text)
  const alternatives = [
    ...(known.length === 0
      ? []
      // An index gives the rows of one value in the order of its further columns, of several it does not.
      : known.length === 1
      ? [`${own} = ${bind(parameters, texts[0]!, known[0]!.type)}`]
      : [`${own} = ANY (${bind(parameters, texts, `${known[0]!.type}[]`)})`]),
    ...(values.includes(null) ? [`${own} IS NULL`] : [])
  ]
  if (alternatives.length === 0) return undefined
  return alternatives.length === 1 ? alternatives[0] : `(${alternatives.join(" OR ")})`
}

const target = (relations: ReadonlyMap<string, Relation>, { kind }: Relation, field: string): Relation => {
  const name = kind.references?.[field]
  if (name === undefined) throw new Error(`${kind.kind.name}.${field} refers to nothing`)
  return Relations.get(relations, name)
}
