/**
 * The statement that follows edges from step to step.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Filters from "./Filters.ts"
import type { Statement } from "./FindStatement.ts"
import { answer, type Attribute, attribute, column, get, quoted, type Relation } from "./Relation.ts"
import * as Table from "./Table.ts"

/**
 * Derives the statement; it answers `[version, …state]` of every edge that was followed, each once, and of at most one
 * more than may be followed. `undefined` where no record can be selected.
 *
 * A row of `walk` is an id that was reached, or the clock of a step: how many edges were followed until then, how many
 * ids count as enough, and the edges of the step. `UNION` drops the ids that an earlier step reached, so that each is
 * gone on from once, however many ways lead to it. A row of ids could not tell its step without being another row for
 * each, so the clock tells it: the window over the rows of the last step gives what that reached, as one array.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  relations: ReadonlyMap<string, Relation>,
  asked: RecordStore.Reach
): Statement | undefined => {
  const relation = get(relations, asked.kind)
  const [by, to] = [text(relation, asked.by), text(relation, asked.to)]
  const parameters: Filters.Parameters = { values: [asked.tenant] }
  const bound = (value: number) => Filters.bind(parameters, whole(value), "bigint")
  const from = Filters.bind(parameters, asked.from.filter((id) => Filters.parameter(by, id) !== undefined), "text[]")
  const held = Filters.conditions(relations, relation, asked, parameters)
  if (held === undefined) return undefined
  const limit = bound(asked.limit)
  const goesOn = [`c.step < ${bound(asked.depth)}`, `c.followed <= ${limit}`]
  const counts = asked.enough === undefined ? "false" : `step > ${bound(asked.enough.beyond)}`
  if (asked.enough !== undefined) goesOn.push(`(NOT c.counts OR c.counted < ${bound(asked.enough.count)})`)
  if (asked.target !== undefined && Filters.parameter(to, asked.target) !== undefined) {
    goesOn.push(`(c.step = 0 OR ${Filters.bind(parameters, asked.target, "text")} <> ALL (c.frontier))`)
  }
  const edges = [
    `t.tenant = ${Filters.tenant}`,
    `t.${column(by)} = ANY (c.frontier)`,
    `t.${column(to)} IS NOT NULL`,
    ...(asked.deleted ? [] : Filters.alive(relation)),
    ...held
  ]
  const table = quoted(relation.table.name)
  const own = (of: Attribute) => Table.names(of.column).map((name) => `t.${quoted(name)}`)
  const statement = `WITH RECURSIVE walk (id, step, followed, counted, edges) AS (
  SELECT i.id COLLATE "C", i.step, i.step, i.step, NULL::${table}[]
  FROM (SELECT unnest(${from}), NULL::bigint UNION ALL SELECT NULL, 0) i (id, step)
  UNION
  SELECT n.id COLLATE "C", n.step, n.followed, n.counted, n.edges
  FROM (
    SELECT step, followed, frontier, ${counts} AS counts,
      counted + CASE WHEN ${counts} THEN cardinality(frontier) ELSE 0 END AS counted
    FROM (
      SELECT step, followed, counted, array_agg(id) FILTER (WHERE id IS NOT NULL) OVER () AS frontier FROM walk
    ) w
    WHERE step IS NOT NULL AND frontier IS NOT NULL
  ) c CROSS JOIN LATERAL (
    WITH e AS MATERIALIZED (
      SELECT t FROM ${table} t WHERE ${edges.join(" AND ")} LIMIT ${limit} + 1 - c.followed
    )
    SELECT NULL AS id, c.step + 1 AS step, c.followed + (SELECT count(*) FROM e) AS followed, c.counted,
      (SELECT array_agg(e.t) FROM e) AS edges
    UNION ALL
    SELECT (e.t).${column(to)}, NULL, NULL, NULL, NULL FROM e
  ) n
  WHERE ${goesOn.join(" AND ")}
)
SELECT ${["t.version::float8", ...answer(relation, own)].join(", ")}
FROM walk CROSS JOIN LATERAL unnest(walk.edges) t`
  return { text: statement, parameters: parameters.values }
}

/** As many as there can be, and one more is a number too. */
const whole = (value: number): string => String(Math.min(value, Number.MAX_SAFE_INTEGER))

const text = (relation: Relation, field: string): Attribute => {
  const of = attribute(relation, field)
  if (of.column.type !== "text") throw new Error(`${relation.kind.kind.name}.${field} is no text`)
  return of
}
