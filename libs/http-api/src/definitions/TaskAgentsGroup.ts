/**
 * The operations on task agents (seed 003).
 *
 * @since 0.1.0
 */
import { TaskAgent, Text } from "@emend/domain"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { FieldRoles } from "./Access.ts"
import * as HistoryOperations from "./HistoryOperations.ts"
import { KeyHints, unwritable } from "./KeyHints.ts"
import * as List from "./ListParameters.ts"
import * as Operation from "./Operation.ts"

const scope = { org_id: Text.Uuid, project_id: Text.Uuid }
const params = { ...scope, task_agent_id: Text.Uuid }

const fieldsOf = (schema: Schema.Top) =>
  (schema as unknown as Schema.Struct<Record<string, Schema.Codec<unknown>>>).fields

/**
 * The schema of what is told of a revision beside its agent.
 *
 * @category schemas
 * @since 0.1.0
 */
export const RevisionSummary = Schema.Struct({
  id: Text.Uuid,
  number: Schema.Int,
  parent_revision_id: Schema.NullOr(Text.Uuid),
  active: Schema.Boolean,
  created: Text.Timestamp,
  created_by: Schema.String,
  annotation: Schema.NullOr(Schema.String),
  content_hash: Schema.String
}).annotate({ identifier: "TaskAgentRevisionSummary" })

/**
 * The schema of an agent as it is served.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Agent = Schema.Struct({
  ...fieldsOf(TaskAgent.TaskAgent.Wire),
  active_revision: Schema.NullOr(RevisionSummary),
  revisions: Schema.Array(RevisionSummary).annotate({ description: "The newest 100, newest first." })
}).annotate({ identifier: "TaskAgent" })

/**
 * The schema of an agent as lists give it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListedAgent = Schema.Struct({
  ...fieldsOf(TaskAgent.TaskAgent.Wire),
  active_revision: Schema.NullOr(RevisionSummary)
}).annotate({ identifier: "ListedTaskAgent" })

/**
 * The schema of a revision as it is served, with its whole configuration.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Revision = Schema.Struct({
  ...fieldsOf(TaskAgent.TaskAgentRevision.Wire),
  active: Schema.Boolean
}).annotate({ identifier: "TaskAgentRevision" })

/**
 * The schema of an activation.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Activation = Schema.Struct({
  version: Schema.Int.annotate({ description: "The version of the agent that the activation led to." }),
  from: Schema.NullOr(Text.Uuid).annotate({
    description: "The revision that was active before; null at the creation."
  }),
  to: Schema.NullOr(Text.Uuid).annotate({ description: "The revision that is active from then on." }),
  at: Text.Timestamp,
  by: Schema.String,
  reason: Schema.NullOr(Schema.String)
}).annotate({ identifier: "TaskAgentActivation" })

const place = Schema.Int.annotate({ description: "A place in the list, from 0." })
const item = Schema.JsonObject

/**
 * The schema of how two revisions differ.
 *
 * @category schemas
 * @since 0.1.0
 */
export const RevisionDifference = Schema.Struct({
  from: RevisionSummary,
  to: RevisionSummary,
  fields: Schema.Record(Schema.String, Schema.Struct({ from: Schema.Json, to: Schema.Json })).annotate({
    description: "The fields with one value that differ."
  }),
  lists: Schema.Record(
    Schema.String,
    Schema.Struct({
      added: Schema.Array(Schema.Struct({ at: place, item })),
      removed: Schema.Array(Schema.Struct({ at: place, item })),
      changed: Schema.Array(Schema.Struct({ at: place, from: item, to: item })),
      moved: Schema.Array(Schema.Struct({ id: Schema.String, from: place, to: place }))
    })
  ).annotate({
    description:
      "The lists that differ. Items are told apart by task_id, task_mcp_server_id, project_integration_id or skill_id. `removed.at` and `moved.from` are places in the first list, the others in the second. Of items in a new order the fewest are told as moved."
  })
}).annotate({ identifier: "TaskAgentRevisionDifference" })

const RevisionName = Schema.Union([Schema.Literal("active"), Text.Uuid]).annotate({
  description: "The id of a revision; `active` stands for the active one."
})

const Updated = HttpApiSchema.WithHeaders(Agent, {
  etag: Operation.VersionTag,
  changes: Operation.changeCount,
  location: Schema.optionalKey(Schema.String.annotate({ description: "The path of the revision that the edit made." }))
})

/**
 * The group of the operations on task agents.
 *
 * @category definitions
 * @since 0.1.0
 */
export const TaskAgentsGroup = HttpApiGroup.make("taskAgents").annotateMerge(
  OpenApi.annotations({ title: "Task Agents" })
).add(
  HttpApiEndpoint.post("create", "/", {
    params: scope,
    headers: Operation.headers.create,
    payload: Operation.body(TaskAgent.Creation),
    success: Operation.created(Agent),
    error: Operation.refusals(404, ...Operation.withBody)
  }).annotateMerge(
    Operation.described("editor", "Create Task Agent", "Creates an agent; its first revision is active.")
  ),
  HttpApiEndpoint.get("list", "/", {
    params: scope,
    query: List.agentPage,
    success: List.results(ListedAgent, "TaskAgentPage"),
    error: Operation.refusals()
  }).annotateMerge(
    Operation.described("viewer", "List Task Agents", "Lists the agents of a project, the newest first.")
  ),
  ...Operation.readable({ path: "/:task_agent_id", params, schema: Agent, title: "Task Agent", noun: "an agent" }),
  HttpApiEndpoint.post("update", "/:task_agent_id", {
    params,
    headers: Operation.editHeaders,
    payload: Operation.body(TaskAgent.Update),
    success: Updated,
    error: Operation.refusals(404, "rebase-conflict", ...Operation.overwriting, ...Operation.withBody)
  }).annotate(Operation.Overwrites, true).annotate(KeyHints, unwritable(TaskAgent.TaskAgent.fields, "")).annotate(
    FieldRoles,
    {
      active_revision_id: "owner"
    }
  ).annotateMerge(
    Operation.described(
      "editor",
      "Update Task Agent",
      "Updates the metadata, creates a new revision, or activates an existing one. Updating configuration creates a new inactive revision. Activate it with a separate request that only includes `active_revision_id`."
    )
  ),
  HttpApiEndpoint.delete("remove", "/:task_agent_id", {
    params,
    headers: Operation.headers.change,
    success: Operation.removed,
    error: Operation.refusals(404, "key-in-use", 412)
  }).annotateMerge(
    Operation.described("owner", "Delete Task Agent", "Deletes an agent; nothing about it can change afterwards.")
  ),
  HttpApiEndpoint.get("revisions", "/:task_agent_id/revision", {
    params,
    query: List.agentPage,
    success: List.results(RevisionSummary, "TaskAgentRevisionPage"),
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Task Agent Revisions",
      "Lists the revisions of an agent without their configurations, the newest first."
    )
  ),
  HttpApiEndpoint.get("revision", "/:task_agent_id/revision/:revision_id", {
    params: { ...params, revision_id: Text.Uuid },
    success: Revision,
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described("viewer", "Get Task Agent Revision", "Gives a revision with its whole configuration.")
  ),
  HttpApiEndpoint.get("compare", "/:task_agent_id/revision/:revision_id/diff/:other_revision_id", {
    params: { ...params, revision_id: RevisionName, other_revision_id: RevisionName },
    success: RevisionDifference,
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described(
      "viewer",
      "Compare Task Agent Revisions",
      "Tells field by field how the configuration of the second revision differs from that of the first."
    )
  ),
  HttpApiEndpoint.get("activations", "/:task_agent_id/activations", {
    params,
    query: Operation.page,
    success: Operation.paged(Activation),
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Task Agent Activations",
      "Lists which revision became active when, by whom and why, newest first. The creation is the first of them."
    )
  ),
  // Leading an agent back puts the configuration of then to work.
  ...HistoryOperations.make("/:task_agent_id", params, Agent, "Task Agent", { restore: "owner" })
).prefix("/api/v1/org/:org_id/project/:project_id/task-agent")
