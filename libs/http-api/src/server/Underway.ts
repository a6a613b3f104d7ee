/**
 * What is under way, by what gives each up.
 *
 * @since 0.1.0
 */

/**
 * One that is under way.
 *
 * @category models
 * @since 0.1.0
 */
export interface One {
  at: number
  readonly giveUp: () => void
}

/**
 * Those that are under way, in no order.
 *
 * An array, and no set: where members come and go at every request, a set leaves a trail of tables behind it, each of which
 * keeps the next one and what was in it alive until all garbage is collected (V8).
 *
 * @category models
 * @since 0.1.0
 */
export interface Underway {
  readonly enter: (giveUp: () => void) => One
  /** Lets one go, once. */
  readonly leave: (one: One) => void
  /** Gives up all that are there. */
  readonly end: () => void
}

/**
 * Makes one that has nothing under way.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Underway => {
  const all: Array<One> = []
  return {
    enter: (giveUp) => {
      const one = { at: all.length, giveUp }
      all.push(one)
      return one
    },
    leave: (one) => {
      const last = all.pop()!
      if (last === one) return
      all[one.at] = last
      last.at = one.at
    },
    end: () => all.slice().forEach(({ giveUp }) => giveUp())
  }
}
