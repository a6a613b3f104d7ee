/**
 * The connections to PostgreSQL: how they are set up, and what their failures mean.
 *
 * @since 0.1.0
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import type { Duplex } from "node:stream"

/**
 * Settings of the connections.
 *
 * @category models
 * @since 0.1.0
 */
export interface Config {
  readonly url: Redacted.Redacted
  /** Default {@link defaultMaxConnections}. */
  readonly maxConnections?: number
  /** How long a statement may take before it is given up. Default 30,000. */
  readonly statementTimeoutMillis?: number
  /** Default `emend`. */
  readonly applicationName?: string
  /** Opens the transport of a connection in place of the one that the address names. */
  readonly stream?: () => Duplex
}

/**
 * How many connections a pool has at most where nothing else is said.
 *
 * @category limits
 * @since 0.1.0
 */
export const defaultMaxConnections = 10

/**
 * What a session must be set to for the statements of the store to mean what they say and to be planned well.
 *
 * @category constants
 * @since 0.1.0
 */
export const parameters: Readonly<Record<string, string>> = {
  TimeZone: "UTC",
  // A statement that waited for a row goes on from the row as it is then, and does not fail.
  default_transaction_isolation: "read committed",
  // Values in a text are quoted by doubling quotes.
  standard_conforming_strings: "on",
  // Each statement is planned once: planning it anew for every batch costs several times as much as running it.
  plan_cache_mode: "force_generic_plan",
  jit: "off",
  // A plan made while a table was small must not scan it when it has grown.
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off"
}

/**
 * Gives the settings that a session is to have. They are asked for when it connects; a pooler in between may drop them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const settings = (
  { statementTimeoutMillis = 30_000 }: Pick<Config, "statementTimeoutMillis">
): Readonly<Record<string, string>> => ({
  ...parameters,
  statement_timeout: String(statementTimeoutMillis),
  idle_in_transaction_session_timeout: "60000"
})

/**
 * Tells which settings a session does not have as they are asked for, by name and present value.
 *
 * @category queries
 * @since 0.1.0
 */
export const unapplied = (
  run: Run,
  wanted: Readonly<Record<string, string>>
): Effect.Effect<Readonly<Record<string, string>>, SqlError> =>
  Effect.map(
    run(
      `SELECT w.name, s.setting FROM unnest($1::text[], $2::text[]) AS w (name, value)
        JOIN pg_settings s ON lower(s.name) = lower(w.name) WHERE s.setting <> w.value`,
      [texts(Object.keys(wanted)), texts(Object.values(wanted))],
      true
    ),
    (rows) => Object.fromEntries(rows as ReadonlyArray<readonly [string, string]>)
  )

/**
 * Opens the pool.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (config: Config): Effect.Effect<PgPool.PgPool, SqlError, Scope.Scope> =>
  PgPool.make({
    url: config.url,
    maxConnections: config.maxConnections ?? defaultMaxConnections,
    applicationName: config.applicationName ?? "emend",
    // A record's history can be long, and each of its values up to a megabyte.
    maxMessageSize: 256 * 1024 * 1024,
    startupParameters: settings(config),
    ...(config.stream === undefined ? undefined : { stream: config.stream })
  })

/**
 * Makes an array parameter of texts.
 *
 * @category parameters
 * @since 0.1.0
 */
export const texts = (values: ReadonlyArray<string | null>): PgTypes.Parameter =>
  Result.getOrThrow(PgTypes.array(values, PgTypes.OID.text))

/**
 * Makes an array parameter of integers that a double holds exactly.
 *
 * @category parameters
 * @since 0.1.0
 */
export const bigints = (values: ReadonlyArray<number>): PgTypes.Parameter =>
  Result.getOrThrow(PgTypes.array(values.map(BigInt), PgTypes.OID.int8))

/**
 * What a failure of a statement means.
 *
 * - `Retry`: another transaction was in the way; the same statement may succeed.
 * - `Unavailable`: the database cannot answer, or its answer was lost.
 * - `Refused`: the database does not allow what the statement would write, under the constraint named if one was broken.
 *
 * @category models
 * @since 0.1.0
 */
export type Failure =
  | { readonly _tag: "Retry" }
  | { readonly _tag: "Unavailable" }
  | { readonly _tag: "Refused"; readonly code: string; readonly constraint: string | undefined }

/**
 * Tells what a failure means.
 *
 * @category errors
 * @since 0.1.0
 */
export const classify = ({ reason }: SqlError): Failure => {
  const { _tag, code, constraint } = (reason.cause ?? {}) as Readonly<Record<string, unknown>>
  // The client itself found a value that is not one of the type.
  if (_tag === "PgTypesCodecError") return { _tag: "Refused", code: "22000", constraint: undefined }
  if (typeof code !== "string" || code.length !== 5) return { _tag: "Unavailable" }
  if (code === "40P01" || code === "40001" || code === "55P03") return { _tag: "Retry" }
  // 22: the value is not one of the type. 23: a constraint. 42: the statement is wrong. 54: a limit of the database.
  return ["22", "23", "42", "54"].includes(code.slice(0, 2))
    ? { _tag: "Refused", code, constraint: typeof constraint === "string" ? constraint : undefined }
    : { _tag: "Unavailable" }
}

/**
 * The condition, true of every row, under which a statement waits for each lock at most 100 ms and then fails, see
 * {@link isImpatient}. It ends with the statement, so that nothing of it is left in the session.
 *
 * @category parameters
 * @since 0.1.0
 */
export const impatiently = "(SELECT set_config('lock_timeout', '100', true)) IS NOT NULL"

/**
 * Tells whether a statement failed because it waited for a lock for as long as it may.
 *
 * @category errors
 * @since 0.1.0
 */
export const isImpatient = ({ reason }: SqlError): boolean =>
  ((reason.cause ?? {}) as { readonly code?: unknown }).code === "55P03"

/**
 * Says what the database refuses, in words that hold no value and no SQL.
 *
 * @category errors
 * @since 0.1.0
 */
export const refusalText = (error: SqlError): string => {
  const failure = classify(error)
  const { code, constraint } = failure._tag === "Refused" ? failure : { code: failure._tag, constraint: undefined }
  return `The database refuses the values with code ${code}${constraint === undefined ? "" : ` under ${constraint}`}`
}

/**
 * Turns a failure into the error of the ports, whose message holds no SQL.
 *
 * @category errors
 * @since 0.1.0
 */
export const unavailable = (cause: SqlError): RecordStore.StoreUnavailable =>
  new RecordStore.StoreUnavailable({ message: "The database cannot be reached or did not answer", cause })

/**
 * Runs a statement and answers its rows as arrays. It is prepared, unless it is run once.
 *
 * @category operations
 * @since 0.1.0
 */
export type Run = (
  text: string,
  parameters: ReadonlyArray<unknown>,
  isOnce?: boolean
) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, SqlError>

/**
 * Runs statements on a connection.
 *
 * @category operations
 * @since 0.1.0
 */
export const on = (connection: PgConnection.PgConnection): Run => (text, parameters, isOnce = false) =>
  connection.queryValues(text, parameters, !isOnce)

/**
 * Runs each statement on any connection of a pool.
 *
 * @category operations
 * @since 0.1.0
 */
export const through = (pool: PgPool.PgPool): Run => (text, parameters, isOnce = false) =>
  pool.use((connection) => connection.queryValues(text, parameters, !isOnce))
