/**
 * Reads of records by what holds of them, over any connection.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { type Run, texts } from "./Database.ts"
import * as FindStatement from "./FindStatement.ts"
import * as Relation from "./Relation.ts"

/**
 * Runs a statement that was derived from a question; one that selects nothing is answered without.
 *
 * @category operations
 * @since 0.1.0
 */
export const ask = (
  run: Run,
  statement: FindStatement.Statement | undefined
): ReturnType<Run> =>
  statement === undefined
    ? Effect.succeed([])
    : run(
      statement.text,
      statement.parameters.map((value) => typeof value === "string" ? value : texts(value)),
      statement.isOnce
    )

/**
 * Reads a page of records.
 *
 * @category queries
 * @since 0.1.0
 */
export const page = (
  run: Run,
  relations: ReadonlyMap<string, Relation.Relation>,
  query: RecordStore.Query
): Effect.Effect<ReadonlyArray<RecordStore.Stored>, SqlError> => {
  const relation = Relation.get(relations, query.kind)
  const given = FindStatement.given(relation, query)
  return Effect.map(
    ask(run, FindStatement.page(relations, query)),
    (rows) => rows.map((row) => ({ version: row[0] as number, state: Relation.read(relation, row, 1, given) }))
  )
}
