/**
 * Why an embedded server does not run.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * The embedded server could not be prepared or started. The message says why and what to do.
 *
 * @category errors
 * @since 0.1.0
 */
export class EmbeddedPostgresError extends Schema.TaggedError<EmbeddedPostgresError>()("EmbeddedPostgresError", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}
