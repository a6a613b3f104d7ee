/**
 * An edge of the graph of board tasks: one task is a subtask of another.
 *
 * @since 0.1.0
 */
import { Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Timestamp } from "../Text.ts"

const internal = { nullable: false, internal: true } as const

/**
 * The declaration of a link. A link that is taken away is kept with `linked` false, so that its history goes on when it
 * is made again. When both ends were created never changes, and stands here so that subtasks are read in that order.
 *
 * @category kinds
 * @since 0.1.0
 */
export const BoardLink = Kind.make("BoardLink", {
  id: Declare.fixed(Id, { nullable: false }),
  parent_id: Declare.fixed(Id, { nullable: false, description: "The task that the other one is a part of." }),
  child_id: Declare.fixed(Id, { nullable: false, description: "The subtask." }),
  parent_created_at: Declare.fixed(Timestamp, internal),
  child_created_at: Declare.fixed(Timestamp, internal),
  linked: Declare.fixed(Schema.Boolean, { nullable: false }),
  created_at: Declare.fixed(Timestamp, { nullable: false, description: "When it was first linked." }),
  updated_at: Declare.fixed(Timestamp, { nullable: false, description: "When it was last linked or unlinked." }),
  created_by: Declare.fixed(Id, { nullable: false, description: "Who first linked it." })
})

/**
 * The state of a link.
 *
 * @category models
 * @since 0.1.0
 */
export type BoardLink = typeof BoardLink.State.Type

/**
 * How links are stored.
 *
 * @category kinds
 * @since 0.1.0
 */
export const boardLinkKind: RecordKind = {
  kind: BoardLink,
  touched: "updated_at",
  references: { parent_id: "BoardTask", child_id: "BoardTask" },
  acyclic: { from: "parent_id", to: "child_id", where: "linked" }
}
