/**
 * The limits that an operator can set, each by a variable of the environment.
 *
 * @since 0.1.0
 */

interface Limit {
  readonly variable: `EMEND_${string}`
  readonly standard: number
  readonly least: number
  readonly most: number
  readonly text: string
}

const hour = 3_600_000

/**
 * Every limit: the variable that sets it, its value without one, the values that it may have, and what it bounds.
 *
 * @category limits
 * @since 0.1.0
 */
export const declared = {
  maxBodyBytes: {
    variable: "EMEND_MAX_BODY_BYTES",
    standard: 1_048_576,
    least: 2,
    most: 67_108_864,
    text: "How many bytes a body may have; more is 413"
  },
  maxJsonDepth: {
    variable: "EMEND_MAX_JSON_DEPTH",
    standard: 64,
    least: 1,
    most: 64,
    text: "How deeply a JSON value may nest; deeper is 422"
  },
  maxHeaderBytes: {
    variable: "EMEND_MAX_HEADER_BYTES",
    standard: 16_384,
    least: 1_024,
    most: 1_048_576,
    text: "How many bytes the head of a request may have; more is 431"
  },
  maxRequests: {
    variable: "EMEND_MAX_REQUESTS",
    standard: 512,
    least: 1,
    most: 1_000_000,
    text: "How many requests may be in work at once; more are 429"
  },
  maxConnections: {
    variable: "EMEND_MAX_CONNECTIONS",
    standard: 4_096,
    least: 1,
    most: 1_000_000,
    text: "How many connections may be open at once; more are 503 and closed"
  },
  maxUnreadBytes: {
    variable: "EMEND_MAX_UNREAD_BYTES",
    standard: 67_108_864,
    least: 1_048_576,
    most: 999_999_999_999,
    text: "How much of answers may wait for clients that do not take them; with more the slowest are cut off"
  },
  requestMillis: {
    variable: "EMEND_REQUEST_MILLIS",
    standard: 30_000,
    least: 1,
    most: hour,
    text: "How long a request that is here may take; longer is 503"
  },
  readyMillis: {
    variable: "EMEND_READY_MILLIS",
    standard: 2_000,
    least: 1,
    most: hour,
    text: "How long the store may take to say that it is ready"
  },
  headMillis: {
    variable: "EMEND_HEAD_MILLIS",
    standard: 10_000,
    least: 1,
    most: hour,
    text: "How long the head of a request may take to arrive; longer is 408"
  },
  receiveMillis: {
    variable: "EMEND_RECEIVE_MILLIS",
    standard: 30_000,
    least: 1,
    most: hour,
    text: "How long a whole request may take to arrive; longer is 408"
  },
  keepAliveMillis: {
    variable: "EMEND_KEEP_ALIVE_MILLIS",
    standard: 5_000,
    least: 1,
    most: hour,
    text: "How long a connection without a request stays open"
  },
  drainMillis: {
    variable: "EMEND_DRAIN_MILLIS",
    standard: 0,
    least: 0,
    most: hour,
    text: "How long a server that is told to stop still takes requests, while it says that it is not ready"
  },
  graceMillis: {
    variable: "EMEND_GRACE_MILLIS",
    standard: 5_000,
    least: 0,
    most: hour,
    text: "How long a server that stops waits for the rest of requests that are half sent"
  },
  keyMillis: {
    variable: "EMEND_IDEMPOTENCY_MILLIS",
    standard: 24 * hour,
    least: 1_000,
    most: 30 * 24 * hour,
    text: "How long the answer to a request with a key is remembered"
  },
  databaseConnections: {
    variable: "EMEND_DATABASE_CONNECTIONS",
    standard: 10,
    least: 1,
    most: 1_000,
    text: "How many connections to the database there may be"
  },
  maxWaiting: {
    variable: "EMEND_MAX_WAITING",
    standard: 4_096,
    least: 1,
    most: 1_000_000,
    text: "How many requests of one form may wait for the database with group commit; more are 503"
  },
  statementMillis: {
    variable: "EMEND_STATEMENT_MILLIS",
    standard: 30_000,
    least: 1,
    most: hour,
    text: "How long a statement may take before the database gives it up"
  }
} as const satisfies Readonly<Record<string, Limit>>

/**
 * The limits in force: counts, bytes and milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export type Limits = { readonly [Name in keyof typeof declared]: number }

const all = Object.entries<Limit>(declared)

/**
 * The limits without any variable set.
 *
 * @category limits
 * @since 0.1.0
 */
export const standard = Object.fromEntries(all.map(([name, limit]) => [name, limit.standard])) as Limits

/**
 * Reads the limits from the environment. What is wrong is added to `wrong`, a sentence each.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (env: Readonly<Record<string, string | undefined>>, wrong: Array<string>): Limits => {
  const isSet = ({ variable }: Limit): boolean => (env[variable] ?? "") !== ""
  const limits = Object.fromEntries(all.map(([name, limit]) => {
    const { least, most, standard, variable } = limit
    if (!isSet(limit)) return [name, standard]
    const text = env[variable]!
    const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN
    if (value >= least && value <= most) return [name, value]
    wrong.push(`${variable} is ${text}; it may be a number from ${least} to ${most}`)
    return [name, standard]
  })) as Limits
  // A head is a part of its request: a shorter time for the whole bounds it, too.
  const { headMillis, receiveMillis } = limits
  if (headMillis <= receiveMillis) return limits
  if (isSet(declared.headMillis)) {
    wrong.push(
      `EMEND_HEAD_MILLIS is ${headMillis}, and EMEND_RECEIVE_MILLIS, which a head is a part of, ${receiveMillis}`
    )
  }
  return { ...limits, headMillis: receiveMillis }
}

/**
 * Tells every limit, a line each, for `--help`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const help: string = all
  .map(([, { standard, text, variable }]) => `  ${variable.padEnd(26)}  ${text} (${standard})\n`)
  .join("")
