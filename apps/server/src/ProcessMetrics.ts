/**
 * What the process of the server uses, as metrics that are read when they are asked for.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import { monitorEventLoopDelay } from "node:perf_hooks"

const startedAt = Date.now() / 1000 - process.uptime()

/** Names that dashboards know, in base units. */
const gauges: ReadonlyArray<readonly [name: string, description: string, read: () => number]> = [
  ["process_resident_memory_bytes", "Resident memory of the process", () => process.memoryUsage.rss()],
  ["nodejs_heap_size_used_bytes", "Memory of the heap that is in use", () => process.memoryUsage().heapUsed],
  ["process_start_time_seconds", "When the process started, in seconds since 1970", () => startedAt],
  ["process_uptime_seconds", "How long the process has been running", () => process.uptime()]
]

/** Of these the first is read first: metrics are told in the order in which they were registered. */
const quantiles = [0.5, 0.99, 1]

/**
 * Registers the metrics of the process, and of the connections of its server, in the registry of the context.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (connections: () => number): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const context = Context.omit()(yield* Effect.context<never>())
    const gauge = (name: string, description: string, read: () => number, attributes?: Record<string, string>) =>
      Metric.registerUnsafe(Metric.gauge(name, { description, ...(attributes && { attributes }) }), context, {
        get: () => ({ value: read() }),
        update: () => {},
        modify: () => {}
      })
    for (const [name, description, read] of gauges) gauge(name, description, read)
    gauge("emend_http_connections", "Connections that are open", connections)
    Metric.registerUnsafe(
      Metric.counter("process_cpu_seconds_total", { description: "Processor time that the process used" }),
      context,
      {
        get: () => {
          const { system, user } = process.cpuUsage()
          return { count: (system + user) / 1e6, incremental: true }
        },
        update: () => {},
        modify: () => {}
      }
    )

    const resolution = 20
    const delay = monitorEventLoopDelay({ resolution })
    delay.enable()
    yield* Effect.addFinalizer(() => Effect.sync(() => delay.disable()))
    let lags: ReadonlyArray<number> = quantiles
    quantiles.forEach((quantile, n) =>
      gauge(
        "nodejs_eventloop_lag_seconds",
        "By how much the event loop was late, since this was last asked for",
        () => {
          if (n > 0) return lags[n]!
          // The monitor counts its own interval; before its first turn it knows nothing.
          lags = quantiles.map((one) => Math.max(0, delay.percentile(one * 100) / 1e9 - resolution / 1000))
          delay.reset()
          return lags[0]!
        },
        { quantile: String(quantile) }
      )
    )
  })
