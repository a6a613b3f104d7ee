/**
 * The execution of batches of commits.
 *
 * @since 0.1.0
 */
import type { PgPool } from "@effect/sql-pg/PgPool"
import type { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import { classify, on, type Run, through, unavailable } from "./Database.ts"
import * as Inserts from "./Inserts.ts"
import * as Plan from "./Plan.ts"
import type { Relation } from "./Relation.ts"
import * as Table from "./Table.ts"
import * as Updates from "./Updates.ts"

/**
 * The outcome of a commit; `Broken` where the database refuses what the commit would write for a reason that the domain
 * should have found before. Nothing of it was written.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = RecordStore.CommitResult | Broken

interface Broken {
  readonly _tag: "Broken"
  readonly cause: SqlError
}

/** As many writes go into one statement. */
const chunk = 256

/** How often a statement is tried that other transactions were in the way of. */
const attempts = 20

type Executors = ReadonlyMap<string, {
  readonly relation: Relation
  readonly update: Updates.Execute
  readonly insert: Inserts.Execute
}>

/**
 * Prepares the execution of commits over a pool. Each batch is executed to its end, also when its caller goes away.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (pool: PgPool, relations: ReadonlyMap<string, Relation>) => {
  const executors: Executors = new Map([...relations].map(([kind, relation]) => [kind, {
    relation,
    update: Updates.make(relation),
    insert: Inserts.make(relation, relations)
  }]))
  const run = through(pool)

  /** Executes single writes as one statement, and where the database refuses it, in halves until the bad one is alone. */
  const together = (
    writes: ReadonlyArray<RecordStore.Write>
  ): Effect.Effect<ReadonlyArray<Outcome>, RecordStore.StoreUnavailable> =>
    again(execute(executors, run, writes)).pipe(
      Effect.map((outcomes) => outcomes.map(Result.map((written) => [written]))),
      Effect.catch((error) => {
        if (classify(error)._tag !== "Refused") return Effect.fail(unavailable(error))
        if (writes.length === 1) return Effect.succeed([refusal(executors, writes[0]!, error)])
        const half = writes.length >> 1
        return Effect.zipWith(
          together(writes.slice(0, half)),
          together(writes.slice(half)),
          (first, second) => [...first, ...second]
        )
      })
    )

  return Effect.fnUntraced(function*(
    commits: ReadonlyArray<RecordStore.Commit>
  ): Effect.fn.Return<ReadonlyArray<Outcome>, RecordStore.StoreUnavailable> {
    const outcomes: Array<Outcome> = []
    for (const group of Plan.groups(commits, relations)) {
      if (group._tag === "Several") {
        outcomes[group.at[0]!] = yield* several(executors, pool, commits[group.at[0]!]!)
        continue
      }
      for (let from = 0; from < group.at.length; from += chunk) {
        const at = group.at.slice(from, from + chunk)
        const found = yield* together(at.map((i) => commits[i]![0]))
        at.forEach((i, n) => (outcomes[i] = found[n]!))
      }
    }
    return outcomes
  }, Effect.uninterruptible)
}

/** Executes writes of one form and kind as one statement. */
const execute = (
  executors: Executors,
  run: Run,
  writes: ReadonlyArray<RecordStore.Write>
): Effect.Effect<ReadonlyArray<Updates.Outcome>, SqlError> => {
  const { _tag, key } = writes[0]!
  const executor = executors.get(key.kind)
  if (executor === undefined) return Effect.die(new Error(`There is no kind ${key.kind}`))
  return _tag === "Insert"
    ? executor.insert(run, writes as ReadonlyArray<RecordStore.Insert>)
    : executor.update(run, writes as ReadonlyArray<RecordStore.Update>)
}

/** Executes the writes of one commit, in order, in one transaction. */
const several = (
  executors: Executors,
  pool: PgPool,
  commit: RecordStore.Commit
): Effect.Effect<Outcome, RecordStore.StoreUnavailable> => {
  let current: RecordStore.Write = commit[0]
  return Effect.scoped(Effect.flatMap(pool.reserve, (connection) => {
    const run = on(connection)
    return Effect.gen(function*(): Effect.fn.Return<RecordStore.CommitResult, SqlError> {
      yield* run("BEGIN", [])
      const written: Array<RecordStore.Written> = []
      for (const write of commit) {
        current = write
        const [outcome] = yield* execute(executors, run, [write])
        if (Result.isFailure(outcome!)) {
          yield* run("ROLLBACK", [])
          return Result.fail(outcome.failure)
        }
        written.push(outcome!.success)
      }
      yield* run("COMMIT", [])
      return Result.succeed(written)
    }).pipe(Effect.onError(() => Effect.ignore(run("ROLLBACK", []))))
  })).pipe(
    again,
    Effect.catch((error): Effect.Effect<Outcome, RecordStore.StoreUnavailable> =>
      classify(error)._tag === "Refused"
        ? Effect.succeed(refusal(executors, current, error))
        : Effect.fail(unavailable(error))
    )
  )
}

/** Tries anew what failed only because of other transactions. */
const again = <A>(effect: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
  Effect.retry(effect, { while: (error) => classify(error)._tag === "Retry", times: attempts })

/** What it means that the database refuses a write: constraints are named after what they hold. */
const refusal = (executors: Executors, { key }: RecordStore.Write, error: SqlError): Outcome => {
  const { attributes, kind, table } = executors.get(key.kind)!.relation
  const failure = classify(error)
  const broken: Broken = { _tag: "Broken", cause: error }
  if (failure._tag !== "Refused") return broken
  if (failure.code === "23505") {
    if (failure.constraint === Table.primaryKey(table)) return Result.fail({ _tag: "Taken", key, fields: ["id"] })
    const unique = kind.unique?.find(({ fields }) => Table.uniqueKey(table, fields) === failure.constraint)
    return unique === undefined ? broken : Result.fail({ _tag: "Taken", key, fields: unique.fields })
  }
  const dangling = attributes.find(({ field }) => Table.foreignKey(table, field) === failure.constraint)
  return failure.code !== "23503" || dangling === undefined
    ? broken
    : Result.fail({ _tag: "Dangling", key, field: dangling.field })
}
