/**
 * The wire: the definition of every operation, its problems, and the OpenAPI document made of them.
 *
 * @since 0.1.0
 */
export { Api } from "./Api.ts"
export * as Problem from "./Problem.ts"
export { Settings } from "./Settings.ts"
export { HTTPValidationError, ValidationError } from "./ValidationError.ts"
