/**
 * The list of kinds.
 *
 * @since 0.1.0
 */
import { agentKind } from "./kinds/Agent.ts"
import { trackerKind } from "./kinds/AgentTaskTracker.ts"
import { boardChangeKind } from "./kinds/BoardChange.ts"
import { boardLinkKind } from "./kinds/BoardLink.ts"
import { boardTaskKind } from "./kinds/BoardTask.ts"
import { taskKind } from "./kinds/Task.ts"
import { taskAgentKind, taskAgentRevisionKind } from "./kinds/TaskAgent.ts"
import type { RecordKind } from "./RecordKind.ts"

/**
 * Every kind of record that a store holds, in an order in which references come before what refers to them.
 *
 * @category kinds
 * @since 0.1.0
 */
export const kinds: ReadonlyArray<RecordKind> = [
  taskKind,
  agentKind,
  trackerKind,
  boardTaskKind,
  boardLinkKind,
  boardChangeKind,
  taskAgentKind,
  taskAgentRevisionKind
]
