import * as Exit from "effect/Exit"
import { describe, expect, it } from "vitest"
import { Gatherer } from "../src/Gatherer.ts"

/** A lane of items that weigh what their numbers say; what is done ends when it is told to. */
const lane = (
  bounds: {
    readonly most?: number
    readonly room?: number
    readonly locked?: ReadonlySet<number>
    readonly patienceMillis?: number
  } = {}
) => {
  const begun: Array<ReadonlyArray<number>> = []
  const ends: Array<() => void> = []
  const answered: Array<number> = []
  const gatherer = new Gatherer<number, number, never>({
    most: { count: 4, weight: bounds.most ?? 10 },
    room: { count: 8, weight: bounds.room ?? 100 },
    aside: 1,
    patienceMillis: bounds.patienceMillis ?? 3_600_000,
    weight: (item) => item,
    // Those below 8 that are locked are all at one place.
    place: (item) => bounds.locked?.has(item) === true && item < 8 ? "locked" : String(item),
    execute: (items, waits, done) => {
      begun.push(items)
      ends.push(() =>
        done(Exit.succeed(items.map((item) => !waits && bounds.locked?.has(item) === true ? undefined : item)))
      )
    }
  })
  return {
    begun,
    answered,
    ends,
    ask: (...items: ReadonlyArray<number>) =>
      items.map((item) => gatherer.submit(item, (exit) => answered.push(Exit.isSuccess(exit) ? exit.value : NaN))),
    /** Ends what is being done, and goes on to where nothing more begins by itself. */
    end: async () => {
      for (const end of ends.splice(0)) end()
      await turn()
    }
  }
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

describe("what comes while others are being done", () => {
  it("is done together up to a number and a weight, in order, and what is heavier than that alone", async () => {
    const { answered, ask, begun, end } = lane()
    ask(1, 9, 1, 25, 1, 2, 3, 4)
    await turn()
    while (answered.length < 8) await end()
    expect(begun).toEqual([[1, 9], [1], [25], [1, 2, 3, 4]])
    expect(answered).toEqual([1, 9, 1, 25, 1, 2, 3, 4])
  })

  it("waits for others of its turn, unless the one before it came alone", async () => {
    const { ask, begun, end } = lane()
    ask(1)
    expect(begun).toEqual([])
    await turn()
    await end()
    ask(2)
    expect(begun).toEqual([[1], [2]])
    ask(3, 4)
    await end()
    await end()
    ask(5)
    expect(begun).toEqual([[1], [2], [3, 4]])
    ask(1)
    await turn()
    expect(begun).toEqual([[1], [2], [3, 4], [5, 1]])
  })

  it("is done together up to the same number and weight where it was put aside", async () => {
    const { answered, ask, begun, end } = lane({ locked: new Set([5, 6, 7]) })
    ask(5, 1)
    await turn()
    // They come behind the one that is put aside.
    ask(6, 7, 2)
    while (answered.length < 5) await end()
    expect(begun).toEqual([[5, 1], [2], [5], [6], [7]])
  })

  it("keeps nobody waiting for long behind one alone that somebody is in the way of", async () => {
    const { answered, ask, begun, end, ends } = lane({ locked: new Set([5, 6]), patienceMillis: 1 })
    ask(5)
    await turn()
    // It is not put aside first: it is done where it is, for as long as that takes.
    const [first] = ends.splice(0)
    ask(1, 6, 2)
    while (begun.length < 2) await turn()
    expect(begun).toEqual([[5], [1, 2]])
    await end()
    ask(3)
    await turn()
    await end()
    expect(answered).toEqual([1, 2, 3])
    // What belongs behind it comes after it.
    expect(begun).toEqual([[5], [1, 2], [3]])
    first!()
    await turn()
    await end()
    expect(begun).toEqual([[5], [1, 2], [3], [6]])
    expect(answered).toEqual([1, 2, 3, 5, 6])
  })

  it("does not wait for long behind one that is heavy, and alone for that", async () => {
    const { ask, begun, ends } = lane({ locked: new Set([25]), patienceMillis: 1 })
    ask(25, 1)
    await turn()
    expect(begun).toEqual([[25]])
    while (begun.length < 2) await turn()
    expect(begun).toEqual([[25], [1]])
    expect(ends).toHaveLength(2)
  })

  it("is not waited for where as many are put aside as may", async () => {
    const { answered, ask, begun, end, ends } = lane({ locked: new Set([5, 8]) })
    ask(5, 1)
    await turn()
    await end()
    const [aside] = ends.splice(0)
    ask(8)
    await turn()
    await end()
    ask(2)
    await end()
    expect(begun).toEqual([[5, 1], [5], [8], [2]])
    expect(answered).toEqual([1, 2])
    aside!()
    await turn()
    await end()
    expect(answered).toEqual([1, 2, 5, 8])
  })

  it("finds no room behind a number or a weight that waits, and room again when that is done", async () => {
    const heavy = lane({ room: 30 })
    expect(heavy.ask(20, 15, 1)).toEqual([true, true, false])
    await turn()
    await heavy.end()
    expect(heavy.ask(1)).toEqual([true])
    const many = lane()
    expect(many.ask(0, 0, 0, 0, 0, 0, 0, 0, 0)).toEqual([...Array(8).fill(true), false])
  })
})
