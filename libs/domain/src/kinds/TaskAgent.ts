/**
 * An agent's configuration in immutable revisions, one of them active (seed 003).
 *
 * @since 0.1.0
 */
import { Creation as Creations, Declare, Kind } from "@emend/algebra/schema"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Text, Timestamp, Uuid } from "../Text.ts"
import * as Configuration from "./Configuration.ts"

const rootFields = {
  name: Declare.replace(Text.check(Schema.isMinLength(1), Schema.isMaxLength(255)), {
    nullable: false,
    onNull: "keep",
    creation: "required"
  }),
  task_agent_run_visibility: Declare.replace(
    Schema.Literals(["owner_only", "editors_and_owners", "all_viewers"]),
    {
      nullable: false,
      onNull: "keep",
      creation: { default: "owner_only" },
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
  is_deleted: Declare.fixed(Schema.Boolean, { nullable: false, creation: { always: false } }),
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
 * What the history of an agent tells of: the fields of the root and of the configuration together.
 *
 * @category kinds
 * @since 0.1.0
 */
export const editKind: RecordKind = { kind: Edit, touched: "modified" }

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

/**
 * A change of an agent: an edit, or the activation of a revision. There is no mixture of the two.
 *
 * @category models
 * @since 0.1.0
 */
export type Command =
  | { readonly _tag: "Edit"; readonly draft: ReturnType<typeof Edit.fromBody> }
  | { readonly _tag: "Activate"; readonly revision_id: string }

/**
 * The schema of an update body: the fields of an edit and `active_revision_id`. Decode with
 * `onExcessProperty: "error"`, then read with {@link command}.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Update = Schema.Struct({
  ...(Edit.Update as unknown as Schema.Struct<Record<string, Schema.Codec<unknown>>>).fields,
  active_revision_id: Schema.optionalKey(
    Schema.NullOr(Uuid).annotate({
      description:
        "Existing TaskAgent revision to activate. Omit to leave the active revision unchanged. `null` leaves it unchanged, like omitting it. Nothing else may be changed in the same request."
    })
  )
}).annotate({ identifier: "UpdateTaskAgentRequest" })

/**
 * Reads a decoded update body as a command. A body that activates a revision and changes something else fails with the
 * fields that stand in the way (law Q6); fields whose null means keep do not.
 *
 * @category rules
 * @since 0.1.0
 */
export const command = (
  body: typeof Update.Type
): Result.Result<Command, ReadonlyArray<string>> => {
  const { active_revision_id: revision_id, ...edit } = body
  const draft = Edit.fromBody(edit)
  if (revision_id === undefined || revision_id === null) return Result.succeed({ _tag: "Edit", draft })
  const fields = Object.keys(draft.patch)
  return fields.length === 0 ? Result.succeed({ _tag: "Activate", revision_id }) : Result.fail(fields)
}

/**
 * The body that creates an agent; what is absent or null takes its default.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Creation = Schema.Struct(Creations.schemas(Edit)).annotate({ identifier: "CreateTaskAgentRequest" })

/**
 * Gives the configuration that a creation asks for, defaults filled in.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialConfiguration = (input: typeof Creation.Type): Configuration.Configuration =>
  Creations.initial(Configuration.Configuration, input, {})

/**
 * Makes the root of a new agent, with its first revision as the active one and the tip.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initial = (
  input: typeof Creation.Type,
  { at, revision, ...address }: Pick<TaskAgent, "id" | "organization_id" | "project_id"> & {
    readonly at: string
    readonly revision: string
  }
): TaskAgent =>
  Creations.initial(TaskAgent, input, {
    ...address,
    created: at,
    modified: at,
    active_revision_id: revision,
    tip_revision_id: revision,
    revision_count: 1
  })

/**
 * Takes the configuration out of a revision.
 *
 * @category conversions
 * @since 0.1.0
 */
export const configurationOf = (revision: TaskAgentRevision): Configuration.Configuration =>
  Object.fromEntries(
    Object.keys(Configuration.fields).map((field) => [field, revision[field as keyof Configuration.Configuration]])
  ) as unknown as Configuration.Configuration
