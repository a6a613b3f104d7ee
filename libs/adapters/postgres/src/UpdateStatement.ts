/**
 * The statement that executes many updates of one kind at once, derived from the kind's fields and their columns.
 *
 * It locks the rows in the order of their keys, and everything after that is computed from the rows as they were
 * locked: a statement that had to wait for a row sees in the table what was there before. Each input is answered by the
 * outcome and the whole record.
 *
 * @since 0.1.0
 */
import * as HistoryEntry from "./HistoryEntry.ts"
import * as Memos from "./Memos.ts"
import * as NewValue from "./NewValue.ts"
import {
  answer,
  type Attribute,
  column,
  deleted,
  idColumn,
  literal,
  quoted,
  type Relation,
  toJson
} from "./Relation.ts"
import * as UpdateInputs from "./UpdateInputs.ts"
import { exceeds } from "./ValueSize.ts"

/**
 * Derives the statement. Its parameters are {@link UpdateInputs.parameters}, and where some are of the same record,
 * after these the number of those that are the first of their record, which stand before all others.
 *
 * What PostgreSQL does for each statement, before it looks at a row, grows with its expressions and with the rows that
 * it hands on from one part to the next. So a statement has only what its updates make use of, and a part of its own
 * only for values that are used more than once.
 *
 * It answers `[ordinal, outcome, version, …state]` for each record that exists, and where updates advance cursors after
 * that the sequence and the id that are present, and the sequence that was given. The outcome is `done`, `same`,
 * `missing`, `stale`, `locked`, `due`, or `unknown`, `backwards` or `large` with the place of the field. What is locked
 * is answered for the first update of the record alone. What is `due` was not done, see {@link UpdateInputs.Shape}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (relation: Relation, shape: UpdateInputs.Shape): string => {
  const columns = parts(relation, shape)
  const touched = relation.byField.get(relation.kind.touched!)!
  const changing = [...columns.changing]
  const changed = differing(shape, changing)
  const final = (of: Attribute): ReadonlyArray<string> =>
    of === touched
      ? [`CASE WHEN outcome = 'done' THEN n_at ELSE o${of.index} END`]
      : columns.changing.has(of)
      ? NewValue.slots(of).map((slot) =>
        `CASE WHEN ${both("outcome = 'done'", changed(of))} THEN n${slot} ELSE o${slot} END`
      )
      : NewValue.slots(of).map((slot) => `o${slot}`)
  /** What an update makes of the rows of a source: the new values, whether they differ, and the outcome. */
  const step = (source: string): string => {
    const entered = layer(shape, source, columns.entries, columns.joins)
    const valued = layer(shape, entered, columns.values)
    const compared = layer(
      shape,
      valued,
      changing.flatMap((of) => changed(of) === always ? [] : [`${NewValue.differs(of, shape)} AS d${of.index}`])
    )
    return layer(shape, compared, [
      `greatest(o${touched.index}, i_at) AS n_at`,
      `${outcome(relation, shape, changing)} AS outcome`
    ])
  }

  const present = locking(relation, shape, columns.changing)
  return `WITH ${shape.folds ? "RECURSIVE " : ""}${UpdateInputs.rows(shape)}, ${
    shape.folds
      ? `c AS MATERIALIZED (\n  ${present}\n), j AS (\n  ${step("c")}\n  UNION ALL\n  ${
        step(next(relation, shape, changing, final))
      }\n)`
      : `j AS MATERIALIZED (\n  ${step(present)}\n)`
  }, ${updated(relation, shape, changing, final)}, ${
    HistoryEntry.recorded(relation, shape, { changing: columns.changing, written: written(shape), changed, final })
  }${shape.remembers ? `, ${remembered(relation, shape)}` : ""}
SELECT ${
    [
      "i_ord::int4",
      "outcome",
      "(o_version + (outcome = 'done')::int)::float8",
      ...answer(relation, final),
      ...columns.facts
    ]
      .join(", ")
  }
FROM ${UpdateInputs.beside(shape, "j")}${shape.skips ? `\nUNION ALL\n${locked(relation, shape, columns)}` : ""}`
}

/** The rows of the records as they are locked, each with its update. */
const locking = (relation: Relation, shape: UpdateInputs.Shape, changing: ReadonlySet<Attribute>): string => {
  const { attributes, table } = relation
  const values = attributes.flatMap((of) =>
    NewValue.slots(of).map((slot, part) =>
      `${
        changing.has(of) && of.declared.kind === "map" ? NewValue.flat(of, shape) : NewValue.stored(of, part)
      } AS o${slot}`
    )
  )
  // Of one update alone, what is read here is all that is handed on.
  const given = shape.alone ? [] : ["i.*"]
  const unchanged = shape.folds ? [...changing].map(({ index }) => `false AS b${index}`) : []
  return `SELECT ${[...given, "t.version AS o_version", ...values, ...unchanged].join(", ")}
  FROM i JOIN ${quoted(table.name)} t ON t.tenant = i.i_tenant AND t.${idColumn(relation)} = i.i_id
  ${shape.alone ? "" : `ORDER BY t.tenant, t.${idColumn(relation)}\n  `}FOR NO KEY UPDATE OF t${
    shape.skips ? " SKIP LOCKED" : ""
  }`
}

/** Adds columns to the rows of a source, each of which is computed once, however often it is used. */
const layer = (shape: UpdateInputs.Shape, source: string, columns: ReadonlyArray<string>, joins = ""): string => {
  if (columns.length === 0) return source
  const from = /^\w+$/.test(source) ? source : `(\n  ${source} OFFSET 0\n  )`
  return `SELECT l.*${list(columns)} FROM ${UpdateInputs.beside(shape, `${from} l`)}${joins}`
}

/** What is true of a row as soon as it is written. */
const always = "true"

/**
 * Whether the value of an attribute changed, for rows that are written. With one attribute that may change and one update
 * of each record, none is written but because of that one.
 */
const differing =
  ({ folds }: UpdateInputs.Shape, changing: ReadonlyArray<Attribute>) => ({ index }: Attribute): string =>
    changing.length === 1 && !folds ? always : `d${index}`

const both = (one: string, other: string): string => other === always ? one : `${one} AND ${other}`

/** The next update of each record that has one, with the record as the one before it left it. */
const next = (
  { attributes }: Relation,
  shape: UpdateInputs.Shape,
  changing: ReadonlyArray<Attribute>,
  final: (of: Attribute) => ReadonlyArray<string>
): string => {
  const given = UpdateInputs.parameters(shape).map(({ name, parameter, read }) =>
    name === "i_tenant" || name === "i_id" ? name : `${read(`(${parameter})[i_next::int4]`)} AS ${name}`
  )
  // What is recursive has columns of one collation.
  const left = attributes.flatMap((of) =>
    final(of).map((value, part) => {
      const isText = of.column.type === "text" || (of.column.type === "cursor" && part === 1)
      return `${isText ? `(${value}) COLLATE "C"` : value} AS o${NewValue.slots(of)[part]}`
    })
  )
  return `SELECT i_next AS i_ord, ${
    [
      ...given,
      "o_version + (outcome = 'done')::int AS o_version",
      ...left,
      ...changing.map((of) => `${changedSoFar(shape)(of)} AS b${of.index}`)
    ].join(", ")
  }
  FROM j WHERE i_next > 0`
}

/** Whether the updates of a record up to this one changed a field, in a statement that folds. */
const changedSoFar = (shape: UpdateInputs.Shape) => ({ index }: Attribute): string =>
  `(b${index} OR (${written(shape)} AND d${index}))`

/** The updates whose rows are there and did not come. */
const locked = (relation: Relation, { alone }: UpdateInputs.Shape, { facts }: Parts): string => {
  const nothing = ["version", ...answer(relation, NewValue.slots), ...facts].map(() => "NULL")
  return `SELECT i_ord::int4, 'locked'${list(nothing)}
FROM i JOIN ${quoted(relation.table.name)} t ON t.tenant = i.i_tenant AND t.${idColumn(relation)} = i.i_id
WHERE ${alone ? "NOT EXISTS (SELECT FROM j)" : "i_ord <> ALL (ARRAY(SELECT i_ord FROM j))"}`
}

interface Parts {
  /** The attributes that the statement may change, but the timestamp. */
  readonly changing: ReadonlySet<Attribute>
  /** The entries that cursors advance to, and where they come from. */
  readonly entries: ReadonlyArray<string>
  readonly joins: string
  /** The values to write. */
  readonly values: ReadonlyArray<string>
  /** What is told of cursors that would go back. */
  readonly facts: ReadonlyArray<string>
}

/**
 * Divides the attributes of a kind by what an update may do to them.
 *
 * @category queries
 * @since 0.1.0
 */
export const writable = (relation: Relation) => {
  const fixed = new Set(["id", relation.kind.touched])
  return {
    patched: relation.attributes.filter(({ declared }) => declared.kind === "replace" || declared.kind === "map"),
    advanced: relation.attributes.filter(({ declared }) => declared.kind === "forward"),
    assigned: relation.attributes.filter(({ declared, field }) =>
      (declared.kind === "guarded" || declared.kind === "fixed") && !fixed.has(field)
    )
  }
}

const parts = (relation: Relation, shape: UpdateInputs.Shape): Parts => {
  const can = writable(relation)
  const patched = can.patched.filter(({ field }) => shape.patched.includes(field))
  const advanced = shape.advances ? can.advanced : []
  const assigned = shape.assigns ? can.assigned : []
  const fact = (name: (index: number) => string, type: string) => {
    const cases = advanced.map((of) => `WHEN x->'e' ? ${literal(of.field)} THEN ${name(of.index)}`)
    return `(CASE ${cases.join(" ")} END)::${type}`
  }
  return {
    changing: new Set([...patched, ...advanced, ...assigned]),
    entries: advanced.map((of) => `e${of.index}.sequence_id AS g${of.index}, e${of.index}.id AS h${of.index}`),
    joins: advanced.map((of) => NewValue.entryJoin(relation, of)).join(""),
    values: [
      ...patched.map((of) => `${NewValue.patched(of, shape)} AS n${of.index}`),
      ...assigned.map((of) => `${NewValue.assigned(of)} AS n${of.index}`),
      ...advanced.map((of) => `g${of.index} AS n${of.index}, h${of.index} AS n${of.index}_id`)
    ],
    facts: advanced.length === 0
      ? []
      : [fact((n) => `o${n}`, "float8"), fact((n) => `o${n}_id`, "text"), fact((n) => `g${n}`, "float8")]
  }
}

const list = (items: ReadonlyArray<string>): string => items.map((item) => `, ${item}`).join("")

const outcome = (relation: Relation, shape: UpdateInputs.Shape, changing: ReadonlyArray<Attribute>): string => {
  const cases: Array<string> = shape.redacts ? [] : [`WHEN ${deleted(relation, NewValue.old)} THEN 'missing'`]
  if (shape.demands) {
    cases.push(`WHEN x ? 'v' AND NOT x->'v' @> to_jsonb(o_version) THEN 'stale'`)
    // Wrapped in a list, a value is an element of the list of demanded scalars exactly when it is one of them.
    const unmet = relation.attributes.map((of) => {
      const value = toJson(of.column, NewValue.slots(of).map((slot) => `o${slot}`))
      return `(x->'w' ? ${literal(of.field)} AND NOT x->'w'->${literal(of.field)} @> jsonb_build_array(${value}))`
    })
    cases.push(`WHEN x ? 'w' AND (${unmet.join(" OR ")}) THEN 'stale'`)
  }
  for (const of of changing) {
    if (of.declared.kind !== "forward") continue
    cases.push(`WHEN x->'e' ? ${literal(of.field)} AND g${of.index} IS NULL THEN 'unknown:${of.index}'`)
    cases.push(`WHEN NOT coalesce(x ? 'j', false) AND g${of.index} < o${of.index} THEN 'backwards:${of.index}'`)
  }
  const changed = differing(shape, changing)
  const any = changing.map((of) => changed(of) === always ? NewValue.differs(of, shape) : changed(of)).join(" OR ")
  cases.push(`WHEN NOT (${any || "false"}) THEN 'same'`)
  for (const of of changing) {
    const large = exceeds(of, `n${of.index}`)
    if (large !== undefined) cases.push(`WHEN ${both(large, changed(of))} THEN 'large:${of.index}'`)
  }
  if (!shape.keeps) cases.push(`WHEN ${HistoryEntry.mayBeDue} THEN 'due'`)
  return `CASE ${cases.join(" ")} ELSE 'done' END`
}

/** The condition under which an update is written. Without `x` it is, and NULL is not true. */
const written = ({ rehearses }: UpdateInputs.Shape): string =>
  rehearses ? `outcome = 'done' AND ${real}` : "outcome = 'done'"
const real = "NOT coalesce(x ? 'd', false)"

/** A memo is kept of an update that changes nothing as well. */
const remembered = ({ kind: { kind } }: Relation, shape: UpdateInputs.Shape): string =>
  `m AS (
  ${
    Memos.insert(
      `${UpdateInputs.beside(shape, "j")} WHERE m_id IS NOT NULL AND outcome IN ('done', 'same')${
        shape.rehearses ? ` AND ${real}` : ""
      }`,
      {
        tenant: "i_tenant",
        kind: literal(kind.name),
        id: "i_id",
        version: "o_version + (outcome = 'done')::int",
        changed: "outcome = 'done'"
      }
    )
  }
)`

/**
 * Writes each row once. The narrow source keeps the join from copying the large old values, and unchanged ones keep their
 * place on disk.
 */
const updated = (
  relation: Relation,
  shape: UpdateInputs.Shape,
  changing: ReadonlyArray<Attribute>,
  final: (of: Attribute) => ReadonlyArray<string>
): string => {
  const touched = relation.byField.get(relation.kind.touched!)!
  const all = [...changing, touched]
  const changed = differing(shape, changing)
  const asked = changing.filter((of) => changed(of) !== always)
  const source = shape.folds
    ? [
      "o_version + (outcome = 'done')::int AS n_version",
      ...asked.map((of) => `${changedSoFar(shape)(of)} AS d${of.index}`),
      ...all.flatMap((of) => final(of).map((value, part) => `${value} AS w${NewValue.slots(of)[part]}`))
    ]
    : [
      "o_version + 1 AS n_version",
      ...asked.map((of) => changed(of)),
      ...changing.flatMap((of) => NewValue.slots(of).map((slot) => `n${slot} AS w${slot}`)),
      `n_at AS w${touched.index}`
    ]
  const condition = shape.folds
    ? `i_next = 0 AND (${changing.map(changedSoFar(shape)).join(" OR ") || "false"})`
    : written(shape)
  const sets = changing.flatMap((of) =>
    NewValue.slots(of).map((slot, part) =>
      `${column(of, part)} = ${
        changed(of) === always
          ? `w.w${slot}`
          : `CASE WHEN w.d${of.index} THEN w.w${slot} ELSE t.${column(of, part)} END`
      }`
    )
  )
  const given = shape.alone ? "i" : "w"
  return `u AS (
  UPDATE ${quoted(relation.table.name)} t
  SET ${["version = w.n_version", `${column(touched)} = w.w${touched.index}`, ...sets].join(", ")}
  FROM ${
    UpdateInputs.beside(
      shape,
      `(SELECT ${[...shape.alone ? [] : ["i_tenant", "i_id"], ...source].join(", ")} FROM ${
        UpdateInputs.beside(shape, "j")
      } WHERE ${condition} OFFSET 0) w`
    )
  }
  WHERE t.tenant = ${given}.i_tenant AND t.${idColumn(relation)} = ${given}.i_id
)`
}
