/**
 * What an operator sees while a run goes on.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * How far a run is: records so far, and bytes of how many where that is known.
 *
 * @category models
 * @since 0.1.0
 */
export interface State {
  readonly records: number
  readonly bytes?: number
  readonly totalBytes?: number
  /** What happened to the records that were read, where that comes later. */
  readonly since?: string
}

/**
 * Tells of a run on the standard error while the scope is open: on a terminal a line that is written anew twice a
 * second, else a line of its own every ten seconds.
 *
 * @category operations
 * @since 0.1.0
 */
export const show = (what: string, state: () => State): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const begun = performance.now()
      const isTerminal = process.stderr.isTTY
      const say = () => {
        const text = sentence(what, state(), (performance.now() - begun) / 1000)
        process.stderr.write(isTerminal ? `${clear}${text}` : `${text}\n`)
      }
      return { isTerminal, timer: setInterval(say, isTerminal ? 500 : 10_000).unref() }
    }),
    ({ isTerminal, timer }) =>
      Effect.sync(() => {
        clearInterval(timer)
        if (isTerminal) process.stderr.write(clear)
      })
  ).pipe(Effect.asVoid)

/**
 * Writes a line to the standard output; on a terminal where the progress stands, which then goes on below.
 *
 * @category operations
 * @since 0.1.0
 */
export const above = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(clear)
  process.stdout.write(`${line}\n`)
}

/** Goes to the beginning of a terminal's line and clears it. */
const clear = "\r\x1b[2K"

/**
 * Says how far a run is after so many seconds, how fast it was, and how long it may still take.
 *
 * @category conversions
 * @since 0.1.0
 */
export const sentence = (what: string, { bytes, records, since, totalBytes }: State, seconds: number): string => {
  const behind = since === undefined ? "" : `, ${since}`
  const rate = `${what} ${records} records, ${Math.round(records / Math.max(seconds, 0.001))}/s${behind}`
  if (bytes === undefined || totalBytes === undefined || bytes === 0 || totalBytes === 0) return rate
  const part = Math.min(bytes / totalBytes, 1)
  const left = Math.round(seconds * (1 - part) / part)
  const time = left < 120 ? `${left} s` : `${Math.round(left / 60)} min`
  return `${rate}, ${Math.floor(part * 100)} % read, about ${time} left to read`
}
