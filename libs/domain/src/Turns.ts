/**
 * Whose turn it is, for work that must not overlap within one process.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { RecordStore } from "./RecordStore.ts"

/**
 * Lets effects with the same name run one after the other, in the order in which they came.
 *
 * It saves compare-and-sets that could only fail; what it orders stays correct without it, so several processes need
 * not share it.
 *
 * @category models
 * @since 0.1.0
 */
export type Turns = (name: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Makes the order for those who write to a store: none where they may hold locks of it that another one waits for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = ({ isJoined }: Pick<RecordStore["Service"], "isJoined">): Turns =>
  isJoined === true ? () => (effect) => effect : make()

/**
 * Makes an order in which nothing waits yet. A name is forgotten when nobody waits for it any more.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Turns => {
  const waiting = new Map<string, { readonly semaphore: Semaphore.Semaphore; count: number }>()
  return (name) => (effect) =>
    Effect.suspend(() => {
      const queue = waiting.get(name) ?? { semaphore: Semaphore.makeUnsafe(1), count: 0 }
      queue.count++
      waiting.set(name, queue)
      return Effect.ensuring(
        queue.semaphore.withPermit(effect),
        Effect.sync(() => {
          if (--queue.count === 0) waiting.delete(name)
        })
      )
    })
}
