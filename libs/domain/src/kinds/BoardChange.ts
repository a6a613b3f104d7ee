/**
 * What happened to the graph of board tasks.
 *
 * @since 0.1.0
 */
import { Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Text, Timestamp } from "../Text.ts"

/**
 * The declaration of a change of a tenant's graph. They are numbered 1, 2, 3 …, and who writes to the graph writes the
 * next number with it: a number is taken once, so that every write of links has seen all those before it.
 *
 * @category kinds
 * @since 0.1.0
 */
export const BoardChange = Kind.make("BoardChange", {
  id: Declare.fixed(Id, { nullable: false }),
  number: Declare.fixed(Schema.Int.check(Schema.isGreaterThan(0)), { nullable: false }),
  change: Declare.fixed(Schema.Literals(["linked", "unlinked", "deleted"]), { nullable: false }),
  task_id: Declare.fixed(Id, { nullable: false, description: "The parent, or the task that was deleted." }),
  subtask_id: Declare.fixed(Id, { nullable: true, description: "The child; null where a task was deleted." }),
  at: Declare.fixed(Timestamp, { nullable: false }),
  by: Declare.fixed(Id, { nullable: false }),
  reason: Declare.fixed(Text, { nullable: true })
})

/**
 * The state of a change.
 *
 * @category models
 * @since 0.1.0
 */
export type BoardChange = typeof BoardChange.State.Type

/**
 * How changes are stored: added, never changed.
 *
 * @category kinds
 * @since 0.1.0
 */
export const boardChangeKind: RecordKind = {
  kind: BoardChange,
  unique: [{ fields: ["number"], among: "all" }],
  references: { task_id: "BoardTask", subtask_id: "BoardTask" }
}
