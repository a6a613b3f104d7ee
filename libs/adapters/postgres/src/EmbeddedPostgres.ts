/**
 * A real PostgreSQL that comes with the application: prepared, started, shared and stopped without anybody's help.
 *
 * @since 0.1.0
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import type { EventLog, RecordStore } from "@emend/domain"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import { setTimeout as pause } from "node:timers/promises"
import * as Account from "./embedded/Account.ts"
import * as Binaries from "./embedded/Binaries.ts"
import * as Cluster from "./embedded/Cluster.ts"
import { EmbeddedPostgresError } from "./embedded/EmbeddedPostgresError.ts"
import type { DatabaseUnsuitable } from "./Migration.ts"
import * as PostgresStore from "./PostgresStore.ts"

export { EmbeddedPostgresError } from "./embedded/EmbeddedPostgresError.ts"

/**
 * An embedded server that runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface EmbeddedPostgres {
  /** How to connect; it holds the password. It stays the same while the scope is open. */
  readonly url: Redacted.Redacted
  /** The process of the server. */
  readonly pid: number
  /** Fails when the server has died and cannot be started again; until then it waits. */
  readonly lost: Effect.Effect<never, EmbeddedPostgresError>
}

/**
 * Settings of an embedded server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The folder of the data; created where it does not exist. Its owner becomes the user who runs the server. */
  readonly dataDir: string
  /** Whether commits survive a crash of the machine. False is for data that may be lost. Default true. */
  readonly durable?: boolean
  /** Stops the server at the end whoever else uses it. Default false. */
  readonly exclusive?: boolean
  /** Default 60,000. */
  readonly timeoutMillis?: number
}

/** The advisory lock that everybody holds, shared, who uses an embedded server. */
const presence = "4207849484"

/**
 * Runs the server of a data folder while the scope is open. A server that runs there already is shared; whoever is the
 * last to close stops it, unless other clients are connected. A server that dies meanwhile is started again on the same
 * port.
 *
 * It listens on the loopback address only, with a password that is made once and kept in the data folder.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<EmbeddedPostgres, EmbeddedPostgresError, Scope.Scope> {
  const account = Account.ofServer()
  const binaries = yield* Binaries.locate(account)
  // Once begun, what processes do is brought to an end, so that a server that was started is also stopped.
  const cluster = yield* Effect.uninterruptible(
    Cluster.prepare({ ...options, account, binaries, durable: options.durable ?? true })
  )
  const lost = yield* Deferred.make<never, EmbeddedPostgresError>()
  const attachment = attach(cluster, options.timeoutMillis ?? 60_000)
  let present!: Presence
  const attached = (port: number | undefined) =>
    Effect.uninterruptible(Effect.map(attachment(port), (found) => void (present = found)))
  yield* Effect.acquireRelease(attached(undefined), () => leave(cluster, present, options.exclusive ?? false))

  yield* Effect.forkScoped(
    Effect.gen(function*(): Effect.fn.Return<never, EmbeddedPostgresError> {
      while (true) {
        // Nothing is ever sent on the channel: the queue fails when the server goes away.
        yield* Effect.ignore(Queue.take(present.lost))
        yield* Scope.close(present.scope, Exit.void)
        yield* Effect.uninterruptible(Effect.retry(attached(present.running.port), { times: 10 }))
      }
    }).pipe(
      Effect.tapError(({ message }) =>
        Effect.logError("The embedded PostgreSQL is gone and cannot be started again").pipe(
          Effect.annotateLogs({ folder: cluster.folder, reason: message })
        )
      ),
      Effect.catch((error) => Deferred.fail(lost, error))
    )
  )
  return {
    url: Redacted.make(url(cluster, present.running, Cluster.user)),
    pid: present.running.pid,
    lost: Deferred.await(lost)
  }
})

/**
 * Provides the store of records and events on the embedded server of a data folder.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options & Omit<PostgresStore.Options, "url" | "stream">
): Layer.Layer<RecordStore.RecordStore | EventLog.EventLog, EmbeddedPostgresError | SqlError | DatabaseUnsuitable> =>
  Layer.unwrap(Effect.map(make(options), ({ url }) => PostgresStore.layer({ ...options, url })))

interface Presence {
  readonly running: Cluster.Running
  readonly connection: PgConnection.PgConnection
  readonly lost: Queue.Dequeue<unknown, unknown>
  /** Closing it ends the watch only. */
  readonly watch: Scope.Closeable
  readonly scope: Scope.Closeable
}

/**
 * Starts the server where none runs, and says that it is in use. Who stops it holds the same lock exclusively, so a
 * server is either attached to or on its way out, and then another is started.
 */
const attach = (cluster: Cluster.Cluster, timeoutMillis: number) =>
  Effect.fnUntraced(function*(port: number | undefined): Effect.fn.Return<Presence, EmbeddedPostgresError> {
    const until = performance.now() + timeoutMillis
    while (true) {
      const running = yield* Cluster.start(cluster, { port, timeoutMillis: until - performance.now() })
      const scope = yield* Scope.make()
      const attached = yield* Effect.exit(
        Scope.provide(scope)(Effect.gen(function*() {
          const connection = yield* PgConnection.make({
            url: Redacted.make(url(cluster, running, "postgres")),
            applicationName: "emend presence"
          })
          yield* connection.query(`SELECT pg_advisory_lock_shared(${presence})`)
          yield* createDatabase(connection)
          const watch = yield* Scope.fork(scope)
          const lost = yield* Scope.provide(watch)(connection.listen("emend_presence"))
          return { running, connection, lost, watch, scope }
        }))
      )
      if (Exit.isSuccess(attached)) return attached.value
      yield* Scope.close(scope, Exit.void)
      if (performance.now() > until) {
        return yield* new EmbeddedPostgresError({
          message: `The PostgreSQL in ${cluster.folder} does not let its own user in`,
          cause: attached.cause
        })
      }
      yield* Effect.promise(() => pause(50))
    }
  })

const createDatabase = Effect.fnUntraced(function*(connection: PgConnection.PgConnection) {
  const found = yield* connection.queryValues("SELECT 1 FROM pg_database WHERE datname = $1", [Cluster.user])
  if (found.length > 0) return
  // Of two processes that create it, one is told that it exists or is in the making.
  yield* Effect.ignore(connection.query(`CREATE DATABASE ${Cluster.user}`, [], false))
})

const others = `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`

const leave = (
  cluster: Cluster.Cluster,
  { connection, scope, watch }: Presence,
  exclusive: boolean
): Effect.Effect<void> =>
  Effect.gen(function*() {
    if (exclusive) return yield* Cluster.stop(cluster)
    yield* Scope.close(watch, Exit.void)
    yield* connection.query(`SELECT pg_advisory_unlock_shared(${presence})`)
    const [last] = yield* connection.queryValues(`SELECT pg_try_advisory_lock(${presence})`)
    if (last?.[0] !== true) return
    // The connections of a pool that was just closed take a moment to go.
    for (let attempts = 0; attempts < 200; attempts++) {
      const clients = yield* connection.queryValues(others)
      if (clients.length === 0) return yield* Cluster.stop(cluster)
      yield* Effect.promise(() => pause(10))
    }
  }).pipe(Effect.ignore, Effect.ensuring(Scope.close(scope, Exit.void)), Effect.uninterruptible)

const url = ({ password }: Cluster.Cluster, { port }: Cluster.Running, database: string): string =>
  `postgres://${Cluster.user}:${password}@127.0.0.1:${port}/${database}`
