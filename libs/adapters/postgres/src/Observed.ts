/**
 * What the statements and the connections of a pool are observed by: spans where there is a tracer, and metrics where
 * they are wanted. Where there is neither, the pool is not touched.
 *
 * @since 0.1.0
 */
import type { PgConnection } from "@effect/sql-pg/PgConnection"
import type { PgPool } from "@effect/sql-pg/PgPool"
import type { RecordStore } from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import type { SqlError } from "effect/sql/SqlError"
import type * as Commits from "./Commits.ts"
import { defaultMaxConnections } from "./Database.ts"

/**
 * Gives a pool whose statements and connections are observed, or the pool itself where nobody observes it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  pool: PgPool,
  { maxConnections, metrics = false }: { readonly metrics?: boolean; readonly maxConnections?: number }
) {
  const services = yield* Effect.context<never>()
  const observers: Array<Observer> = []
  if (metrics) observers.push(timed(services))
  if (Context.get(services, References.TracerEnabled)) observers.push(traced)
  if (observers.length === 0) return pool

  const usage = { used: 0, waiting: 0 }
  if (metrics) { for (const counter of [retries, ...Object.values(halvings)]) counter.updateUnsafe(0, services) }
  if (metrics) registerUsage(usage, maxConnections ?? defaultMaxConnections, services)
  const wrapped = new WeakMap<PgConnection, PgConnection>()
  const observed = (connection: PgConnection): PgConnection => {
    const known = wrapped.get(connection)
    if (known !== undefined) return known
    const queryValues: PgConnection["queryValues"] = (text, ...rest) =>
      observers.reduce((run, observe) => observe(text, run), connection.queryValues(text, ...rest))
    const made: PgConnection = Object.assign(Object.create(connection), { queryValues })
    wrapped.set(connection, made)
    return made
  }
  const reserved = (reserve: PgPool["reserve"]): PgPool["reserve"] =>
    Effect.suspend(() => {
      usage.waiting++
      return Effect.tap(Effect.onExitPrimitive(reserve, () => void usage.waiting--), () => {
        usage.used++
        return Effect.addFinalizer(() => Effect.sync(() => usage.used--))
      }).pipe(Effect.map(observed))
    })
  // It is around every statement, so what is counted is counted by calls and not by effects.
  const use: PgPool["use"] = (f) =>
    Effect.suspend(() => {
      let phase: keyof typeof usage = "waiting"
      usage.waiting++
      const lent = pool.use((connection) => {
        usage.waiting--
        phase = "used"
        usage.used++
        return f(observed(connection))
      })
      return Effect.onExitPrimitive(lent, () => void usage[phase]--)
    })
  return { ...pool, use, get: reserved(pool.get), reserve: reserved(pool.reserve) }
})

/** Adds what observes it to the execution of a statement. */
type Observer = <A>(text: string, run: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>

/** Source: OpenTelemetry semantic conventions for database client spans. Parameters are never told. */
const traced: Observer = (text, run) => {
  const name = summary(text)
  const [operation = name, collection] = name.split(" ")
  return Effect.withSpan(run, name, {
    kind: "client",
    attributes: {
      "db.system.name": "postgresql",
      "db.query.summary": name,
      "db.operation.name": operation,
      ...(collection === undefined ? undefined : { "db.collection.name": collection })
    }
  })
}

/** From half a millisecond, which a row read by its key takes, to the time that a statement may take. */
const boundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const timed = (services: Context.Context<never>): Observer => {
  const outcomes = {
    done: new Map<string, Metric.Histogram<number>>(),
    failed: new Map<string, Metric.Histogram<number>>()
  }
  const histogramOf = (statement: string, outcome: keyof typeof outcomes): Metric.Histogram<number> => {
    const known = outcomes[outcome].get(statement)
    if (known !== undefined) return known
    const made = Metric.histogram("emend_store_statement_duration_seconds", {
      description: "How long statements took on their connection",
      attributes: { statement, outcome },
      boundaries
    })
    outcomes[outcome].set(statement, made)
    return made
  }
  return (text, run) =>
    Effect.suspend(() => {
      const began = performance.now()
      return Effect.onExitPrimitive(run, ({ _tag }) => {
        const histogram = histogramOf(summary(text), _tag === "Success" ? "done" : "failed")
        histogram.updateUnsafe((performance.now() - began) / 1000, services)
        return undefined
      })
    })
}

const registerUsage = (
  usage: { readonly used: number; readonly waiting: number },
  limit: number,
  services: Context.Context<never>
): void => {
  const states = { used: () => usage.used, free: () => limit - usage.used }
  const gauge = (
    name: string,
    description: string,
    read: () => number,
    attributes?: Readonly<Record<string, string>>
  ) =>
    Metric.registerUnsafe(Metric.gauge(name, { description, attributes }), services, {
      get: () => ({ value: read() }),
      update: () => {},
      modify: () => {}
    })
  for (const [state, read] of Object.entries(states)) {
    gauge("emend_store_connections", "Connections to the database that are used, and that may yet be", read, { state })
  }
  gauge("emend_store_waiting", "How many wait for a connection to the database", () => usage.waiting)
}

/**
 * Counts the commits of each batch that is executed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const batches = (execute: Commits.Execute, services: Context.Context<never>): Commits.Execute => {
  const sizes = Metric.histogram("emend_store_batch_commits", {
    description: "How many commits were executed at once",
    boundaries: [1, 2, 4, 8, 16, 32, 64, 128, 256, 1_024]
  })
  return ((commits: ReadonlyArray<RecordStore.Commit>, skips: boolean = false) => {
    sizes.updateUnsafe(commits.length, services)
    return execute(commits, skips)
  }) as Commits.Execute
}

/**
 * Counts the attempts that failed only because another transaction was in the way, and were made anew.
 *
 * @category metrics
 * @since 0.1.0
 */
export const retries = Metric.counter("emend_store_retries_total", {
  description: "Statements and transactions that were tried anew because another was in the way",
  incremental: true
})

const halving = (cause: string) =>
  Metric.counter("emend_store_halvings_total", {
    description: "Statements for several writes that were refused, and executed in two parts",
    attributes: { cause },
    incremental: true
  })

/**
 * Counts the statements for several writes that the database refused, and that were executed in two parts: because of the
 * `values` of one of them, or because of the `statement`, which is a defect.
 *
 * @category metrics
 * @since 0.1.0
 */
export const halvings = { values: halving("values"), statement: halving("statement") }

/** The texts of statements are few, and the same ones come again and again. */
const summaries = new Map<string, string>()
const mostSummaries = 2_000

/**
 * Tells in two words what a statement does: the first operation that writes, or else reads, and what it is done to.
 *
 * @category conversions
 * @since 0.1.0
 */
export const summary = (text: string): string => {
  const known = summaries.get(text)
  if (known !== undefined) return known
  const [, writes, written] = /\b(INSERT INTO|UPDATE|DELETE FROM)\s+"?([a-z_][a-z0-9_.]*)/.exec(text) ?? []
  const [, read] = /\b(?:FROM|JOIN)\s+"?(?!unnest\b|walk\b|pg_)([a-z_][a-z0-9_.]*)/.exec(text) ?? []
  const [, first = "statement"] = /^\W*([A-Za-z]+)/.exec(text) ?? []
  const made = writes !== undefined
    ? `${writes.split(" ")[0]} ${written}`
    : /^(WITH|SELECT)$/i.test(first)
    ? read === undefined ? "SELECT" : `SELECT ${read}`
    : first.toUpperCase()
  if (summaries.size < mostSummaries) summaries.set(text, made)
  return made
}
