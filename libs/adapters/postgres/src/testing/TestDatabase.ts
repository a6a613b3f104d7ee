/**
 * Databases for tests: each is new, up to date, and gone afterwards. Needs the global set-up beside this module; a test
 * that has no server fails.
 *
 * @since 0.1.0
 */
import type { EventLog, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import { randomBytes } from "node:crypto"
import { inject } from "vitest"
import * as Database from "../Database.ts"
import type { DatabaseUnsuitable } from "../Migration.ts"
import * as PostgresStore from "../PostgresStore.ts"
import { template, within } from "./globalSetup.ts"

/**
 * Creates a database and gives its address. `empty` leaves out the tables.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: { readonly empty?: boolean } = {}
): Effect.Effect<Redacted.Redacted, SqlError, Scope.Scope> =>
  Effect.gen(function*() {
    const url = inject("emendPostgresUrl")
    const name = `test_${randomBytes(8).toString("hex")}`
    yield* Effect.acquireRelease(
      // Two copies of the template at a time get in each other's way.
      administer(url, [
        "SELECT pg_advisory_lock(4207849486)",
        `CREATE DATABASE ${name} TEMPLATE ${options.empty ? "template0" : template}`
      ]),
      () => Effect.orDie(administer(url, [`DROP DATABASE ${name} WITH (FORCE)`]))
    )
    return Redacted.make(within(url, name))
  })

/**
 * Provides both ports over a new database.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Omit<PostgresStore.Options, "url"> = {}
): Layer.Layer<RecordStore.RecordStore | EventLog.EventLog, SqlError | DatabaseUnsuitable> =>
  Layer.unwrap(Effect.map(make(), (url) => PostgresStore.layer({ maxConnections: 4, migrate: false, ...options, url })))

const administer = (url: string, statements: ReadonlyArray<string>): Effect.Effect<void, SqlError> =>
  Effect.scoped(Effect.gen(function*() {
    const pool = yield* Database.make({ url: Redacted.make(url), maxConnections: 1, statementTimeoutMillis: 0 })
    for (const statement of statements) yield* pool.use((connection) => connection.queryValues(statement, [], false))
  }))
