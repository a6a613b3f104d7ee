/**
 * An agent's configuration in immutable revisions, one of them active (seed 003).
 *
 * @since 0.1.0
 */
import { Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Text, Timestamp, Uuid } from "../Text.ts"
import * as Configuration from "./Configuration.ts"

const rootFields = {
  name: Declare.replace(Text.check(Schema.isMinLength(1), Schema.isMaxLength(255)), {
    nullable: false,
    onNull: "keep"
  }),
  task_agent_run_visibility: Declare.replace(
    Schema.Literals(["owner_only", "editors_and_owners", "all_viewers"]),
    {
      nullable: false,
      onNull: "keep",
      description: "Controls who can see all TaskAgent runs for this agent."
    }
  )
}

const internal = { nullable: false, internal: true } as const

/**
 * The declaration of an agent's root: what changes in place, and the pointers to its revisions. `tip_revision_id` is
 * the revision most recently created or activated, on which the next edit builds.
 *
 * @category kinds
 * @since 0.1.0
 */
export const TaskAgent = Kind.make("TaskAgent", {
  id: Declare.fixed(Uuid, { nullable: false }),
  organization_id: Declare.fixed(Uuid, internal),
  project_id: Declare.fixed(Uuid, internal),
  ...rootFields,
  is_deleted: Declare.fixed(Schema.Boolean, { nullable: false }),
  created: Declare.fixed(Timestamp, { nullable: false }),
  modified: Declare.fixed(Timestamp, { nullable: false }),
  active_revision_id: Declare.fixed(Uuid, { nullable: true, internal: true }),
  tip_revision_id: Declare.fixed(Uuid, internal),
  revision_count: Declare.fixed(Schema.Int.check(Schema.isGreaterThan(0)), internal)
})

/**
 * The state of an agent's root.
 *
 * @category models
 * @since 0.1.0
 */
export type TaskAgent = typeof TaskAgent.State.Type

/**
 * How agent roots are stored.
 *
 * @category kinds
 * @since 0.1.0
 */
export const taskAgentKind: RecordKind = {
  kind: TaskAgent,
  touched: "modified",
  tombstone: { field: "is_deleted", value: true }
}

/**
 * The declaration of an edit: the root and the configuration fields together.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Edit = Kind.make("TaskAgent", { ...rootFields, ...Configuration.fields })

/**
 * Splits the patch of an edit into what changes the root in place and what makes a revision.
 *
 * @category rules
 * @since 0.1.0
 */
export const split = (patch: Parameters<typeof Edit.normalise>[0]): {
  readonly root: Parameters<typeof TaskAgent.normalise>[0]
  readonly configuration: Parameters<typeof Configuration.Configuration.normalise>[0]
} => ({ root: TaskAgent.normalise(patch), configuration: Configuration.Configuration.normalise(patch) })

/**
 * The declaration of a revision: an immutable configuration with its number, parent and author. Not to be confused
 * with the history of a record.
 *
 * @category kinds
 * @since 0.1.0
 */
export const TaskAgentRevision = Kind.make("TaskAgentRevision", {
  id: Declare.fixed(Uuid, { nullable: false }),
  task_agent_id: Declare.fixed(Uuid, { nullable: false }),
  number: Declare.fixed(Schema.Int.check(Schema.isGreaterThan(0)), { nullable: false }),
  parent_revision_id: Declare.fixed(Uuid, { nullable: true }),
  created: Declare.fixed(Timestamp, { nullable: false }),
  created_by: Declare.fixed(Id, { nullable: false }),
  annotation: Declare.fixed(Text.check(Schema.isMaxLength(255)), { nullable: true }),
  content_hash: Declare.fixed(Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/)), { nullable: false }),
  ...Configuration.fields
})

/**
 * The state of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export type TaskAgentRevision = typeof TaskAgentRevision.State.Type

/**
 * How revisions are stored: numbered 1, 2, 3 … for each agent.
 *
 * @category kinds
 * @since 0.1.0
 */
export const taskAgentRevisionKind: RecordKind = {
  kind: TaskAgentRevision,
  unique: [{ fields: ["task_agent_id", "number"], among: "all" }],
  references: { task_agent_id: "TaskAgent" }
}
