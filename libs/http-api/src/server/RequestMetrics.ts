/**
 * What is counted and timed of requests.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type { Code } from "../Problem.ts"
import type { InFlight } from "./InFlight.ts"

/**
 * The limits that a request can be refused by.
 *
 * @category models
 * @since 0.1.0
 */
export type Limit = "body" | "requests" | "time" | "header" | "receive" | "connections" | "stopping" | "unread"

/**
 * What was refused: the code of the problem that was told, or that a client did not take its answer, which is told nothing.
 *
 * @category models
 * @since 0.1.0
 */
export type Refused = Code | "answer-not-taken"

const limitOf: { readonly [Name in Refused]?: Limit } = {
  "body-too-large": "body",
  "too-many-requests": "requests",
  "took-too-long": "time",
  "head-too-large": "header",
  "request-incomplete": "receive",
  "too-many-connections": "connections",
  "server-stopping": "stopping",
  "answer-not-taken": "unread"
}

/**
 * Counts refusals by a limit, in the registry of a context.
 *
 * @category constructors
 * @since 0.1.0
 */
export const refusals = (context: Context.Context<never>): (code: Refused) => void => {
  const counters = new Map<Limit, Metric.Counter<number>>()
  for (const limit of Object.values(limitOf)) {
    const counter = Metric.counter("emend_http_refused_total", {
      description: "Requests and connections refused by a limit",
      attributes: { limit },
      incremental: true
    })
    // A series that is there from the start can be watched before the first refusal.
    counter.updateUnsafe(0, context)
    counters.set(limit, counter)
  }
  return (code) => {
    const limit = limitOf[code]
    if (limit !== undefined) counters.get(limit)!.updateUnsafe(1, context)
  }
}

/**
 * What was answered to a request: 499 where the client went away before.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answered {
  readonly method: string
  /** The template of the path, such as `/tasks/:task_id`; undefined where no route took the request. */
  readonly route: string | undefined
  readonly status: number
  readonly seconds: number
}

/** The methods that routes have, and those that every path has. Node lets some thirty more through. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** From a millisecond, which an update in memory takes, to the time that a request may take. */
const boundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/**
 * Counts and times requests by method, route and status, in the registry of a context. What a client chooses freely is
 * never a label: the number of series is bounded by the routes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  context: Context.Context<never>,
  inFlight: InFlight
): (answered: Answered) => void => {
  const active = Metric.gauge("emend_http_requests_in_flight", {
    description: "Requests in work, and work for requests that were given up"
  })
  Metric.registerUnsafe(active, context, { get: () => ({ value: inFlight.count() }), update() {}, modify() {} })

  const totals = new Map<string, Metric.Counter<number>>()
  const durations = new Map<string, Metric.Histogram<number>>()
  return ({ method: given, route = "unmatched", seconds, status }) => {
    const method = methods.has(given) ? given : "other"
    const name = `${method} ${route}`
    const nameAndStatus = `${name} ${status}`
    let counter = totals.get(nameAndStatus)
    if (counter === undefined) {
      counter = Metric.counter("emend_http_requests_total", {
        description: "Requests answered, by method, route and status",
        attributes: { method, route, status: String(status) },
        incremental: true
      })
      totals.set(nameAndStatus, counter)
    }
    let histogram = durations.get(name)
    if (histogram === undefined) {
      histogram = Metric.histogram("emend_http_request_duration_seconds", {
        description: "From when the head of a request is read to when its answer is ready",
        attributes: { method, route },
        boundaries
      })
      durations.set(name, histogram)
    }
    counter.updateUnsafe(1, context)
    histogram.updateUnsafe(seconds, context)
  }
}
