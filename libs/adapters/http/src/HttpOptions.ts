/**
 * How a server elsewhere is used.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
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
