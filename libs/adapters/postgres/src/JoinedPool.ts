/**
 * The connections of a client that belongs to the embedding program, so that what the store writes is a part of the
 * transactions of that program.
 *
 * @since 0.1.0
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import type { PgConnection } from "@effect/sql-pg/PgConnection"
import type { PgPool } from "@effect/sql-pg/PgPool"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Connection } from "effect/sql/SqlConnection"
import { SqlError, UnknownError } from "effect/sql/SqlError"
import * as Attempts from "./Attempts.ts"

/**
 * Makes a pool of the connections of a client. Within a transaction of the client, every statement runs on the
 * connection of that transaction, under a savepoint: one that fails is taken back alone, and the transaction goes on.
 * What would be a transaction of its own is a savepoint there. Outside of one, all is as over any pool.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (client: PgClient): PgPool => {
  const alone = Effect.map(client.reserve, (connection) => valuesOf(connection))
  const either = <A, E, R>(
    within: (connection: Connection) => Effect.Effect<A, E, R>,
    without: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> =>
    Effect.withFiber((fiber) => {
      const transaction = Context.getOrUndefined(fiber.context, client.transactionService)
      return transaction === undefined ? without : within(transaction[0])
    })

  const use: PgPool["use"] = (f) =>
    either(
      (connection) => client.withTransaction(f(valuesOf(connection, final))),
      Effect.scoped(Effect.flatMap(alone, f))
    )
  const reserve: PgPool["reserve"] = either((connection) => savepoint(client, connection), alone)
  // The store asks a pool and its connections for this and nothing else: the contract is run over it.
  return { use, reserve, get: reserve } as unknown as PgPool
}

const valuesOf = (
  connection: Connection,
  explained: (error: SqlError) => SqlError = (error) => error,
  translated: (text: string) => string = (text) => text
): PgConnection => {
  const queryValues: PgConnection["queryValues"] = (text, parameters = [], prepare = true) =>
    Effect.mapError(
      prepare
        ? connection.executeValues(translated(text), parameters)
        : connection.executeValuesUnprepared(translated(text), parameters),
      explained
    )
  return { queryValues } as unknown as PgConnection
}

/**
 * The connection of a transaction for several statements, which no other nested transaction of the client comes
 * between: the client lets one at a time, so a fiber holds one open until the scope ends.
 */
const savepoint = (client: PgClient, connection: Connection): PgPool["reserve"] =>
  Effect.acquireRelease(
    Effect.gen(function*() {
      const ready = yield* Deferred.make<void, SqlError>()
      const done = yield* Deferred.make<void>()
      const holding = yield* Effect.forkChild(
        client.withTransaction(Effect.andThen(Deferred.succeed(ready, undefined), Deferred.await(done))).pipe(
          Effect.onError((cause) => Deferred.failCause(ready, cause))
        )
      )
      yield* Deferred.await(ready)
      return { done, holding }
    }),
    ({ done, holding }) => Effect.andThen(Deferred.succeed(done, undefined), Fiber.await(holding))
  ).pipe(Effect.as(valuesOf(connection, final, nested)))

/** What controls a transaction, said of a savepoint. */
const nested = (text: string): string => controls.get(text) ?? text
const controls: ReadonlyMap<string, string> = new Map([
  ["BEGIN", "SAVEPOINT emend"],
  ["COMMIT", "RELEASE SAVEPOINT emend"],
  ["ROLLBACK", "ROLLBACK TO SAVEPOINT emend"]
])

/**
 * Where another transaction is in the way of one that holds locks already, a statement of it must not be tried anew: the
 * other one may wait for those locks. Only the whole of it can.
 */
const final = (error: SqlError): SqlError =>
  Attempts.isInTheWay(error)
    ? new SqlError({
      reason: new UnknownError({ cause: error, message: "Another transaction was in the way: try the whole anew" })
    })
    : error
