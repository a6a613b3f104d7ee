/**
 * How a server elsewhere is used.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { OptionInvalid } from "./RemoteFailure.ts"
import type { Tokens } from "./Tokens.ts"

/**
 * How a server elsewhere is used. Times are milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpOptions {
  /** Where the server is, such as `https://emend.example`; a path is that below which it is served. */
  readonly baseUrl: string
  /** Whose requests they are; nobody's unless said. */
  readonly tokens?: Tokens
  /** Headers of each call, asked for in the context of who calls: what traces it, for example. */
  readonly headers?: Effect.Effect<Readonly<Record<string, string>>>
  /** How long a call may take with all its attempts (60 000). */
  readonly callMillis?: number
  /** How long one attempt may take (30 000). */
  readonly attemptMillis?: number
  /** How often a request is sent at most (8). */
  readonly attempts?: number
  /** Up to how long the first wait before another attempt is (100); the bound doubles each time. */
  readonly firstWaitMillis?: number
  /** Where the doubling ends (5 000). */
  readonly maxWaitMillis?: number
  /** How many connections are open at most (16). */
  readonly maxConnections?: number
  /** How long a connection without a request is kept (4 000), which is less than the server keeps it. */
  readonly idleMillis?: number
  /** How many bytes an answer may have (64 MiB). */
  readonly maxAnswerBytes?: number
}

/**
 * The options that are not given.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaults = {
  callMillis: 60_000,
  attemptMillis: 30_000,
  attempts: 8,
  firstWaitMillis: 100,
  maxWaitMillis: 5_000,
  maxConnections: 16,
  idleMillis: 4_000,
  maxAnswerBytes: 64 * 1_048_576
} as const satisfies Partial<HttpOptions>

/**
 * The options that are numbers, each with a value.
 *
 * @category models
 * @since 0.1.0
 */
export type Settings = { readonly [Name in keyof typeof defaults]: number }

/** The least that each may be: there has to be time for an answer, and room for one. */
const least: Settings = {
  callMillis: 1,
  attemptMillis: 1,
  attempts: 1,
  firstWaitMillis: 0,
  maxWaitMillis: 0,
  maxConnections: 1,
  idleMillis: 0,
  maxAnswerBytes: 1
}

/**
 * Reads the numbers of the options, or says which of them cannot be one.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (options: HttpOptions): Result.Result<Settings, OptionInvalid> => {
  const names = Object.keys(defaults) as ReadonlyArray<keyof Settings>
  const settings = Object.fromEntries(names.map((name) => [name, options[name] ?? defaults[name]])) as Settings
  const wrong = names.find((name) => typeof settings[name] !== "number" || !(settings[name] >= least[name]))
  return wrong === undefined ? Result.succeed(settings) : Result.fail(
    new OptionInvalid({
      option: wrong,
      message: `${wrong} is ${String(settings[wrong])}: expected a number of at least ${least[wrong]}`
    })
  )
}
