/**
 * When a request is sent again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Incoming } from "./Transport.ts"

/**
 * How requests are sent again: at most `attempts` times in all, the first wait of about `firstMillis` doubling up to
 * `maxMillis`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Backoff {
  readonly attempts: number
  readonly firstMillis: number
  readonly maxMillis: number
}

/** Statuses that say that another time may do: of a server of ours, or of a proxy before it. */
const passing: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/**
 * Tells whether an answer says that the request may be sent again: by `x-should-retry`, else by its status.
 *
 * @category checks
 * @since 0.1.0
 */
export const isPassing = ({ headers, status }: Incoming): boolean => {
  if (status < 400) return false
  const said = headers["x-should-retry"]
  return said === "true" || (said !== "false" && passing.has(status))
}

/**
 * Gives for how many milliseconds an answer says to wait at least (`Retry-After`, in seconds or as a date, RFC 9110,
 * section 10.2.3); 0 where it says nothing that can be read.
 *
 * @category conversions
 * @since 0.1.0
 */
export const retryAfterMillis = ({ headers }: Incoming, now: number): number => {
  const said = headers["retry-after"]
  if (typeof said !== "string") return 0
  if (/^\d+$/.test(said)) return Number(said) * 1000
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(said)) return 0
  // The oldest of the three forms ends in the year and means UTC too.
  const date = Date.parse(/ \d{4}$/.test(said) ? `${said} GMT` : said)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}

/**
 * Gives for how many milliseconds to wait before the attempt of a number, from 2 on: at random up to the bound that
 * doubles each time, so that clients that failed together do not come back together; and never less than the server
 * asked for.
 *
 * @category queries
 * @since 0.1.0
 */
export const waitMillis = (
  { firstMillis, maxMillis }: Backoff,
  attempt: number,
  atLeastMillis: number
): Effect.Effect<number> =>
  Effect.map(Random.next, (random) => {
    const bound = Math.min(maxMillis, firstMillis * 2 ** (attempt - 2))
    return atLeastMillis + Math.ceil(random * bound)
  })
