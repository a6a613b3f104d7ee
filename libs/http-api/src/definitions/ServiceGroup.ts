/**
 * The operations that tell of the service itself.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { catalogue, type Code, schemas } from "../Problem.ts"
import * as Operation from "./Operation.ts"

const Health = Schema.Struct({ status: Schema.Literal("ok") }).annotate({ identifier: "Health" })

/**
 * The group of the operations on the service.
 *
 * @category definitions
 * @since 0.1.0
 */
export const ServiceGroup = HttpApiGroup.make("service").annotateMerge(OpenApi.annotations({ title: "Service" })).add(
  HttpApiEndpoint.get("live", "/health/live", {
    success: Health,
    error: schemas(403, 500)
  }).annotateMerge(Operation.described("open", "Live", "Answers while the process runs.")),
  HttpApiEndpoint.get("ready", "/health/ready", {
    success: Health,
    error: schemas(403, 500, 503)
  }).annotateMerge(
    Operation.described(
      "open",
      "Ready",
      "Answers while the store can be reached, and the keys that tokens are checked with, and the server is not about to stop."
    )
  ),
  HttpApiEndpoint.get("metrics", "/metrics", {
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain" })),
    error: schemas(403, "route-unknown", 500)
  }).annotateMerge(
    Operation.described(
      "open",
      "Metrics",
      "Gives what the server counts of itself, in the text format of Prometheus (0.0.4)."
    )
  ),
  HttpApiEndpoint.get("problem", "/problems/:code", {
    params: { code: Schema.Literals(Object.keys(catalogue) as unknown as readonly [Code, ...Array<Code>]) },
    success: Schema.Struct({ code: Schema.String, status: Schema.Int, title: Schema.String }).annotate({
      identifier: "ProblemType"
    }),
    error: schemas(400, 403, 500)
  }).annotateMerge(Operation.described("open", "Describe Problem", "Tells what a type of problem means.")),
  HttpApiEndpoint.get("document", "/openapi.json", {
    success: Schema.JsonObject,
    error: schemas(403, 500)
  }).annotateMerge(Operation.described("open", "OpenAPI Document", "Gives this document (OpenAPI 3.1).")),
  HttpApiEndpoint.get("wholeDocument", "/openapi.whole.json", {
    success: Schema.JsonObject,
    error: schemas(403, 500)
  }).annotateMerge(
    Operation.described(
      "open",
      "OpenAPI Document, Whole Answers",
      "Gives the document of the same operations with the whole form of their answers (OpenAPI 3.1)."
    )
  ),
  HttpApiEndpoint.get("docs", "/docs", {
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html" })),
    error: schemas(403, 500)
  }).annotateMerge(
    Operation.described("open", "Documentation", "Gives a page to read and try the operations, without internet.")
  )
)
