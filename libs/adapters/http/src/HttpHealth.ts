/**
 * Whether a server elsewhere can be used now.
 *
 * @internal
 */
import { type Health, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Sender } from "./Sender.ts"

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Struct({ status: Schema.Literal("ok") })))

/** Asks the server whether it is ready, once: who asks does so again and again. */
export const make = (send: Sender): Health["Service"] => {
  const outgoing = { method: "GET", path: "/health/ready", headers: { accept: "application/json" }, body: undefined }
  return {
    ping: send(outgoing, false).pipe(
      Effect.mapError((cause) => new RecordStore.StoreUnavailable({ message: cause.message, cause })),
      Effect.flatMap(({ incoming: { status, text } }) =>
        status === 200 && decode(text)._tag === "Success"
          ? Effect.void
          : Effect.fail(new RecordStore.StoreUnavailable({ message: `The server is not ready (${status})` }))
      )
    )
  }
}
