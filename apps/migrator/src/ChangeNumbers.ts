/**
 * The numbers of changes of the board's graph, where records are put.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Tells the last number of a tenant; 0 without one.
 *
 * @category services
 * @since 0.1.0
 */
export class ChangeNumbers extends Context.Service<ChangeNumbers, {
  readonly last: (tenant: string) => Effect.Effect<number, RecordStore.StoreUnavailable>
}>()("@emend/migrator/ChangeNumbers") {}

/**
 * Asks a store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofStore: Effect.Effect<ChangeNumbers["Service"], never, RecordStore.RecordStore> = Effect.map(
  RecordStore.RecordStore,
  (store) => ({
    last: (tenant) => {
      const order = [{ field: "number", direction: "desc" }] as const
      return Effect.map(
        store.find({ kind: "BoardChange", tenant, order, limit: 1 }),
        ([found]) => found?.state["number"] ?? 0
      )
    }
  })
)
