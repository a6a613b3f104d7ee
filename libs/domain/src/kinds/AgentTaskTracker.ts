/**
 * The durable cursor of one agent in one task's stream of events (seed 002).
 *
 * @since 0.1.0
 */
import { Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Text, Timestamp } from "../Text.ts"

const Cursor = Schema.Struct({ sequence: Schema.Int.check(Schema.isGreaterThan(0)), id: Id })

/**
 * The declaration of a tracker: its fields, and for each what an update may do to it.
 *
 * @category kinds
 * @since 0.1.0
 */
export const AgentTaskTracker = Kind.make("AgentTaskTracker", {
  id: Declare.fixed(Id, { nullable: false, title: "Id", description: "The id of the agent task tracker." }),
  agent_id: Declare.fixed(Id, { nullable: false, title: "Agent Id", description: "The id of the agent." }),
  task_id: Declare.fixed(Id, { nullable: false, title: "Task Id", description: "The id of the task." }),
  status: Declare.replace(Text, {
    nullable: true,
    onNull: "clear",
    title: "Status",
    description: "Processing status."
  }),
  status_reason: Declare.replace(Text, {
    nullable: true,
    onNull: "clear",
    title: "Status Reason",
    description: "Optional status reason."
  }),
  last_processed_event_id: Declare.forward(Cursor, {
    onNull: "keep",
    reference: Id,
    scope: ["task_id", "agent_id"],
    title: "Last Processed Event Id",
    description: "The most recent processed event; it must be one of the tracker's task and agent."
  }),
  created_at: Declare.fixed(Timestamp, { nullable: false, title: "Created At", description: "When it was created." }),
  updated_at: Declare.fixed(Timestamp, { nullable: false, title: "Updated At", description: "When it last changed." })
})

/**
 * The state of a tracker.
 *
 * @category models
 * @since 0.1.0
 */
export type AgentTaskTracker = typeof AgentTaskTracker.State.Type

/**
 * How trackers are stored: one for each task and agent.
 *
 * @category kinds
 * @since 0.1.0
 */
export const trackerKind: RecordKind = {
  kind: AgentTaskTracker,
  touched: "updated_at",
  unique: [{ fields: ["task_id", "agent_id"], among: "all" }],
  content: { fields: ["status", "status_reason"] },
  references: { task_id: "Task", agent_id: "Agent" }
}
