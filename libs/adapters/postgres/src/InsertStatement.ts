/**
 * The statements that insert many records of one kind at once, and that tell why some were not inserted.
 *
 * @since 0.1.0
 */
import { impatiently } from "./Database.ts"
import * as Memos from "./Memos.ts"
import {
  answer,
  type Attribute,
  column,
  deleted,
  fromJson,
  idColumn,
  literal,
  quoted,
  type Relation
} from "./Relation.ts"
import * as Table from "./Table.ts"
import { exceeds } from "./ValueSize.ts"

/**
 * Derives the insert. Its parameters are arrays, one element for each record: tenants, ids, states, moments, authors and
 * reasons, and with `remembers` those of memos. It answers `[ordinal, outcome]` for each: `done`, `clash` where something else has the key or a unique value,
 * or `large` with the place of the field. Unless it `waits`, it fails where another transaction is in its way for long, see
 * {@link impatiently}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  relation: Relation,
  { remembers, waits }: { readonly remembers: boolean; readonly waits: boolean }
): string => {
  const { attributes, kind, table } = relation
  const values = attributes.flatMap((of) => read(of).map((value, part) => `${value} AS ${slot(of, part)}`))
  const large = attributes.flatMap((of) => {
    const condition = exceeds(of, `n${of.index}`)
    return condition === undefined ? [] : [`WHEN ${condition} THEN 'large:${of.index}'`]
  })
  const slots = attributes.flatMap((of) => Table.names(of.column).map((_, part) => slot(of, part)))
  const columns = attributes.flatMap((of) => Table.names(of.column).map(quoted))
  // A kind without a timestamp of change keeps no history.
  const history = kind.touched === undefined ? "" : `, h AS (
  INSERT INTO record_history (tenant, kind, record_id, version, at, by, reason, initial, patch, inverse, moves)
  SELECT v_tenant, ${literal(kind.kind.name)}, v_id, 1, moment::timestamptz, v_by, v_reason, s, '{}', '{}', '{}'
  FROM (SELECT v.*, ${inserted} AS inserted FROM v OFFSET 0) w WHERE inserted
)`
  const memos = remembers
    ? `, m AS (
  ${
      Memos.insert(`(SELECT v.*, ${inserted} AS inserted FROM v OFFSET 0) w WHERE inserted AND m_id IS NOT NULL`, {
        tenant: "v_tenant",
        kind: literal(kind.kind.name),
        id: "v_id",
        version: "1",
        changed: "true"
      })
    }
)`
    : ""
  const [names, places] = remembers ? [`, ${Memos.columns}`, `, ${Memos.places(7)}`] : ["", ""]
  return `WITH v AS MATERIALIZED (
  SELECT r.*, ${large.length === 0 ? "NULL::text" : `CASE ${large.join(" ")} END`} AS flaw FROM (
    SELECT u.*, ${values.join(", ")} FROM (
      SELECT v_tenant, v_id, state::jsonb AS s, moment, v_by, v_reason${names}, v_ord
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]${places}) WITH ORDINALITY
        AS a (v_tenant, v_id, state, moment, v_by, v_reason${names}, v_ord)${
    waits ? "" : `\n      WHERE ${impatiently}`
  }
      OFFSET 0
    ) u OFFSET 0
  ) r
), n AS (
  INSERT INTO ${quoted(table.name)} (tenant, version, ${columns.join(", ")})
  SELECT v_tenant, 1, ${slots.join(", ")} FROM v WHERE flaw IS NULL ORDER BY v_tenant, v_id
  ON CONFLICT DO NOTHING
  RETURNING tenant, ${idColumn(relation)} AS id
)${history}${memos}
SELECT v_ord::int4, CASE WHEN flaw IS NOT NULL THEN flaw WHEN ${inserted} THEN 'done' ELSE 'clash' END FROM v`
}

/** Looked up in a hash table, as long as it does not stand in a condition, where it would become a join. */
const inserted = "(v_tenant, v_id) IN (SELECT tenant, id FROM n)"

/**
 * Derives the question why one record was not inserted. Its parameters are the tenant, the id and the state. It answers
 * in one row `[clash, version, …state]`: the state of the record that has the key, if one has, and what else stands in
 * the way, `dangling` with the place of a field or `taken` with the place of a set of unique fields.
 *
 * @category constructors
 * @since 0.1.0
 */
export const explain = (relation: Relation, others: ReadonlyMap<string, Relation>): string => {
  const { byField, kind, table } = relation
  const value = (field: string) => read(byField.get(field)!)[0]!
  const dangling = Object.entries(kind.references ?? {}).map(([field, target]) => {
    const to = others.get(target)!
    return `WHEN ${value(field)} IS NOT NULL AND NOT EXISTS (SELECT FROM ${quoted(to.table.name)} t ` +
      `WHERE t.tenant = a.tenant AND t.${idColumn(to)} = ${value(field)}) THEN 'dangling:${byField.get(field)!.index}'`
  })
  const taken = (kind.unique ?? []).map(({ among, fields }, at) => {
    const live = among === "all" ? "" : ` AND NOT (${deleted(relation, (of) => `t.${column(of)}`)})`
    const counts = among === "all" ? "" : `NOT (${deleted(relation, (of) => read(of)[0]!)}) AND `
    const same = fields.map((field) => ` AND t.${column(byField.get(field)!)} = ${value(field)}`).join("")
    return `WHEN ${counts}EXISTS (SELECT FROM ${quoted(table.name)} t WHERE t.tenant = a.tenant${same}${live}) ` +
      `THEN 'taken:${at}'`
  })
  const cases = [...dangling, ...taken]
  return `SELECT ${cases.length === 0 ? "NULL::text" : `CASE ${cases.join(" ")} END`}, k.version::float8, ${
    answer(relation, (of) => Table.names(of.column).map((name) => `k.${quoted(name)}`)).join(", ")
  }
FROM (SELECT $1::text AS tenant, $2::text AS id, $3::jsonb AS s) a
LEFT JOIN ${quoted(table.name)} k ON k.tenant = a.tenant AND k.${idColumn(relation)} = a.id`
}

const slot = ({ index }: Attribute, part: number): string => part === 0 ? `n${index}` : `n${index}_id`

/** The values of an attribute's columns in a state `s`. */
const read = ({ column, field }: Attribute): ReadonlyArray<string> => {
  const json = `(s->${literal(field)})`
  return column.type === "cursor"
    ? [`(${json}->>'sequence')::bigint`, `(${json}->>'id')`]
    : [fromJson(column.type, json)]
}
