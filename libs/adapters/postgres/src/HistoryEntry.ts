/**
 * The entry that an update keeps in the history of its record.
 *
 * @since 0.1.0
 */
import { Snapshot } from "@emend/domain"
import * as NewValue from "./NewValue.ts"
import { type Attribute, built, literal, type Relation } from "./Relation.ts"
import * as UpdateInputs from "./UpdateInputs.ts"

/**
 * What an update leaves, as expressions over the rows `j` of the updates.
 *
 * @category models
 * @since 0.1.0
 */
export interface Left {
  /** The attributes that the statement may change, but the timestamp. */
  readonly changing: ReadonlySet<Attribute>
  /** Whether an update is written. */
  readonly written: string
  /** Whether the value of an attribute changed, for updates that are written. */
  readonly changed: (of: Attribute) => string
  /** The values of an attribute's columns afterwards. */
  readonly final: (of: Attribute) => ReadonlyArray<string>
}

/**
 * Derives the part of an update that keeps its entry in the history.
 *
 * @category sql
 * @since 0.1.0
 */
export const recorded = (
  relation: Relation,
  shape: UpdateInputs.Shape,
  { changed, changing, final, written }: Left
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
    const entry = `jsonb_build_object(${literal(field)}, ${inverse(of, shape.removes)})`
    return [NewValue.wherePatched(of, shape, entry, "'{}'::jsonb")]
  })
  const moves = all.filter(({ declared }) => declared.kind === "guarded" || declared.kind === "fixed").map((of) => {
    const { column, field, index } = of
    return `CASE WHEN ${changed(of)} THEN jsonb_build_object(${literal(field)}, jsonb_build_object(` +
      `'from', ${built(column, [`o${index}`])}, 'to', ${built(column, [`n${index}`])})) ELSE '{}'::jsonb END`
  })
  return `h AS (
  INSERT INTO record_history (tenant, kind, record_id, version, at, by, reason, patch, inverse, moves${
    shape.keeps ? ", state" : ""
  })
  SELECT i_tenant, ${literal(relation.kind.kind.name)}, i_id, o_version + 1, n_at, i_by, i_reason, ${
    ["p", ...advances].join(" || ")
  }, ${inverses.join(" || ") || "'{}'::jsonb"}, ${moves.join(" || ") || "'{}'::jsonb"}${
    shape.keeps ? `, ${snapshot(relation, final)}` : ""
  }
  FROM ${UpdateInputs.beside(shape, "j")} WHERE ${written}
)`
}

/**
 * Whether the whole state is kept with an update of a row of `j` that is done, were it of ordinary size: of a larger one
 * it is not always.
 *
 * @category sql
 * @since 0.1.0
 */
export const mayBeDue = `(o_version + 1) % ${Snapshot.every} = 0`

/** The whole state, where `Snapshot.isDue`; its size is asked only where the smallest state would be kept. */
const snapshot = (relation: Relation, final: (of: Attribute) => ReadonlyArray<string>): string => {
  const { every, ordinaryBytes } = Snapshot
  const fields = relation.attributes.map((of) => `${literal(of.field)}, ${built(of.column, final(of))}`)
  const doublings = `greatest(0, ceil(log(2, octet_length(state::text) / ${ordinaryBytes}.0)))`
  return `CASE WHEN ${mayBeDue} THEN (
    SELECT CASE WHEN (o_version + 1) % (${every} * 2 ^ ${doublings})::bigint = 0 THEN state END
    FROM (SELECT jsonb_build_object(${fields.join(", ")}) AS state OFFSET 0) s
  ) END`
}

/** The operation that takes back the one on a field, at its old value. */
const inverse = (of: Attribute, removes: boolean): string => {
  const { column, declared } = of
  const old = NewValue.old(of)
  if (declared.kind === "replace") {
    return `jsonb_build_object('set', ${built(column, [old])})`
  }
  const merge = `p->${literal(of.field)}->'merge'`
  const present = `${old} ? key`
  // Where no key is one of those, there is nothing to aggregate.
  const part = (name: string, aggregate: string, which: string) => {
    const found = `${aggregate} FILTER (WHERE ${which})`
    return `CASE WHEN ${found} IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('${name}', ${found}) END`
  }
  const [replaced, keys] = removes
    ? [
      ` OR p->${literal(of.field)} ? 'set'`,
      `(SELECT jsonb_object_keys(${merge}->'set') UNION ALL SELECT jsonb_array_elements_text(${merge}->'unset'))`
    ]
    : ["", `jsonb_object_keys(${merge}->'set')`]
  return `CASE WHEN ${old} IS NULL${replaced} THEN jsonb_build_object('set', ${old}) ELSE (` +
    `SELECT jsonb_build_object('merge', ${part("set", `jsonb_object_agg(key, ${old}->key)`, present)} || ` +
    `${part("unset", "jsonb_agg(key)", `NOT ${present}`)}) FROM ${keys} AS keys (key)) END`
}
