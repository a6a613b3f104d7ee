/**
 * The statement that executes many updates of one kind at once, derived from the kind's fields and their columns.
 *
 * It locks the rows in the order of their keys, and everything after that is computed from the rows as they were
 * locked: a statement that had to wait for a row sees in the table what was there before. Each input is answered by the
 * outcome and the whole record.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as HistoryEntry from "./HistoryEntry.ts"
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
  type Relation,
  toJson
} from "./Relation.ts"
import { exceeds } from "./ValueSize.ts"

/**
 * What the updates of a batch make use of. A statement contains only that; few shapes occur, and each is prepared once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  /** The fields that a patch touches: none, one alone, or all that can be. */
  readonly patched: ReadonlyArray<string>
  /** Patches may take keys out of maps, and replace maps; where they do neither, they only put keys into maps. */
  readonly removes: boolean
  readonly assigns: boolean
  readonly advances: boolean
  readonly demands: boolean
  readonly rehearses: boolean
  readonly remembers: boolean
  /** Deleted records are written too. */
  readonly redacts: boolean
  /** There is one update: the parameters are its values, and not arrays. */
  readonly alone: boolean
  /** Some are of the same record: then each goes on from what the one before it left, and the row is written once. */
  readonly folds: boolean
  /** A row that another transaction has locked is not waited for: its update is not done. */
  readonly skips: boolean
}

/**
 * The parts of an update that the statement's column `x` carries, each where it is used: the versions and values
 * demanded, the values assigned, the entries to advance to, whether a step back is no change, and whether nothing is written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Extras {
  readonly v?: ReadonlyArray<number>
  readonly w?: RecordStore.Update["where"]
  readonly a?: RecordStore.Update["assign"]
  readonly e?: RecordStore.Update["advance"]
  readonly j?: true
  readonly d?: true
}

/**
 * Tells whether a statement of a shape is given {@link Extras}.
 *
 * @category queries
 * @since 0.1.0
 */
export const hasExtras = ({ advances, assigns, demands, rehearses }: Shape): boolean =>
  advances || assigns || demands || rehearses

/**
 * Derives the statement. Its parameters are arrays, one element for each update, or values where there is one: tenants, ids, moments, authors, reasons
 * and patches; {@link Extras} where {@link hasExtras}; where some have memos the parameters of these; and where some are of
 * the same record, the ordinal of the next one of the same record, 0 for none, and after it the number of those that are
 * the first of their record, which stand before all others.
 *
 * What PostgreSQL does for each statement, before it looks at a row, grows with its expressions and with the rows that it
 * hands on from one part to the next. So a statement has only what its updates make use of, and a part of its own only for
 * values that are used more than once.
 *
 * It answers `[ordinal, outcome, present sequence, present id, given sequence, version, …state]` for each record that
 * exists. The outcome is `done`, `same`, `missing`, `stale`, `locked`, or `unknown`, `backwards` or `large` with the place
 * of the field. What is locked is answered for the first update of the record alone.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (relation: Relation, shape: Shape): string => {
  const columns = parts(relation, shape)
  const { attributes, table } = relation
  const touched = relation.byField.get(relation.kind.touched!)!
  const changing = [...columns.changing]
  const changed = differing(shape, changing)
  const final = (of: Attribute): ReadonlyArray<string> =>
    of === touched
      ? [`CASE WHEN outcome = 'done' THEN n_at ELSE o${of.index} END`]
      : columns.changing.has(of)
      ? slots(of).map((slot) => `CASE WHEN ${both("outcome = 'done'", changed(of))} THEN n${slot} ELSE o${slot} END`)
      : slots(of).map((slot) => `o${slot}`)
  // Where a row is changed once, its values can be looked into where it is read.
  const early = shape.folds ? [] : columns.flat

  /** What an update makes of the rows of a source: the new values, whether they differ, and the outcome. */
  const step = (source: string): string => {
    const flat = layer(source, [...shape.folds ? columns.flat : [], ...columns.entries], columns.joins)
    const valued = layer(flat, columns.values)
    const compared = layer(
      valued,
      changing.flatMap((of) => changed(of) === always ? [] : [`${differs(of)} AS d${of.index}`])
    )
    return layer(compared, [
      `greatest(o${touched.index}, i_at) AS n_at`,
      `${outcome(relation, shape, changing)} AS outcome`
    ])
  }

  return `WITH ${shape.folds ? "RECURSIVE " : ""}${source(shape)}, c AS MATERIALIZED (
  SELECT i.*, t.version AS o_version${
    list([
      ...attributes.flatMap((of) => slots(of).map((slot, part) => `${stored(of, part)} AS o${slot}`)),
      ...early
    ])
  }${shape.folds ? list(changing.map(({ index }) => `false AS b${index}`)) : ""}
  FROM i JOIN ${quoted(table.name)} t ON t.tenant = i.i_tenant AND t.${idColumn(relation)} = i.i_id
  ${shape.alone ? "" : `ORDER BY t.tenant, t.${idColumn(relation)}\n  `}FOR NO KEY UPDATE OF t${
    shape.skips ? " SKIP LOCKED" : ""
  }
), j AS ${
    shape.folds
      ? `(\n  ${step("c")}\n  UNION ALL\n  ${step(next(relation, shape, changing, final))}\n)`
      : `MATERIALIZED (\n  ${step("c")}\n)`
  }, ${updated(relation, shape, changing, final)}, ${
    HistoryEntry.recorded(relation, {
      changing: columns.changing,
      written: written(shape),
      removes: shape.removes,
      changed,
      final
    })
  }${shape.remembers ? `, ${remembered(relation, shape)}` : ""}
SELECT i_ord::int4, outcome, ${columns.facts.join(", ")}, (o_version + (outcome = 'done')::int)::float8, ${
    answer(relation, final).join(", ")
  }
FROM j${shape.skips ? `\nUNION ALL\n${locked(relation)}` : ""}`
}

/** Adds columns to the rows of a source, each of which is computed once, however often it is used. */
const layer = (source: string, columns: ReadonlyArray<string>, joins = ""): string => {
  if (columns.length === 0) return source
  const from = /^\w+$/.test(source) ? source : `(\n  ${source} OFFSET 0\n  )`
  return `SELECT l.*${list(columns)} FROM ${from} l${joins}`
}

/** What is true of a row as soon as it is written. */
const always = "true"

/**
 * Whether the value of an attribute changed, for rows that are written. With one attribute that may change and one update
 * of each record, none is written but because of that one.
 */
const differing = ({ folds }: Shape, changing: ReadonlyArray<Attribute>) => ({ index }: Attribute): string =>
  changing.length === 1 && !folds ? always : `d${index}`

const both = (one: string, other: string): string => other === always ? one : `${one} AND ${other}`

/** The value of a column in the table. */
const stored = (of: Attribute, part: number): string =>
  `t.${column(of, part)}${of.column.type === "timestamp" ? "::timestamptz" : ""}`

/** What the statement is given for each update. */
const inputs = (shape: Shape): ReadonlyArray<{ readonly name: string; readonly value: string }> =>
  [
    "i_tenant text",
    "i_id text",
    "moment text",
    "i_by text",
    "i_reason text",
    "p jsonb",
    ...hasExtras(shape) ? ["x jsonb"] : [],
    ...shape.remembers ? Memos.columns.split(", ").map((name) => `${name} text`) : [],
    ...shape.folds ? ["i_next bigint"] : []
  ].map((input, at) => {
    const [name, type] = input.split(" ") as [string, string]
    return { name, value: `$${at + 1}::${type}${shape.alone ? "" : "[]"}` }
  })

/** The rows `i` of the updates; where records have several, of the first of each. */
const source = (shape: Shape): string => {
  const given = inputs(shape)
  const moment = (value: string) => `${value}::timestamptz AS i_at`
  // One row of parameters becomes a part of whatever reads it.
  if (shape.alone) {
    const values = given.map(({ name, value }) => name === "moment" ? moment(value) : `${value} AS ${name}`)
    return `i AS NOT MATERIALIZED (\n  SELECT 1::bigint AS i_ord, ${values.join(", ")}\n)`
  }
  return `i AS MATERIALIZED (
  SELECT i_ord, ${given.map(({ name }) => name === "moment" ? moment(name) : name).join(", ")}
  FROM unnest(${given.map(({ value }) => value).join(", ")}) WITH ORDINALITY
    AS u (${given.map(({ name }) => name).join(", ")}, i_ord)${
    shape.folds ? `\n  WHERE i_ord <= $${given.length + 1}::bigint` : ""
  }
)`
}

/** The next update of each record that has one, with the record as the one before it left it. */
const next = (
  { attributes }: Relation,
  shape: Shape,
  changing: ReadonlyArray<Attribute>,
  final: (of: Attribute) => ReadonlyArray<string>
): string => {
  const given = inputs(shape).map(({ name, value: array }) => {
    if (name === "i_tenant" || name === "i_id") return name
    const value = `(${array})[i_next::int4]`
    return name === "moment" ? `${value}::timestamptz AS i_at` : `${value} AS ${name}`
  })
  // What is recursive has columns of one collation.
  const left = attributes.flatMap((of) =>
    final(of).map((value, part) => {
      const isText = of.column.type === "text" || (of.column.type === "cursor" && part === 1)
      return `${isText ? `(${value}) COLLATE "C"` : value} AS o${slots(of)[part]}`
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
const changedSoFar = (shape: Shape) => ({ index }: Attribute): string =>
  `(b${index} OR (${written(shape)} AND d${index}))`

/** The updates whose rows are there and did not come. */
const locked = (relation: Relation): string => {
  const nothing = answer(relation, slots).map(() => "NULL")
  return `SELECT i_ord::int4, 'locked', NULL, NULL, NULL, NULL${list(nothing)}
FROM i JOIN ${quoted(relation.table.name)} t ON t.tenant = i.i_tenant AND t.${idColumn(relation)} = i.i_id
WHERE i_ord <> ALL (ARRAY(SELECT i_ord FROM c))`
}

interface Parts {
  /** The attributes that the statement may change, but the timestamp. */
  readonly changing: ReadonlySet<Attribute>
  /** Old map values, brought into memory once however often they are looked into. */
  readonly flat: ReadonlyArray<string>
  /** The entries that cursors advance to, and where they come from. */
  readonly entries: ReadonlyArray<string>
  readonly joins: string
  /** The values to write. */
  readonly values: ReadonlyArray<string>
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

const parts = (relation: Relation, shape: Shape): Parts => {
  const can = writable(relation)
  const patched = can.patched.filter(({ field }) => shape.patched.includes(field))
  const advanced = shape.advances ? can.advanced : []
  const assigned = shape.assigns ? can.assigned : []
  const maps = patched.filter(({ declared }) => declared.kind === "map")
  const fact = (name: (index: number) => string, type: string) => {
    const cases = advanced.map((of) => `WHEN x->'e' ? ${literal(of.field)} THEN ${name(of.index)}`)
    return cases.length === 0 ? `NULL::${type}` : `(CASE ${cases.join(" ")} END)::${type}`
  }
  return {
    changing: new Set([...patched, ...advanced, ...assigned]),
    flat: maps.map((of) => {
      const [source, value] = shape.folds ? ["l", `o${of.index}`] : ["i", stored(of, 0)]
      return `CASE WHEN ${source}.p ? ${literal(of.field)} THEN ${value} || '{}'::jsonb END AS f${of.index}`
    }),
    entries: advanced.map((of) => `e${of.index}.sequence_id AS g${of.index}, e${of.index}.id AS h${of.index}`),
    joins: advanced.map((of) => entryJoin(relation, of)).join(""),
    values: [
      ...patched.map((of) => `${patchedValue(of, shape)} AS n${of.index}`),
      ...assigned.map((of) => `${assignedValue(of)} AS n${of.index}`),
      ...advanced.map((of) => `g${of.index} AS n${of.index}, h${of.index} AS n${of.index}_id`)
    ],
    facts: [fact((n) => `o${n}`, "float8"), fact((n) => `o${n}_id`, "text"), fact((n) => `g${n}`, "float8")]
  }
}

const list = (items: ReadonlyArray<string>): string => items.map((item) => `, ${item}`).join("")

/** The names of an attribute's values within the statement, without the letter that says which: old or new. */
const slots = ({ column, index }: Attribute): ReadonlyArray<string> =>
  column.type === "cursor" ? [`${index}`, `${index}_id`] : [`${index}`]

const old = (of: Attribute): string => `o${of.index}`

const operation = ({ field }: Attribute): string => `p->${literal(field)}`

const patchedValue = (of: Attribute, { removes }: Shape): string => {
  const { column, declared, field, index } = of
  if (column.type === "cursor") throw new Error(`The field ${field} is not a cursor`)
  const set = fromJson(column.type, `(${operation(of)}->'set')`)
  if (declared.kind === "replace") return `CASE WHEN p ? ${literal(field)} THEN ${set} END`
  const base = `coalesce(f${index}, '{}'::jsonb)`
  const merge = `${operation(of)}->'merge'`
  // A patch is in normal form: a merge that is there is not empty, so a null map becomes an object.
  if (!removes) return `CASE WHEN p ? ${literal(field)} THEN ${base} || (${merge}->'set') END`
  return `CASE WHEN NOT p ? ${literal(field)} THEN NULL WHEN ${operation(of)} ? 'set' THEN ${set} ` +
    `WHEN ${merge} ? 'unset' THEN ${without(base, `${merge}->'unset'`)} ` +
    `|| coalesce(${merge}->'set', '{}'::jsonb) ELSE ${base} || (${merge}->'set') END`
}

/**
 * An object without the keys of a list. These are hashed: the operator `-` compares each key with each, which takes
 * minutes where both are many.
 */
const without = (object: string, keys: string): string =>
  `(SELECT coalesce(jsonb_object_agg(key, value), '{}'::jsonb) FROM jsonb_each(${object}) ` +
  `WHERE key NOT IN (SELECT jsonb_array_elements_text(${keys})))`

const assignedValue = ({ column, field }: Attribute): string => {
  if (column.type === "cursor") throw new Error(`The field ${field} is not a cursor`)
  const value = fromJson(column.type, `(x->'a'->${literal(field)})`)
  return `CASE WHEN x->'a' ? ${literal(field)} THEN ${value} END`
}

/** The entry of the log that a cursor is to advance to, if it is one of the record's. */
const entryJoin = (relation: Relation, of: Attribute): string => {
  const { field, index } = of
  const scope = of.declared.kind === "forward" ? of.declared.scope : []
  const same = scope.map((name) => ` AND e${index}.${quoted(name)} = ${old(relation.byField.get(name)!)}`).join("")
  return ` LEFT JOIN events e${index} ON e${index}.tenant = l.i_tenant ` +
    `AND e${index}.id = l.x->'e'->>${literal(field)}${same}`
}

/** Whether the value of an attribute really changes. */
const differs = (of: Attribute): string => {
  const { declared, field, index } = of
  switch (declared.kind) {
    case "replace":
    case "map":
      return `(p ? ${literal(field)} AND n${index} IS DISTINCT FROM ${declared.kind === "map" ? "f" : "o"}${index})`
    case "forward":
      return `(g${index} IS NOT NULL AND (o${index} IS NULL OR g${index} > o${index}))`
    case "guarded":
    case "fixed":
      // Without `x` nothing is assigned, and NULL is not true.
      return `coalesce(x->'a' ? ${literal(field)} AND n${index} IS DISTINCT FROM o${index}, false)`
  }
}

const outcome = (relation: Relation, shape: Shape, changing: ReadonlyArray<Attribute>): string => {
  const cases: Array<string> = shape.redacts ? [] : [`WHEN ${deleted(relation, old)} THEN 'missing'`]
  if (shape.demands) {
    cases.push(`WHEN x ? 'v' AND NOT x->'v' @> to_jsonb(o_version) THEN 'stale'`)
    // Wrapped in a list, a value is an element of the list of demanded scalars exactly when it is one of them.
    const unmet = relation.attributes.map((of) => {
      const value = toJson(of.column, slots(of).map((slot) => `o${slot}`))
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
  const any = changing.map((of) => changed(of) === always ? differs(of) : changed(of)).join(" OR ")
  cases.push(`WHEN NOT (${any || "false"}) THEN 'same'`)
  for (const of of changing) {
    const large = exceeds(of, `n${of.index}`)
    if (large !== undefined) cases.push(`WHEN ${both(large, changed(of))} THEN 'large:${of.index}'`)
  }
  return `CASE ${cases.join(" ")} ELSE 'done' END`
}

/** The condition under which an update is written. Without `x` it is, and NULL is not true. */
const written = ({ rehearses }: Shape): string => rehearses ? `outcome = 'done' AND ${real}` : "outcome = 'done'"
const real = "NOT coalesce(x ? 'd', false)"

/** A memo is kept of an update that changes nothing as well. */
const remembered = ({ kind: { kind } }: Relation, { rehearses }: Shape): string =>
  `m AS (
  ${
    Memos.insert(
      `j WHERE m_id IS NOT NULL AND outcome IN ('done', 'same')${rehearses ? ` AND ${real}` : ""}`,
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
  shape: Shape,
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
      ...all.flatMap((of) => final(of).map((value, part) => `${value} AS w${slots(of)[part]}`))
    ]
    : [
      "o_version + 1 AS n_version",
      ...asked.map((of) => changed(of)),
      ...changing.flatMap((of) => slots(of).map((slot) => `n${slot} AS w${slot}`)),
      `n_at AS w${touched.index}`
    ]
  const condition = shape.folds
    ? `i_next = 0 AND (${changing.map(changedSoFar(shape)).join(" OR ") || "false"})`
    : written(shape)
  const sets = changing.flatMap((of) =>
    slots(of).map((slot, part) =>
      `${column(of, part)} = ${
        changed(of) === always
          ? `w.w${slot}`
          : `CASE WHEN w.d${of.index} THEN w.w${slot} ELSE t.${column(of, part)} END`
      }`
    )
  )
  return `u AS (
  UPDATE ${quoted(relation.table.name)} t
  SET ${["version = w.n_version", `${column(touched)} = w.w${touched.index}`, ...sets].join(", ")}
  FROM (SELECT i_tenant, i_id${list(source)} FROM j WHERE ${condition} OFFSET 0) w
  WHERE t.tenant = w.i_tenant AND t.${idColumn(relation)} = w.i_id
)`
}
