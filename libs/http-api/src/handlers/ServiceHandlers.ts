/**
 * What tells of the service itself.
 *
 * @since 0.1.0
 */
import type { Health } from "@emend/domain"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import type { ServiceGroup } from "../definitions/ServiceGroup.ts"
import type { Identity } from "../identity/Identity.ts"
import { Lifecycle } from "../Lifecycle.ts"
import { catalogue, Problem } from "../Problem.ts"
import * as Answer from "../server/Answer.ts"
import * as Deadline from "../server/Deadline.ts"
import type { Failure } from "../server/Refusal.ts"
import type { Handlers } from "../server/Route.ts"
import type { Settings } from "../Settings.ts"

/** The text format of Prometheus. */
const exposition = "text/plain; version=0.0.4; charset=utf-8"

/** The page is one file and speaks with its own server alone: the browser sees to it that nothing else is asked. */
const ownOnly = {
  "content-security-policy":
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data: blob:; " +
    "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

const ok = Answer.json({ status: "ok" })

/**
 * Makes the handlers of the operations on the service.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  health: Health["Service"],
  { metrics, readyMillis }: Settings,
  identity: Identity
): Handlers<typeof ServiceGroup> => ({
  live: () => Effect.succeed(ok),
  ready: () =>
    Effect.flatMap(
      Lifecycle,
      ({ phase }): Effect.Effect<HttpServerResponse.HttpServerResponse, Failure> =>
        phase === "serving"
          // Asked every few seconds, it would fill the traces.
          ? Effect.as(
            Effect.contextWith((context: Context.Context<never>) =>
              Deadline.within(
                Effect.withTracerEnabled(Effect.andThen(health.ping, identity.ready), false),
                context,
                readyMillis
              )
            ),
            ok
          )
          : Effect.fail(
            new Problem({
              code: "server-stopping",
              detail: "The server is about to stop",
              headers: { "retry-after": "1" }
            })
          )
    ),
  metrics: () =>
    metrics
      ? Effect.map(PrometheusMetrics.format(), (text) => HttpServerResponse.text(text, { contentType: exposition }))
      : Effect.fail(new Problem({ code: "route-unknown", detail: "Nothing is counted: metrics are turned off" })),
  problem: ({ params: { code } }) =>
    Effect.succeed(Answer.json({ code, status: catalogue[code].status, title: catalogue[code].title })),
  // The documents and the page are large and seldom asked for: they are not loaded before.
  document: () =>
    Effect.map(
      Effect.promise(() => import("../openapi/Document.ts")),
      ({ text }) => Answer.jsonText(text())
    ),
  wholeDocument: () =>
    Effect.map(
      Effect.promise(() => import("../openapi/WholeDocument.ts")),
      ({ text }) => Answer.jsonText(text())
    ),
  docs: () =>
    Effect.map(
      Effect.promise(() => import("../DocumentationPage.ts").then(({ page }) => page())),
      (html) => HttpServerResponse.text(html, { contentType: "text/html; charset=utf-8", headers: ownOnly })
    )
})
