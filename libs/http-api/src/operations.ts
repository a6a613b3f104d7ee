/**
 * What a client needs to know of the wire: the definitions of the operations, what they answer as a whole, and what
 * their refusals say. Nothing of the server is in it.
 *
 * @since 0.1.0
 */
export { BoardGroup } from "./definitions/BoardGroup.ts"
export { maxSkip } from "./definitions/ListParameters.ts"
export { TaskAgentsGroup } from "./definitions/TaskAgentsGroup.ts"
export { moves, TasksGroup } from "./definitions/TasksGroup.ts"
export { EventsGroup, TrackersGroup } from "./definitions/TrackersGroup.ts"
export * as HistoryCursor from "./HistoryCursor.ts"
export * as Problem from "./Problem.ts"
export * as RefusalCodes from "./RefusalCodes.ts"
export { errors as schemaErrors } from "./request/SchemaErrors.ts"
export { HTTPValidationError, ValidationError } from "./ValidationError.ts"
export { wholeAnswers, wholeType } from "./WholeAnswers.ts"
