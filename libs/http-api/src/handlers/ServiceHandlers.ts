/**
 * What tells of the service itself.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { ServiceGroup } from "../definitions/ServiceGroup.ts"
import type { Identity } from "../identity/Identity.ts"
import { catalogue } from "../Problem.ts"
import * as Answer from "../server/Answer.ts"
import * as Deadline from "../server/Deadline.ts"
import type { Handlers } from "../server/Route.ts"
import type { Settings } from "../Settings.ts"

const ok = Answer.json({ status: "ok" })

/**
 * Makes the handlers of the operations on the service.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  store: RecordStore.RecordStore["Service"],
  { readyMillis }: Settings,
  identity: Identity
): Handlers<typeof ServiceGroup> => ({
  live: () => Effect.succeed(ok),
  ready: () => Effect.as(Deadline.within(Effect.andThen(store.ping, identity.ready), readyMillis), ok),
  problem: ({ params: { code } }) =>
    Effect.succeed(Answer.json({ code, status: catalogue[code].status, title: catalogue[code].title })),
  // The document and the page are large and seldom asked for: they are not loaded before.
  document: () =>
    Effect.map(
      Effect.promise(() => import("../openapi/Document.ts")),
      ({ text }) => Answer.jsonText(text())
    ),
  docs: () =>
    Effect.map(
      Effect.promise(() => import("../DocumentationPage.ts").then(({ page }) => page())),
      (html) => HttpServerResponse.text(html, { contentType: "text/html; charset=utf-8" })
    )
})
