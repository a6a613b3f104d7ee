/** A page is bounded in entries and in bytes, and reads no more at once than it should. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Page from "../src/server/Page.ts"

const MiB = 1_048_576

/** Fills a page from entries that are the sizes of their texts, and tells how many were read at once. */
const fill = async (entries: ReadonlyArray<number>, { limit, step = 8 }: { limit: number; step?: number }) => {
  const reads: Array<number> = []
  const numbered = entries.map((size, index) => ({ size, index }))
  const page = await Effect.runPromise(Page.fill(
    { limit, step },
    (after: { readonly size: number; readonly index: number } | undefined, count) => {
      reads.push(count)
      const from = after === undefined ? 0 : after.index + 1
      return Effect.succeed(numbered.slice(from, from + count))
    },
    ({ size }) => "x".repeat(size - 2)
  ))
  return { entries: JSON.parse(page.text).length as number, more: page.more, last: page.last?.index, reads }
}

describe("a page", () => {
  it("never reads more at once than a step, nor more than one beyond what is left of its limit", async () => {
    expect((await fill(Array(100).fill(10), { limit: 20 })).reads).toEqual([2, 8, 8, 3])
    expect((await fill(Array(100).fill(10), { limit: 3 })).reads).toEqual([2, 2])
  })

  it("reads no further once its bytes are full", async () => {
    const page = await fill(Array(100).fill(MiB), { limit: 50 })
    expect(page).toEqual({ entries: 4, more: true, last: 3, reads: [2, 3] })
  })

  it("reads on where the entries are smaller than those before, until it is full", async () => {
    const sizes = [MiB, MiB, ...Array(20).fill(MiB / 4)]
    expect(await fill(sizes, { limit: 50 })).toEqual({ entries: 10, more: true, last: 9, reads: [2, 3, 4, 2] })
  })

  it("waits while as many are filled as may be at once, and has its place when one of them ends", async () => {
    let reading = 0
    let most = 0
    let release = (_: unknown): void => {}
    const held = new Promise((resolve) => (release = resolve))
    const one = Page.fill<number, never>({ limit: 1, step: 8 }, () =>
      Effect.promise(async () => {
        most = Math.max(most, ++reading)
        await held
        reading--
        return [1]
      }), (entry) => entry)
    const all = Effect.runPromise(
      Effect.all(Array.from({ length: 3 * Page.maxFilling }, () => one), { concurrency: "unbounded" })
    )
    // Whoever may begin has begun once a page that needs no wait would have ended.
    await Effect.runPromise(Effect.yieldNow)
    expect(reading).toBe(Page.maxFilling)
    release(undefined)
    expect(await all).toHaveLength(3 * Page.maxFilling)
    expect(most).toBe(Page.maxFilling)
  })

  it("one byte beyond its bound is for the next page", async () => {
    expect(await fill([2 * MiB, 2 * MiB], { limit: 50 })).toMatchObject({ entries: 2, more: false })
    expect(await fill([2 * MiB, 2 * MiB + 1], { limit: 50 })).toMatchObject({ entries: 1, more: true, last: 0 })
  })

  it("has its first entry however large", async () => {
    expect(await fill([9 * MiB, 10], { limit: 50 })).toMatchObject({ entries: 1, more: true, last: 0 })
  })

  it("ends where the list does", async () => {
    expect(await fill([], { limit: 50 })).toEqual({ entries: 0, more: false, last: undefined, reads: [2] })
    expect(await fill(Array(9).fill(10), { limit: 50 })).toMatchObject({ entries: 9, more: false, reads: [2, 8] })
  })

  it("counts bytes, not characters", async () => {
    const page = await Effect.runPromise(Page.fill(
      { limit: 2, step: 8 },
      () => Effect.succeed([1, 2]),
      () => "✓".repeat(MiB)
    ))
    expect(JSON.parse(page.text)).toHaveLength(1)
  })
})
