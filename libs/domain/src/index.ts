/**
 * The four kinds of record, their update rules, the ports that stores implement, and the services over them.
 *
 * @since 0.1.0
 */
export * as Agent from "./kinds/Agent.ts"
export * as AgentTaskTracker from "./kinds/AgentTaskTracker.ts"
export * as BoardChange from "./kinds/BoardChange.ts"
export * as BoardLink from "./kinds/BoardLink.ts"
export * as BoardTask from "./kinds/BoardTask.ts"
export * as Configuration from "./kinds/Configuration.ts"
export * as ConfigurationDifference from "./kinds/ConfigurationDifference.ts"
export * as Task from "./kinds/Task.ts"
export * as TaskAgent from "./kinds/TaskAgent.ts"
export {
  type Activation,
  type AgentChanged,
  type AgentConditions,
  type AgentRestored,
  type AgentView,
  type Compared,
  type ListedAgent,
  type RevisionSummary,
  type Scope
} from "./AgentView.ts"
export { Board, type BoardCounts, type BoardQuery, Workflow } from "./Board.ts"
export { type Activity, type ActivityPage } from "./BoardActivity.ts"
export { type GraphRefusal } from "./BoardGraph.ts"
export { type DepthPage, type Relative, type RelativesPage, type RelativesRefusal } from "./BoardRelatives.ts"
export { kinds } from "./kinds.ts"
export { Caller } from "./Caller.ts"
export * as Cleaning from "./Cleaning.ts"
export * as ContentHash from "./ContentHash.ts"
export * as EventLog from "./EventLog.ts"
export * as EventWrite from "./EventWrite.ts"
export * as History from "./History.ts"
export { Health } from "./Health.ts"
export { IdempotencyKey, KeyLifetimeMillis } from "./Idempotency.ts"
export { Identifiers, uuid7 } from "./Identifiers.ts"
export * as Json from "./Json.ts"
export * as Lists from "./Lists.ts"
export type * as Memo from "./Memo.ts"
export * as Past from "./Past.ts"
export * as RecordArchive from "./RecordArchive.ts"
export * as RecordKind from "./RecordKind.ts"
export * as RecordQuery from "./RecordQuery.ts"
export * as RecordReach from "./RecordReach.ts"
export * as Records from "./Records.ts"
export * as RecordStore from "./RecordStore.ts"
export * as RecordWrite from "./RecordWrite.ts"
export * as Redaction from "./Redaction.ts"
export * as Refusals from "./Refusals.ts"
export * as Revision from "./Revision.ts"
export { TaskAgents } from "./TaskAgents.ts"
export { type ListedTask, type ReadTask, type TaskOrder, type TaskQuery, type TaskSummary } from "./TaskLists.ts"
export * as TaskNames from "./TaskNames.ts"
export { type Beside, type MoveOptions, Tasks } from "./Tasks.ts"
export * as Text from "./Text.ts"
export { CursorPolicy, type TrackerOrder, type TrackerQuery, Trackers } from "./Trackers.ts"
export * as Snapshot from "./Snapshot.ts"
export * as Services from "./Services.ts"
