/**
 * The wire: the definition of every operation, its problems, and the OpenAPI document made of them.
 *
 * @since 0.1.0
 */
export { Api } from "./Api.ts"
export { type Access } from "./definitions/Access.ts"
export { type Grant } from "./identity/Grant.ts"
export { Identity } from "./identity/Identity.ts"
export { type Role, roles } from "./identity/Role.ts"
export { Lifecycle } from "./Lifecycle.ts"
export * as Problem from "./Problem.ts"
export * as RequestMetrics from "./server/RequestMetrics.ts"
export { Settings } from "./Settings.ts"
export { Shortcut, type Take } from "./Shortcut.ts"
export { HTTPValidationError, ValidationError } from "./ValidationError.ts"
