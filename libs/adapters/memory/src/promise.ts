/**
 * Records in memory, for programs that know promises and not Effect.
 *
 * @since 0.1.0
 */
import * as Emend from "@emend/domain/promise"
import * as MemoryStore from "./MemoryStore.ts"

/**
 * Opens the services over a store in memory. Everything is lost when they are closed.
 *
 * @example
 * import { Task } from "@emend/domain"
 * import { open } from "@emend/memory/promise"
 *
 * await using emend = await open()
 * const ann = emend.as({ tenant: "acme", subject: "ann" })
 * await ann.tasks.create({ id: "nightly", params: { retries: 1 } })
 * const { state, version } = await ann.tasks.update(
 *   "nightly",
 *   Task.Task.fromBody({ merge_params: { retries: 2 } }),
 *   { ifMatch: [1], reason: "it failed twice" }
 * )
 * const changed = [version, state.params] // => [2, { retries: 2 }]
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (settings?: Emend.Settings): Promise<Emend.Emend> => Emend.openStore(MemoryStore.layer(), settings)
