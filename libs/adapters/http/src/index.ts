/**
 * The services of Emend over HTTP.
 *
 * @since 0.1.0
 */
export type { HttpOptions } from "./HttpOptions.ts"
export * as HttpServices from "./HttpServices.ts"
export * as RemoteFailure from "./RemoteFailure.ts"
export * as Strangers from "./Strangers.ts"
export * as Tokens from "./Tokens.ts"
export * as Walks from "./Walks.ts"
