/**
 * The statements that read records and their history.
 *
 * @since 0.1.0
 */
import { answer, idColumn, literal, quoted, type Relation, timestampText } from "./Relation.ts"
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
 * Gives the statement that reads a page of a record's history. Its parameters are the tenant, the kind, the id, the
 * version below which to begin, and the number of entries. With `moved`, it reads the creation and the changes that
 * moved this field, and has the kind in its text: an index over a part of a table is used where the text says so.
 *
 * @category constructors
 * @since 0.1.0
 */
export const history = (moved?: { readonly kind: string; readonly field: string }): string =>
  `SELECT version::float8, ${timestampText("at")}, by, reason, initial, patch, inverse, moves, redacted
FROM record_history
WHERE tenant = $1 AND kind = $2 AND record_id = $3 AND version < $4::bigint${
    moved === undefined
      ? ""
      : ` AND kind = ${literal(moved.kind)} AND (version = 1 OR moves ? ${literal(moved.field)})`
  }
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
export const past = `SELECT version::float8, ${
  timestampText("at")
}, by, reason, initial, patch, inverse, moves, redacted, state
FROM record_history
WHERE tenant = $1 AND kind = $2 AND record_id = $3 AND version <= $4::bigint AND version >= (
  SELECT max(version) FROM record_history
  WHERE tenant = $1 AND kind = $2 AND record_id = $3 AND version <= $4::bigint
    AND (state IS NOT NULL OR (initial IS NOT NULL AND NOT redacted))
)
ORDER BY version`

const state = (relation: Relation): string =>
  answer(relation, (of) => Table.names(of.column).map((name) => `t.${quoted(name)}`)).join(", ")
