/**
 * All services over one store.
 *
 * @since 0.1.0
 */
import * as Layer from "effect/Layer"
import { Board } from "./Board.ts"
import { Health } from "./Health.ts"
import { TaskAgents } from "./TaskAgents.ts"
import { Tasks } from "./Tasks.ts"
import { Trackers } from "./Trackers.ts"

/**
 * Provides the four services, and whether they can be used now, over the two ports, a `RecordStore` and an `EventLog`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = Layer.mergeAll(Tasks.layer, Trackers.layer, Board.layer, TaskAgents.layer, Health.layer)
