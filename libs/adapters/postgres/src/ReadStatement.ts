/**
 * The statements that read records and their history.
 *
 * @since 0.1.0
 */
import { type RecordStore, Text } from "@emend/domain"
import * as Schema from "effect/Schema"
import { answer, type Attribute, column, idColumn, quoted, type Relation, timestampText } from "./Relation.ts"
import * as Table from "./Table.ts"

/**
 * Derives the statement that reads records by key. Its parameters are arrays of tenants and ids; it answers
 * `[ordinal, version, …state]` for each record that exists.
 *
 * @category constructors
 * @since 0.1.0
 */
export const byKey = (relation: Relation): string =>
  `SELECT i.ord::int4, t.version::float8, ${state(relation)}
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i (tenant, id, ord)
JOIN ${quoted(relation.table.name)} t ON t.tenant = i.tenant AND t.${idColumn(relation)} = i.id`

/**
 * Derives the statement of a query with its parameters; it answers `[version, …state]`. `undefined` where no record can
 * be selected, because a value is not one of its field's type. A field that the kind does not have is a defect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const byValues = (
  relation: Relation,
  { limit, order, tenant, where }: RecordStore.Query
): { readonly text: string; readonly parameters: ReadonlyArray<string> } | undefined => {
  const keys = [...order, { field: "id", direction: "asc" } as const].map(({ direction, field }) =>
    `t.${column(attribute(relation, field))} ${direction === "asc" ? "ASC NULLS LAST" : "DESC NULLS FIRST"}`
  )
  const conditions = ["t.tenant = $1"]
  const parameters = [tenant]
  for (const [field, value] of Object.entries(where)) {
    const of = attribute(relation, field)
    const type = typeOf(of, value)
    if (type === undefined) return undefined
    if (value === null) conditions.push(`t.${column(of)} IS NULL`)
    else conditions.push(`t.${column(of)} = $${parameters.push(String(value))}::${type}`)
  }
  return {
    text: `SELECT t.version::float8, ${state(relation)}
FROM ${quoted(relation.table.name)} t
WHERE ${conditions.join(" AND ")}
ORDER BY ${keys.join(", ")}
LIMIT $${parameters.push(String(Number.isFinite(limit) ? limit : Number.MAX_SAFE_INTEGER))}::bigint`,
    parameters
  }
}

/**
 * The statement that reads a page of a record's history. Its parameters are the tenant, the kind, the id, the version
 * below which to begin, and the number of entries.
 *
 * @category constructors
 * @since 0.1.0
 */
export const history = `SELECT version::float8, ${timestampText("at")}, by, reason, initial, patch, inverse, moves
FROM record_history
WHERE tenant = $1 AND kind = $2 AND record_id = $3 AND version < $4::bigint
ORDER BY version DESC
LIMIT $5::bigint`

/**
 * The statement that reads what leads to a record as it was at a version: the revisions from the latest whole state to
 * that version, oldest first, each with its whole state if it has one. Its parameters are the tenant, the kind, the id
 * and the version.
 *
 * @category constructors
 * @since 0.1.0
 */
export const past = `SELECT version::float8, ${timestampText("at")}, by, reason, initial, patch, inverse, moves, state
FROM record_history
WHERE tenant = $1 AND kind = $2 AND record_id = $3 AND version <= $4::bigint AND version >= (
  SELECT max(version) FROM record_history
  WHERE tenant = $1 AND kind = $2 AND record_id = $3 AND version <= $4::bigint
    AND (state IS NOT NULL OR initial IS NOT NULL)
)
ORDER BY version`

const state = (relation: Relation): string =>
  answer(relation, (of) => Table.names(of.column).map((name) => `t.${quoted(name)}`)).join(", ")

const attribute = ({ byField, kind: { kind } }: Relation, field: string): Attribute => {
  const of = byField.get(field)
  if (of === undefined) throw new Error(`${kind.name} has no field ${field}`)
  return of
}

const isTimestamp = Schema.is(Text.Timestamp)

/** The type with which a value is compared; `undefined` where the field never has it. */
const typeOf = ({ column }: Attribute, value: string | number | boolean | null): string | undefined => {
  switch (column.type) {
    case "text":
      return value === null || typeof value === "string" ? "text" : undefined
    case "integer":
      return value === null || (typeof value === "number" && (value | 0) === value) ? "integer" : undefined
    case "bigint":
      return value === null || Number.isSafeInteger(value) ? "bigint" : undefined
    case "boolean":
      return value === null || typeof value === "boolean" ? "boolean" : undefined
    case "timestamp":
      return value === null || isTimestamp(value) ? "timestamptz" : undefined
    case "object":
    case "list":
    case "cursor":
      return value === null ? "jsonb" : undefined
  }
}
