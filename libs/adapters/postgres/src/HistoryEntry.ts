/**
 * The entry that an update keeps in the history of its record.
 *
 * @since 0.1.0
 */
import { Snapshot } from "@emend/domain"
import { type Attribute, literal, type Relation, timestampText, toJson } from "./Relation.ts"

/**
 * Derives the part of an update that keeps its entry in the history. It reads the rows `j` of the updates that are
 * `written`, each with the values that it leaves (`final`).
 *
 * @category sql
 * @since 0.1.0
 */
export const recorded = (
  relation: Relation,
  changing: ReadonlySet<Attribute>,
  written: string,
  final: (of: Attribute) => ReadonlyArray<string>
): string => {
  const all = [...changing]
  const advances = all.filter(({ declared }) => declared.kind === "forward").map(({ field, index }) =>
    // A step back under the policy `join` is none, and the history keeps no advance without effect.
    `CASE WHEN g${index} > coalesce(o${index}, 0) THEN jsonb_build_object(${
      literal(field)
    }, jsonb_build_object('advance', ` +
    `jsonb_build_object('sequence', g${index}, 'id', h${index}))) ELSE '{}'::jsonb END`
  )
  const inverses = all.flatMap((of) => {
    const { declared, field } = of
    if (declared.kind !== "replace" && declared.kind !== "map") return []
    return [
      `CASE WHEN p ? ${literal(field)} THEN jsonb_build_object(${literal(field)}, ${inverse(of)}) ELSE '{}'::jsonb END`
    ]
  })
  const moves = all.filter(({ declared }) => declared.kind === "guarded" || declared.kind === "fixed").map((of) => {
    const { column, field, index } = of
    return `CASE WHEN d${index} THEN jsonb_build_object(${literal(field)}, jsonb_build_object(` +
      `'from', ${toJson(column, [`o${index}`])}, 'to', ${toJson(column, [`n${index}`])})) ELSE '{}'::jsonb END`
  })
  return `h AS (
  INSERT INTO record_history (tenant, kind, record_id, version, at, by, reason, patch, inverse, moves, state)
  SELECT i_tenant, ${literal(relation.kind.kind.name)}, i_id, o_version + 1, n_at, i_by, i_reason, ${
    ["p", ...advances].join(" || ")
  }, ${inverses.join(" || ") || "'{}'::jsonb"}, ${moves.join(" || ") || "'{}'::jsonb"}, ${snapshot(relation, final)}
  FROM j WHERE ${written}
)`
}

/** The whole state, where `Snapshot.isDue`; its size is asked only where the smallest state would be kept. */
const snapshot = (relation: Relation, final: (of: Attribute) => ReadonlyArray<string>): string => {
  const { every, ordinaryBytes } = Snapshot
  const fields = relation.attributes.map((of) => `${literal(of.field)}, ${toJson(of.column, final(of))}`)
  const doublings = `greatest(0, ceil(log(2, octet_length(state::text) / ${ordinaryBytes}.0)))`
  return `CASE WHEN (o_version + 1) % ${every} = 0 THEN (
    SELECT CASE WHEN (o_version + 1) % (${every} * 2 ^ ${doublings})::bigint = 0 THEN state END
    FROM (SELECT jsonb_build_object(${fields.join(", ")}) AS state OFFSET 0) s
  ) END`
}

/** The operation that takes back the one on a field, at its old value. */
const inverse = (of: Attribute): string => {
  const { column, declared, index } = of
  if (declared.kind === "replace") {
    return `jsonb_build_object('set', ${column.type === "timestamp" ? timestampText(`o${index}`) : `o${index}`})`
  }
  const merge = `p->${literal(of.field)}->'merge'`
  const present = `f${index} ? key`
  const part = (name: string, aggregate: string, which: string) =>
    `CASE WHEN bool_or(${which}) THEN jsonb_build_object('${name}', ${aggregate} FILTER (WHERE ${which})) ELSE '{}'::jsonb END`
  return `CASE WHEN f${index} IS NULL OR p->${
    literal(of.field)
  } ? 'set' THEN jsonb_build_object('set', f${index}) ELSE (` +
    `SELECT jsonb_build_object('merge', ${part("set", `jsonb_object_agg(key, f${index}->key)`, present)} || ` +
    `${part("unset", "jsonb_agg(key)", `NOT ${present}`)}) ` +
    `FROM (SELECT jsonb_object_keys(${merge}->'set') UNION ALL SELECT jsonb_array_elements_text(${merge}->'unset')) ` +
    `AS keys (key)) END`
}
