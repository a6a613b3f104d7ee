/**
 * The statements that take the content of records away, derived from what their kind declares to be content.
 *
 * @since 0.1.0
 */
import { type Attribute, column, idColumn, literal, quoted, type Relation, toJson } from "./Relation.ts"
import * as Table from "./Table.ts"

/**
 * A kind of record with content whose records refer to others by a field.
 *
 * @category models
 * @since 0.1.0
 */
export interface Referring {
  readonly relation: Relation
  readonly field: string
}

/**
 * Derives the statement that locks a record against everything that refers to it: who does so is done, or waits. Its
 * parameters are the tenant and the id; it answers one row where there is the record.
 *
 * @category constructors
 * @since 0.1.0
 */
export const lock = (relation: Relation): string =>
  `SELECT 1 FROM ${quoted(relation.table.name)} t WHERE t.tenant = $1 AND t.${idColumn(relation)} = $2 FOR UPDATE`

/**
 * Derives the question whether anything was written since a record was cleaned last, of it or of what refers to it or
 * to its log. Its parameters are the tenant and the id; it answers one row `[boolean]`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const remains = (relation: Relation, referring: ReadonlyArray<Referring>): string => {
  const log = relation.kind.content?.log
  const unredacted = (of: Relation, id: string) =>
    `h.tenant = $1 AND h.kind = ${literal(of.kind.kind.name)} AND h.record_id = ${id} AND NOT h.redacted`
  return `SELECT ${
    [
      `EXISTS (SELECT FROM record_history h WHERE ${unredacted(relation, "$2")})`,
      ...referring.map(({ field, relation: of }) =>
        `EXISTS (SELECT FROM ${quoted(of.table.name)} t JOIN record_history h ON ${
          unredacted(of, `t.${idColumn(of)}`)
        } WHERE t.tenant = $1 AND t.${column(of.byField.get(field)!)} = $2)`
      ),
      ...(log === undefined
        ? []
        : [`EXISTS (SELECT FROM events WHERE tenant = $1 AND ${quoted(log)} = $2 AND content <> 'null'::jsonb)`])
    ].join(" OR ")
  }`
}

/**
 * Derives the question which records refer to one. Its parameters are the tenant and the id; it answers `[id]`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const referringIds = ({ field, relation }: Referring): string =>
  `SELECT t.${idColumn(relation)} FROM ${quoted(relation.table.name)} t
WHERE t.tenant = $1 AND t.${column(relation.byField.get(field)!)} = $2 ORDER BY 1`

/**
 * Derives the statement that redacts the histories of records, as `Redaction.redacted` says, and keeps their present
 * states whole. Its parameters are the tenant, an array of ids, and for each the version to which it was cleared, which
 * keeps its reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const histories = (relation: Relation): string => {
  const content = (relation.kind.content?.fields ?? []).map((field) => relation.byField.get(field)!)
  const written = content.filter(({ declared }) => declared.kind === "replace" || declared.kind === "map")
  const moved = content.filter(({ declared }) => declared.kind === "guarded" || declared.kind === "fixed")
  const nulls = literal(JSON.stringify(Object.fromEntries(content.map(({ field }) => [field, null]))))
  const present = relation.attributes.map((of) =>
    `${literal(of.field)}, ${toJson(of.column, Table.names(of.column).map((name) => `t.${quoted(name)}`))}`
  )
  return `UPDATE record_history h
SET redacted = true, reason = CASE WHEN h.version = c.cleared THEN h.reason END, initial = h.initial || ${nulls}::jsonb,
  patch = ${["h.patch", ...written.map((of) => withoutValue("h.patch", of))].join(" || ")},
  inverse = ${["h.inverse", ...written.map((of) => withoutValue("h.inverse", of))].join(" || ")},
  moves = ${["h.moves", ...moved.map(withoutMove)].join(" || ")},
  state = CASE WHEN h.version = t.version THEN jsonb_build_object(${present.join(", ")}) END
FROM unnest($2::text[], $3::bigint[]) AS c (id, cleared)
JOIN ${quoted(relation.table.name)} t ON t.tenant = $1 AND t.${idColumn(relation)} = c.id
WHERE h.tenant = $1 AND h.kind = ${literal(relation.kind.kind.name)} AND h.record_id = t.${
    idColumn(relation)
  } AND NOT h.redacted`
}

/**
 * Derives the statement that empties the entries of a record's log; undefined where it has none. Its parameters are the
 * tenant and the id.
 *
 * @category constructors
 * @since 0.1.0
 */
export const entries = ({ kind: { content } }: Relation): string | undefined =>
  content?.log === undefined
    ? undefined
    : `UPDATE events SET content = 'null'
WHERE tenant = $1 AND ${quoted(content.log)} = $2 AND content <> 'null'::jsonb`

/** The operation of a patch on a field, without its value, to lay over it. */
const withoutValue = (patch: string, { declared, field }: Attribute): string => {
  const name = literal(field)
  const set = `jsonb_build_object(${name}, '{"set": null}'::jsonb)`
  const merge = `${patch}->${name}->'merge'`
  const keys = `(SELECT jsonb_object_agg(key, 'null'::jsonb) FROM jsonb_object_keys(${merge}->'set') AS keys (key))`
  const merged = declared.kind === "replace"
    ? ""
    : `WHEN ${patch}->${name} ? 'merge' THEN jsonb_build_object(${name}, jsonb_build_object('merge', ${merge} ||
      CASE WHEN ${merge} ? 'set' THEN jsonb_build_object('set', ${keys}) ELSE '{}'::jsonb END)) `
  return `CASE WHEN NOT ${patch} ? ${name} THEN '{}'::jsonb ${merged}ELSE ${set} END`
}

const withoutMove = ({ field }: Attribute): string =>
  `CASE WHEN h.moves ? ${literal(field)} THEN jsonb_build_object(${literal(field)}, '{"from": null, "to": null}'::jsonb)
    ELSE '{}'::jsonb END`
