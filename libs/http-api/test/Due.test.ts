import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Due } from "../src/server/Due.ts"

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }))
afterEach(() => void vi.useRealTimers())

describe("what is due after a time", () => {
  const late: Array<string> = []
  const due = () => {
    late.length = 0
    const made = new Due(100)
    return { add: (name: string) => made.add(() => void late.push(name)), remove: made.remove.bind(made) }
  }

  it("happens when that is over, in order, however many there are", () => {
    const { add } = due()
    add("a")
    add("b")
    vi.advanceTimersByTime(50)
    add("c")
    vi.advanceTimersByTime(49)
    expect(late).toEqual([])
    vi.advanceTimersByTime(2)
    expect(late).toEqual(["a", "b"])
    vi.advanceTimersByTime(50)
    expect(late).toEqual(["a", "b", "c"])
  })

  it("does not happen when it has gone, whether first, last or between others", () => {
    for (const gone of ["a", "b", "c"]) {
      const { add, remove } = due()
      for (const name of ["a", "b", "c"]) {
        const added = add(name)
        if (name === gone) vi.advanceTimersByTime(10)
        if (name === gone) remove(added)
        if (name === gone) remove(added)
      }
      vi.advanceTimersByTime(200)
      expect(late).toEqual(["a", "b", "c"].filter((name) => name !== gone))
    }
  })

  it("is watched by one timer, which ends when nobody waits", () => {
    const { add, remove } = due()
    for (let i = 0; i < 1000; i++) remove(add("never"))
    add("a")
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(150)
    expect(late).toEqual(["a"])
    expect(vi.getTimerCount()).toBe(0)
  })

  it("is added anew by what is late", () => {
    const made = new Due(100)
    let times = 0
    const again = (): void => void made.add(() => ++times < 3 && again())
    again()
    vi.advanceTimersByTime(350)
    expect(times).toBe(3)
  })
})
