/**
 * What is to happen after a time, for as many as there are, by one timer.
 *
 * @since 0.1.0
 */

/**
 * One that waits: what happens when its time is over.
 *
 * @category models
 * @since 0.1.0
 */
export interface Waiting {
  readonly at: number
  readonly late: () => void
  before: Waiting | undefined
  after: Waiting | undefined
}

/**
 * Those that wait for the same time, in the order in which they came, which is the order in which their time is over. A
 * timer for each would cost more than all else that is done about it, as nearly all go before.
 *
 * @category models
 * @since 0.1.0
 */
export class Due {
  readonly #millis: number
  #first: Waiting | undefined
  #last: Waiting | undefined
  #isSet = false

  constructor(millis: number) {
    this.#millis = millis
  }

  /** Adds one, whose `late` is called after the time unless it has gone. */
  add(late: () => void): Waiting {
    const added: Waiting = { at: performance.now() + this.#millis, late, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = added
    else this.#last.after = added
    this.#last = added
    if (!this.#isSet) this.#set(this.#millis)
    return added
  }

  /** Lets one go. One that has gone stays gone. */
  remove(one: Waiting): void {
    const { after, before } = one
    if (before !== undefined) before.after = after
    else if (this.#first === one) this.#first = after
    if (after !== undefined) after.before = before
    else if (this.#last === one) this.#last = before
    one.before = one.after = undefined
  }

  // It stays set when nobody waits any more: then it finds that out.
  #set(millis: number): void {
    this.#isSet = true
    setTimeout(() => {
      this.#isSet = false
      const now = performance.now()
      while (this.#first !== undefined && this.#first.at <= now) {
        const { late } = this.#first
        this.remove(this.#first)
        late()
      }
      if (this.#first !== undefined && !this.#isSet) this.#set(Math.max(1, Math.ceil(this.#first.at - now)))
    }, millis).unref()
  }
}

const all = new Map<number, Due>()

/**
 * Gives those that wait for as many milliseconds. The lengths of time are few: settings of servers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (millis: number): Due => {
  const known = all.get(millis)
  if (known !== undefined) return known
  const made = new Due(millis)
  all.set(millis, made)
  return made
}
