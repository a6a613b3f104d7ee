/**
 * Whether a server elsewhere can be used now.
 *
 * @internal
 */
import { type Health, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { Sender } from "./Sender.ts"

/** Asks the server whether it is ready, once: who asks does so again and again. */
export const make = (send: Sender): Health["Service"] => ({
  ping: send({ method: "GET", path: "/health/ready", headers: { accept: "application/json" }, body: undefined }, false)
    .pipe(
      Effect.flatMap(({ incoming: { status } }) =>
        status === 200
          ? Effect.void
          : Effect.fail(new RecordStore.StoreUnavailable({ message: `The server is not ready (${status})` }))
      ),
      Effect.mapError((error) =>
        error._tag === "StoreUnavailable"
          ? error
          : new RecordStore.StoreUnavailable({ message: error.message, cause: error })
      )
    )
})
