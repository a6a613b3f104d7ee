/**
 * An event of a task as an archive sees it. A log gives out the numbers of events; an archive keeps those that they have.
 *
 * @since 0.1.0
 */
import { Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"
import { JsonValue } from "../Json.ts"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Timestamp } from "../Text.ts"

/**
 * The declaration of an event. Its content is any JSON value, null where it was cleaned.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Event = Kind.make("Event", {
  id: Declare.fixed(Id, { nullable: false }),
  sequence_id: Declare.fixed(Schema.Int.check(Schema.isGreaterThan(0)), { nullable: false }),
  task_id: Declare.fixed(Id, { nullable: false }),
  agent_id: Declare.fixed(Id, { nullable: false }),
  created_at: Declare.fixed(Timestamp, { nullable: false }),
  content: Declare.fixed(JsonValue, { nullable: true })
})

/**
 * How events are archived: numbered once in their task.
 *
 * @category kinds
 * @since 0.1.0
 */
export const eventKind: RecordKind = {
  kind: Event,
  unique: [{ fields: ["task_id", "sequence_id"], among: "all" }],
  references: { task_id: "Task", agent_id: "Agent" }
}
