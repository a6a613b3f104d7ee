/**
 * What is asked for at the same time is done at once.
 *
 * @since 0.1.0
 */
import * as Exit from "effect/Exit"

/**
 * A number of items, and what they weigh together: either is a bound.
 *
 * @category models
 * @since 0.1.0
 */
export interface Amount {
  readonly count: number
  readonly weight: number
}

/**
 * What a gatherer does with items, and how many.
 *
 * @category models
 * @since 0.1.0
 */
export interface Work<Item, Answer, E> {
  /**
   * Does something with items and gives an answer to each, in order, or fails for all of them. Unless it `waits`, it gives
   * `undefined` for an item that somebody else is in the way of, and has not done it.
   */
  readonly execute: (
    items: ReadonlyArray<Item>,
    waits: boolean,
    done: (exit: Exit.Exit<ReadonlyArray<Answer | undefined>, E>) => void
  ) => void
  /** Names the place at which somebody else can be in the way of an item. */
  readonly place: (item: Item) => string
  /** How much an item adds to what is done at once, and to what is there. */
  readonly weight: (item: Item) => number
  /** As much at most is done at once; an item that is heavier is done alone. */
  readonly most: Amount
  /** Where as much is there, done or waiting, nothing more is taken. */
  readonly room: Amount
  /** At as many places at most others are waited for at the same time, beside the lane. */
  readonly aside: number
  /** How long those that come behind an item alone wait for it, and at most twice as long. */
  readonly patienceMillis: number
}

interface Waiting<Item, Answer, E> {
  readonly item: Item
  readonly weight: number
  readonly answer: (exit: Exit.Exit<Answer, E>) => void
}

/**
 * A lane in which items are done together: what comes in an idle moment is done at once, with what comes in the same
 * turn of the event loop where that is to be expected, and what comes while others are being done is done together after
 * these. What somebody else is in the way of is put aside and done there, place by place, so that nothing else waits for
 * it.
 *
 * An item alone keeps nobody waiting, so it is done there and then, whoever is in its way. Only where others come and it is
 * not done in time, it counts as put aside.
 *
 * @category models
 * @since 0.1.0
 */
export class Gatherer<Item, Answer, E> {
  readonly #work: Work<Item, Answer, E>
  #count = 0
  #weight = 0
  #isBusy = false
  /** What was done last was one item alone. */
  #isAlone = false
  /** What is being done alone in the lane, and may wait for somebody else. */
  #patient: Waiting<Item, Answer, E> | undefined
  #isWatched = false
  readonly #lane: Array<Waiting<Item, Answer, E>> = []
  /** What was put aside, by place: the places where it is being done, and those where it waits for that. */
  readonly #aside = new Map<string, Array<Waiting<Item, Answer, E>>>()
  readonly #places: Array<string> = []
  #asideBusy = 0

  constructor(work: Work<Item, Answer, E>) {
    this.#work = work
  }

  /** Takes an item, which is answered later, or gives false where there is no room. */
  submit(item: Item, answer: (exit: Exit.Exit<Answer, E>) => void): boolean {
    const { count, weight } = this.#work.room
    if (this.#count >= count || this.#weight >= weight) return false
    const waiting = { item, answer, weight: this.#work.weight(item) }
    this.#count++
    this.#weight += waiting.weight
    if (this.#lane.push(waiting) > 1 || this.#isBusy) {
      if (this.#patient !== undefined) this.#watch()
      return true
    }
    // What else is read from sockets in this turn of the event loop comes along, where last time others came.
    if (this.#isAlone) this.#next()
    else setImmediate(() => this.#next())
    return true
  }

  #next(): void {
    if (this.#isBusy) return
    // What was put aside at the place of an item comes before it.
    const batch = this.#take(
      this.#lane,
      (item) => this.#aside.size === 0 ? undefined : this.#aside.get(this.#work.place(item))
    )
    if (batch.length === 0) return
    this.#isAlone = batch.length === 1
    this.#isBusy = true
    const [one] = batch
    if (!this.#isAlone || this.#asideBusy >= this.#work.aside) return this.#execute(batch, false, () => this.#free())
    this.#patient = one
    if (this.#lane.length > 0) this.#watch()
    this.#execute(
      batch,
      true,
      () => this.#patient === one ? this.#free() : this.#leaveAside(this.#work.place(one!.item))
    )
  }

  #free(): void {
    this.#patient = undefined
    this.#isBusy = false
    this.#next()
  }

  /** One timer looks after whatever is being done alone while others wait. */
  #watch(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    const one = this.#patient
    setTimeout(() => {
      this.#isWatched = false
      if (this.#patient === undefined || this.#lane.length === 0) return
      if (this.#patient !== one) return this.#watch()
      this.#aside.set(this.#work.place(one!.item), [])
      this.#asideBusy++
      this.#free()
    }, this.#work.patienceMillis).unref()
  }

  /** Takes from the front what is done at once; what belongs behind `others` goes there. */
  #take(
    lane: Array<Waiting<Item, Answer, E>>,
    others: (item: Item) => Array<Waiting<Item, Answer, E>> | undefined
  ): ReadonlyArray<Waiting<Item, Answer, E>> {
    const { count, weight } = this.#work.most
    const batch: Array<Waiting<Item, Answer, E>> = []
    let total = 0
    while (lane.length > 0 && batch.length < count) {
      const [first] = lane as [Waiting<Item, Answer, E>]
      const queue = others(first.item) ?? batch
      if (queue === batch) {
        total += first.weight
        if (total > weight && batch.length > 0) break
      }
      queue.push(first)
      lane.shift()
    }
    return batch
  }

  #execute(batch: ReadonlyArray<Waiting<Item, Answer, E>>, waits: boolean, goOn: () => void): void {
    this.#work.execute(batch.map(({ item }) => item), waits, (exit) => {
      const answers = batch.map((waiting, at): Exit.Exit<Answer, E> | undefined => {
        if (Exit.isFailure(exit)) return Exit.failCause(exit.cause)
        const answer = exit.value[at]
        if (answer !== undefined) return Exit.succeed(answer)
        this.#putAside(waiting)
        return undefined
      })
      // The next ones are on their way before these are answered.
      goOn()
      batch.forEach(({ answer, weight }, at) => {
        const given = answers[at]
        if (given === undefined) return
        this.#count--
        this.#weight -= weight
        answer(given)
      })
    })
  }

  #putAside(waiting: Waiting<Item, Answer, E>): void {
    const place = this.#work.place(waiting.item)
    const earlier = this.#aside.get(place)
    if (earlier !== undefined) return void earlier.push(waiting)
    this.#aside.set(place, [waiting])
    this.#places.push(place)
    this.#nextAside()
  }

  #nextAside(): void {
    if (this.#asideBusy >= this.#work.aside || this.#places.length === 0) return
    const place = this.#places.shift()!
    this.#asideBusy++
    // What is put aside there with it comes along.
    setImmediate(() => {
      const waiting = this.#aside.get(place)!
      this.#execute(this.#take(waiting, () => undefined), true, () => this.#leaveAside(place))
    })
  }

  #leaveAside(place: string): void {
    this.#asideBusy--
    this.#aside.get(place)!.length === 0 ? this.#aside.delete(place) : this.#places.push(place)
    this.#nextAside()
  }
}
