/**
 * How whole records of a kind are staged, compared and moved into their table, as statements derived from its relation.
 *
 * @since 0.1.0
 */
import { RecordArchive, type Revision } from "@emend/domain"
import { answer, type Attribute, column, deleted, idColumn, literal, quoted, type Relation } from "../Relation.ts"
import * as Relations from "../Relation.ts"
import * as Table from "../Table.ts"
import { tables } from "../tables.ts"
import * as Size from "./Size.ts"

/**
 * The table of events. It has no versions, and the content of an event may be JSON null.
 *
 * @category tables
 * @since 0.1.0
 */
export const eventTable: Table.Table = Table.make("Event", "events", {
  id: "text",
  sequence_id: "bigint",
  task_id: "text",
  agent_id: "text",
  created_at: "timestamp",
  content: "object"
})

/**
 * A kind that is archived, with its statements.
 *
 * @category models
 * @since 0.1.0
 */
export interface ArchiveTable {
  readonly relation: Relation
  readonly stage: string
  readonly statements: {
    /** Makes the stage, an empty temporary table that is empty again after each transaction. */
    readonly prepare: string
    readonly copy: string
    /** Copies rows right into the table; `undefined` for a kind of which more is written or asked than its rows. */
    readonly copyDirectly: string | undefined
    /** `[ord, outcome]` for each staged record that cannot simply be inserted, in the first case `there`. */
    readonly classify: string
    /** The ordinals of those staged records that are the same as what is there, histories apart. */
    readonly same: string
    /** Inserts what is staged, but for the ordinals given. */
    readonly insert: string
    /** What else is written with the records. */
    readonly insertAlong: ReadonlyArray<string>
    /** Keeps other writers of edges away until the end of the transaction. */
    readonly lock: string | undefined
    /**
     * `[tenant, id, from, to]` for every edge in a part of the graph that has all cycles with staged edges, but for those
     * whose ordinals are given: the part that is below a staged edge and above one.
     */
    readonly between: string | undefined
    readonly read: string
    /** `[id, …]`, and what `Relation.read` makes these attributes of. */
    readonly byKey: (attributes: ReadonlyArray<Attribute>) => string
  }
}

/**
 * Gives every kind that is archived, references before what refers to them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const all = (): ReadonlyArray<ArchiveTable> => {
  const relations = Relations.join(RecordArchive.archivedKinds, [...tables, eventTable])
  return [...relations.values()].map((relation) => make(relation, relations))
}

const own = (of: Attribute): ReadonlyArray<string> => Table.names(of.column).map(quoted)

const isEvent = ({ kind }: Relation): boolean => kind.kind.name === "Event"

const make = (relation: Relation, relations: ReadonlyMap<string, Relation>): ArchiveTable => {
  const { attributes, kind, table } = relation
  const name = quoted(table.name)
  const stage = quoted(`emend_stage_${table.name}`)
  const fields = attributes.flatMap((of) => Table.names(of.column).map(quoted))
  const columns = ["tenant", ...(isEvent(relation) ? [] : ["version"]), ...fields].join(", ")
  const id = idColumn(relation)
  const state = [
    isEvent(relation) ? "1::float8" : "version::float8",
    ...answer(relation, own)
  ].join(", ")
  const same = columns.split(", ").map((column) => `t.${column} IS NOT DISTINCT FROM s.${column}`)
  return {
    relation,
    stage,
    statements: {
      prepare: `CREATE TEMP TABLE IF NOT EXISTS ${stage} ON COMMIT DELETE ROWS AS
        SELECT 0 AS ord, t.* FROM ${name} t WITH NO DATA`,
      copy: `COPY ${stage} (ord, ${columns}) FROM STDIN`,
      copyDirectly: isEvent(relation) || kind.acyclic !== undefined
        ? undefined
        : `COPY ${name} (${columns}) FROM STDIN`,
      classify: `SELECT ord, outcome FROM (
        SELECT s.ord, CASE WHEN EXISTS (SELECT FROM ${name} t WHERE t.tenant = s.tenant AND t.${id} = s.${id} OFFSET 0) THEN 'there' ${
        [...danglings(relation, relations), ...clashes(relation)].join(" ")
      } END AS outcome FROM ${stage} s) c WHERE outcome IS NOT NULL`,
      same: `SELECT s.ord FROM ${stage} s JOIN ${name} t ON t.tenant = s.tenant AND t.${id} = s.${id}
        WHERE s.ord = ANY($1::int[]) AND ${same.join(" AND ")}`,
      insert: `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${stage}
        WHERE NOT (ord = ANY($1::int[])) ORDER BY tenant, ${id}`,
      insertAlong: isEvent(relation)
        ? [`INSERT INTO task_event_heads AS head (tenant, task_id, last_sequence_id)
            SELECT tenant, task_id, max(sequence_id) FROM ${stage} WHERE NOT (ord = ANY($1::int[]))
            GROUP BY tenant, task_id ORDER BY tenant, task_id
            ON CONFLICT (tenant, task_id)
            DO UPDATE SET last_sequence_id = greatest(head.last_sequence_id, excluded.last_sequence_id)`]
        : [],
      lock: kind.acyclic === undefined ? undefined : `LOCK TABLE ${name} IN SHARE ROW EXCLUSIVE MODE`,
      between: kind.acyclic && between(relation, stage, kind.acyclic),
      read: `SELECT ${state} FROM (
        SELECT *, sum(${
        weight(relation)
      }) OVER (ORDER BY ${id} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM ${name} WHERE tenant = $1 AND ${id} > $2 ORDER BY ${id} LIMIT $3
      ) r WHERE coalesce(before, 0) < $4::float8 ORDER BY ${id}`,
      byKey: (attributes) =>
        `SELECT ${[id, ...answer(relation, own, attributes)].join(", ")} FROM ${name}
        WHERE tenant = $1 AND ${id} = ANY($2::text[])`
    }
  }
}

/** How many bytes of JSON a row holds, about, told without reading what is stored beside it. */
const weight = ({ attributes }: Relation): string =>
  Size.sum(attributes.flatMap((of) =>
    of.column.type === "object" || of.column.type === "list"
      ? [Size.ofJson(column(of))]
      : of.column.type === "text"
      ? [Size.ofText(column(of))]
      : []
  ))

// OFFSET 0 keeps each question a look-up: without statistics the planner would rather hash the whole table for a batch.

const danglings = (relation: Relation, relations: ReadonlyMap<string, Relation>): ReadonlyArray<string> =>
  Object.entries(relation.kind.references ?? {}).map(([field, target]) => {
    const of = relation.byField.get(field)!
    const to = relations.get(target)!
    return `WHEN s.${column(of)} IS NOT NULL AND NOT EXISTS (SELECT FROM ${quoted(to.table.name)} r
      WHERE r.tenant = s.tenant AND r.${idColumn(to)} = s.${column(of)} OFFSET 0) THEN ${literal(`dangling:${field}`)}`
  })

const clashes = (relation: Relation): ReadonlyArray<string> =>
  (relation.kind.unique ?? []).map(({ among, fields }, at) => {
    const living = (row: string) =>
      among === "all" ? "" : ` AND NOT (${deleted(relation, (of) => `${row}.${column(of)}`)})`
    const equal = fields.map((field) => relation.byField.get(field)!).map((of) =>
      ` AND u.${column(of)} = s.${column(of)}`
    ).join("")
    return `WHEN true${living("s")} AND EXISTS (SELECT FROM ${quoted(relation.table.name)} u
      WHERE u.tenant = s.tenant${equal}${living("u")} OFFSET 0) THEN 'taken:${at}'`
  })

type Acyclic = NonNullable<Relation["kind"]["acyclic"]>

/** Each node is visited once for all staged edges, whichever of them it is below or above. */
const between = (relation: Relation, stage: string, { from, to, where }: Acyclic): string => {
  const [near, far, counts] = [from, to, where].map((field) => column(relation.byField.get(field)!))
  const [id, links] = [idColumn(relation), quoted(relation.table.name)]
  const reached = (name: string, start: string, at: string, next: string) =>
    `${name} AS (
      SELECT tenant, ${start} AS at FROM added
      UNION
      SELECT w.tenant, l.${next} FROM ${name} w JOIN ${links} l
        ON l.tenant = w.tenant AND l.${at} = w.at AND l.${counts}
    )`
  return `WITH RECURSIVE added AS (
      SELECT tenant, ${near}, ${far} FROM ${stage} WHERE ${counts} AND NOT (ord = ANY($1::int[]))
    ), ${reached("below", far!, near!, far!)}, ${reached("above", near!, far!, near!)}
    SELECT l.tenant, l.${id}, l.${near}, l.${far} FROM (SELECT tenant, at FROM below INTERSECT SELECT tenant, at FROM above) n
    JOIN ${links} l ON l.tenant = n.tenant AND l.${near} = n.at AND l.${counts}`
}

const historyColumns =
  "tenant, kind, record_id, version, at, by, reason, initial, patch, inverse, moves, state, redacted"

const historyWeight = Size.sum([
  ...["initial", "patch", "inverse", "moves", "state"].map(Size.ofJson),
  Size.ofText("reason")
])

/**
 * The stage of histories.
 *
 * @category statements
 * @since 0.1.0
 */
export const history = {
  prepare: `CREATE TEMP TABLE IF NOT EXISTS emend_stage_history ON COMMIT DELETE ROWS AS
    SELECT 0 AS ord, h.* FROM record_history h WITH NO DATA`,
  copy: `COPY emend_stage_history (ord, ${historyColumns}) FROM STDIN`,
  copyDirectly: `COPY record_history (${historyColumns}) FROM STDIN`,
  /** The ordinals among those given whose histories differ from what is there. Versions have no gaps. */
  different: `SELECT DISTINCT s.ord FROM emend_stage_history s LEFT JOIN record_history h
    ON h.tenant = s.tenant AND h.kind = s.kind AND h.record_id = s.record_id AND h.version = s.version
    WHERE s.ord = ANY($1::int[]) AND ((h.at, h.by, h.patch, h.inverse, h.moves, h.redacted)
        IS DISTINCT FROM (s.at, s.by, s.patch, s.inverse, s.moves, s.redacted)
      OR h.reason IS DISTINCT FROM s.reason OR h.initial IS DISTINCT FROM s.initial OR h.state IS DISTINCT FROM s.state)`,
  insert: `INSERT INTO record_history (${historyColumns}) SELECT ${historyColumns} FROM emend_stage_history
    WHERE NOT (ord = ANY($1::int[]))`,
  /**
   * The histories of records in their order, from behind a version on, up to the revision by which they take so many bytes;
   * last in each row how many they take with it.
   */
  read: `SELECT record_id, version::float8, ${
    Relations.timestampText("at")
  }, by, reason, initial, patch, inverse, moves, redacted, state, through FROM (
      SELECT *, sum(weight) OVER (ORDER BY record_id, version ROWS UNBOUNDED PRECEDING) AS through FROM (
        SELECT *, ${historyWeight} AS weight
        FROM record_history WHERE tenant = $1 AND kind = $2 AND record_id = ANY($3::text[]) AND version > $5
      ) w
    ) h WHERE through - weight < $4::float8 ORDER BY h.record_id, h.version`
} as const

/**
 * Writes a record as a row of its table in the text form of COPY; of its stage with an ordinal before it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const row = ({ relation }: ArchiveTable, record: RecordArchive.Archived, ord?: number): string => {
  let line = `${ord === undefined ? "" : `${ord}\t`}${escaped(record.key.tenant)}`
  if (!isEvent(relation)) line += `\t${record.version}`
  for (const { column, field } of relation.attributes) {
    const value: any = record.state[field]
    switch (column.type) {
      case "cursor":
        line += value === null ? "\t\\N\t\\N" : `\t${value.sequence}\t${escaped(value.id)}`
        break
      case "object":
      case "list":
        // A column of an event's content is never NULL.
        line += value === null && !isEvent(relation) ? "\t\\N" : `\t${json(value)}`
        break
      default:
        line += value === null ? "\t\\N" : typeof value === "string" ? `\t${escaped(value)}` : `\t${value}`
    }
  }
  return `${line}\n`
}

/**
 * Writes the history of a record as rows of the table of histories; of their stage with an ordinal before each.
 *
 * @category conversions
 * @since 0.1.0
 */
export const historyRows = ({ history, key, snapshots }: RecordArchive.Archived, ord?: number): string => {
  const head = `${ord === undefined ? "" : `${ord}\t`}${escaped(key.tenant)}\t${key.kind}\t${escaped(key.id)}`
  let rows = ""
  for (const { at, by, initial, inverse, moves, patch, reason, redacted, version } of history) {
    const state = snapshots.find((snapshot) => snapshot.version === version)?.state
    rows += `${head}\t${version}\t${at}\t${escaped(by)}\t${reason === null ? "\\N" : escaped(reason)}\t${
      initial === null ? "\\N" : json(initial)
    }\t${json(patch)}\t${json(inverse)}\t${json(moves)}\t${state === undefined ? "\\N" : json(state)}\t${
      redacted === true
    }\n`
  }
  return rows
}

const special = /[\\\n\r\t]/

const escaped = (text: string): string =>
  special.test(text)
    ? text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")
    : text

const json = (value: unknown): string => escaped(JSON.stringify(value))

/**
 * Reads a revision out of a row of histories, behind the id of its record.
 *
 * @category conversions
 * @since 0.1.0
 */
export const revision = (
  { kind: { kind } }: Relation,
  [, version, at, by, reason, initial, patch, inverse, moves, redacted]: ReadonlyArray<unknown>
): Revision.Revision =>
  ({
    version,
    at,
    by,
    reason,
    initial,
    patch,
    // The database leaves the keys that an inverse removes in an order of its own.
    inverse: kind.normalise(inverse as Revision.Row),
    moves,
    ...(redacted === true ? { redacted } : undefined)
  }) as Revision.Revision
