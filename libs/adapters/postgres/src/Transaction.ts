/**
 * One commit of several writes, executed as one transaction.
 *
 * @since 0.1.0
 */
import type { PgPool } from "@effect/sql-pg/PgPool"
import type { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import * as Attempts from "./Attempts.ts"
import { classify, on, type Run } from "./Database.ts"
import * as Finding from "./Finding.ts"
import * as Plan from "./Plan.ts"
import type { Relation } from "./Relation.ts"
import type { Outcome } from "./Updates.ts"

/**
 * Executes writes of one form and kind as one statement, and answers each, in order.
 *
 * @category models
 * @since 0.1.0
 */
export type ExecuteStep = (
  run: Run,
  writes: ReadonlyArray<RecordStore.Write>,
  skips: boolean
) => Effect.Effect<ReadonlyArray<Outcome | undefined>, SqlError>

/**
 * Executes the steps of a commit, in order, in a transaction that ends as said. What is refused ends with a rollback.
 *
 * @category models
 * @since 0.1.0
 */
export type Transact = (
  commit: ReadonlyArray<RecordStore.Write | RecordStore.Each>,
  end: "COMMIT" | "ROLLBACK"
) => Effect.Effect<RecordStore.CommitResult, SqlError>

/** So many records of an {@link RecordStore.Each} are read at once, and what is written for them is a part of its own. */
const part = 1_000

/**
 * Prepares transactions over a pool. Neighbouring writes of one form and kind are one statement. Where the database
 * refuses such a statement, all is done again one by one, so that the write that is refused makes itself known, and
 * `refusal` tells what that means.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  pool: PgPool,
  relations: ReadonlyMap<string, Relation>,
  execute: ExecuteStep,
  refusal: (write: RecordStore.Write, error: SqlError) => RecordStore.CommitResult
): Transact => {
  const transact = (
    ...[commit, end, joins = true]: [...Parameters<Transact>, joins?: boolean]
  ): ReturnType<Transact> => {
    let current: Plan.Step | undefined
    const transaction = Effect.scoped(Effect.flatMap(pool.reserve, (connection) => {
      const run = on(connection)
      const write = Effect.fnUntraced(function*(
        writes: ReadonlyArray<RecordStore.Write>
      ): Effect.fn.Return<RecordStore.CommitResult, SqlError> {
        const written: Array<RecordStore.Written> = []
        const steps = Plan.steps(writes, relations)
        for (const step of joins ? steps : steps.flatMap((step) => step.map((write): Plan.Step => [write]))) {
          current = step
          for (const outcome of yield* execute(run, step, false)) {
            if (outcome === undefined) return yield* Effect.die(new Error("Nothing is skipped in a transaction"))
            if (Result.isFailure(outcome)) return Result.fail(outcome.failure)
            written.push(outcome.success)
          }
        }
        return Result.succeed(written)
      })
      const forEach = Effect.fnUntraced(function*(
        { of, writes }: RecordStore.Each
      ): Effect.fn.Return<RecordStore.CommitResult, SqlError> {
        const { fields, order = [] } = of
        const ordering = [...order.map(({ field }) => field), "id"]
        const query = fields === undefined ? of : { ...of, fields: [...new Set([...fields, ...ordering])] }
        let after: RecordStore.Place | undefined
        for (let at = 0;; at += part) {
          const found = yield* Finding.page(run, relations, {
            ...query,
            limit: part,
            ...(after === undefined ? undefined : { after })
          })
          const outcome = yield* write(Plan.byForm(found.flatMap((record, n) => writes(record, at + n))))
          if (Result.isFailure(outcome) || found.length < part) return Result.map(outcome, () => [])
          const { state } = found.at(-1)!
          after = { values: order.map(({ field }): RecordStore.Value => state[field]), id: state["id"] }
        }
      })
      return Effect.gen(function*(): Effect.fn.Return<RecordStore.CommitResult, SqlError> {
        yield* run("BEGIN", [])
        const written: Array<RecordStore.Written> = []
        for (const stretch of Plan.stretches(commit)) {
          const outcome = yield* ("writes" in stretch ? forEach(stretch) : write(stretch))
          if (Result.isFailure(outcome)) {
            yield* run("ROLLBACK", [])
            return outcome
          }
          written.push(...outcome.success)
        }
        yield* run(end, [])
        return Result.succeed(written)
      }).pipe(Effect.onError(() => Effect.ignore(run("ROLLBACK", []))))
    }))
    return Effect.catch(Attempts.again(transaction, Attempts.isInTheWay), (error) => {
      if (classify(error)._tag !== "Refused" || current === undefined) return Effect.fail(error)
      // Nothing was written.
      return current.length > 1 ? transact(commit, end, false) : Effect.succeed(refusal(current[0], error))
    })
  }
  return transact
}
