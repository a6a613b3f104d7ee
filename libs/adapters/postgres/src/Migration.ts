/**
 * Brings a database to the present form. Migrations only go forward, and a database is never migrated twice at once.
 *
 * @since 0.1.0
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import type { PgPool } from "@effect/sql-pg/PgPool"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"
import { on } from "./Database.ts"

/**
 * One step. Its statements are executed in one transaction with the note that it was done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: ReadonlyArray<string>
}

/**
 * The database cannot be used by this version of the program.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatabaseUnsuitable extends Schema.TaggedError<DatabaseUnsuitable>()("DatabaseUnsuitable", {
  message: Schema.String
}) {}

/**
 * The oldest PostgreSQL that is supported.
 *
 * @category constants
 * @since 0.1.0
 */
export const oldestServer = 15

/** The advisory lock under which migrations run. */
const lock = "4207849485"

/**
 * Executes the migrations that a database lacks and gives their numbers. Two processes that do it at once wait for each
 * other. A database that has a migration which is not in the list was migrated by a newer version, and is refused.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(
  pool: PgPool,
  migrations: ReadonlyArray<Migration>,
  oldest: number = oldestServer
): Effect.fn.Return<ReadonlyArray<number>, SqlError | DatabaseUnsuitable> {
  yield* pool.use((connection) => checkServer(connection, oldest))
  const done: Array<number> = []
  while (true) {
    const step = yield* Effect.scoped(Effect.flatMap(pool.reserve, (connection) => next(connection, migrations)))
    if (step === undefined) return done
    done.push(step)
  }
})

const checkServer = Effect.fnUntraced(function*(connection: PgConnection.PgConnection, oldest: number) {
  const query = on(connection)
  const [server] = yield* query(
    "SELECT current_setting('server_version_num')::int4, current_setting('server_version')",
    []
  )
  if ((server![0] as number) < oldest * 10_000) {
    return yield* new DatabaseUnsuitable({
      message: `PostgreSQL ${server![1]} is too old: ${oldest} or newer is needed`
    })
  }
  const [encoding] = yield* query(
    "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()",
    []
  )
  if (encoding![0] !== "UTF8") {
    return yield* new DatabaseUnsuitable({ message: `The database has the encoding ${encoding![0]}: UTF8 is needed` })
  }
})

/** Executes the first migration that is lacking, in a transaction of its own. */
const next = (connection: PgConnection.PgConnection, migrations: ReadonlyArray<Migration>) => {
  const query = (text: string, parameters: ReadonlyArray<unknown> = []) =>
    connection.queryValues(text, parameters, false)
  return Effect.gen(function*(): Effect.fn.Return<number | undefined, SqlError | DatabaseUnsuitable> {
    yield* query("BEGIN")
    yield* query("SET LOCAL statement_timeout = 0")
    yield* query(`SELECT pg_advisory_xact_lock(${lock})`)
    yield* query(`CREATE TABLE IF NOT EXISTS emend_migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      executed_at timestamptz NOT NULL DEFAULT now()
    )`)
    const known = yield* query("SELECT number FROM emend_migrations ORDER BY number")
    const last = known.length === 0 ? 0 : known.at(-1)![0] as number
    if (last > migrations.length) {
      return yield* new DatabaseUnsuitable({
        message: `The database was migrated to ${last} by a newer version; this one knows ${migrations.length}`
      })
    }
    const step = migrations[last]
    if (step !== undefined) {
      for (const statement of step.statements) yield* query(statement)
      yield* query("INSERT INTO emend_migrations (number, name) VALUES ($1, $2)", [step.number, step.name])
    }
    yield* query("COMMIT")
    return step?.number
  }).pipe(
    Effect.onError(() => Effect.ignore(query("ROLLBACK"))),
    Effect.uninterruptible
  )
}
