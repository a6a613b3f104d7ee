/**
 * What an operator can set about the wire.
 *
 * @since 0.1.0
 */
import { Json } from "@emend/domain"
import * as Context from "effect/Context"

/**
 * The settings of the wire.
 *
 * @category models
 * @since 0.1.0
 */
export interface Settings {
  /** Unknown, fixed and guarded keys of a body: refused by name, or ignored for clients that send what they read. */
  readonly unknownKeys: "refuse" | "ignore"
  /** What a null means for the status and the status reason of a tracker. */
  readonly trackerStatusNull: "clear" | "keep"
  /** Whether an update, or a restoration, must say to which version of the record it is meant: 428 where it does not. */
  readonly updateCondition: "optional" | "required"
  /** How many bytes a body may have. */
  readonly maxBodyBytes: number
  /** How deeply the objects and lists of a stored value may nest: at most the domain's limit. */
  readonly maxJsonDepth: number
  /** How many requests may be in work at once; those of the service about itself are not counted. */
  readonly maxRequests: number
  /** How many milliseconds a request may take from when it is read; for `/health/ready`, from when it is there. */
  readonly requestMillis: number
  readonly readyMillis: number
  /** Whether a foreign `Host` or `Origin` is refused, so that no web page reaches a server without identity. */
  readonly localOnly: boolean
  /** Whether requests are counted and timed, and `/metrics` tells it. */
  readonly metrics: boolean
  /** Which requests are logged: those that failed for a reason of the server's (500 class), or all. */
  readonly logRequests: "failures" | "all"
}

/**
 * The settings in force.
 *
 * @category references
 * @since 0.1.0
 */
export const Settings = Context.Reference<Settings>("@emend/http-api/Settings", {
  defaultValue: () => ({
    unknownKeys: "refuse",
    trackerStatusNull: "clear",
    updateCondition: "optional",
    maxBodyBytes: 1_048_576,
    maxJsonDepth: Json.maxDepth,
    maxRequests: 512,
    requestMillis: 30_000,
    readyMillis: 2_000,
    localOnly: true,
    metrics: true,
    logRequests: "failures"
  })
})
