/**
 * Callers told by signed tokens: which are accepted, where their keys are read, and what they say.
 *
 * @since 0.1.0
 */
export { type ClaimNames, defaultNames } from "./identity/Claims.ts"
export { type Algorithm } from "./identity/JsonWebTokens.ts"
export * as JsonWebTokens from "./identity/JsonWebTokens.ts"
export * as KeySet from "./identity/KeySet.ts"
export * as KeySource from "./identity/KeySource.ts"
