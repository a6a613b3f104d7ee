/**
 * The services, carried out by a server elsewhere.
 *
 * @since 0.1.0
 */
import { Board, Health, TaskAgents, Tasks, Trackers } from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as BaseUrl from "./BaseUrl.ts"
import * as Client from "./Client.ts"
import * as HttpBoard from "./HttpBoard.ts"
import * as HttpHealth from "./HttpHealth.ts"
import type { HttpOptions } from "./HttpOptions.ts"
import * as HttpTaskAgents from "./HttpTaskAgents.ts"
import * as HttpTasks from "./HttpTasks.ts"
import * as HttpTrackers from "./HttpTrackers.ts"
import type { BaseUrlInvalid, OptionInvalid } from "./RemoteFailure.ts"
import * as Sender from "./Sender.ts"

/**
 * Provides the four services of a server elsewhere, and whether it can be used now. Nothing is sent before the first call; the connections are closed
 * with the layer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: HttpOptions
): Layer.Layer<Tasks | Trackers | Board | TaskAgents | Health, BaseUrlInvalid | OptionInvalid> =>
  Layer.effectContext(Effect.gen(function*() {
    const base = yield* Effect.fromResult(BaseUrl.read(options.baseUrl))
    const send = yield* Sender.make(base, options)
    const client = Client.make(send, options)
    return Context.make(Tasks, HttpTasks.make(client)).pipe(
      Context.add(Trackers, HttpTrackers.make(client)),
      Context.add(Board, HttpBoard.make(client)),
      Context.add(TaskAgents, HttpTaskAgents.make(client)),
      Context.add(Health, HttpHealth.make(send))
    )
  }))
