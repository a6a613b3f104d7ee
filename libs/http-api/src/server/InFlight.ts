/**
 * How much is in work at once: requests, and work for requests that were given up.
 *
 * @since 0.1.0
 */

/**
 * Counts what is in work, and takes no more than a limit.
 *
 * @category models
 * @since 0.1.0
 */
export interface InFlight {
  readonly count: () => number
  /** Takes one more unless the limit is reached, and tells whether. Who was taken leaves once. */
  readonly enter: () => boolean
  /** Takes one more, whatever the limit is: for what has been taken already and goes on under another name. */
  readonly stay: () => void
  readonly leave: () => void
}

/**
 * Makes a counter that takes at most `limit` at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (limit: number): InFlight => {
  let count = 0
  return {
    count: () => count,
    enter: () => {
      if (count >= limit) return false
      count++
      return true
    },
    stay: () => void count++,
    leave: () => void count--
  }
}
