/**
 * Whether the use cases can be carried out now.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"

/**
 * Tells whether what the services stand on answers: a store, or a server elsewhere.
 *
 * @category services
 * @since 0.1.0
 */
export class Health extends Context.Service<Health, {
  readonly ping: Effect.Effect<void, StoreUnavailable>
}>()("@emend/domain/Health") {
  static readonly layer = Layer.effect(Health, Effect.map(RecordStore, ({ ping }) => ({ ping })))
}
