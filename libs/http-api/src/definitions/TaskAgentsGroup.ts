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

const Updated = HttpApiSchema.WithHeaders(Agent, {
  etag: Schema.String,
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
    error: Operation.refusals(404, 409, ...Operation.withBody)
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
    error: Operation.refusals(404, 409, 412, ...Operation.withBody)
  }).annotate(KeyHints, unwritable(TaskAgent.TaskAgent.fields, "")).annotate(FieldRoles, {
    active_revision_id: "owner"
  }).annotateMerge(
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
    error: Operation.refusals(404, 412)
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
  // Leading an agent back puts the configuration of then to work.
  ...HistoryOperations.make("/:task_agent_id", params, Agent, "Task Agent", "owner")
).prefix("/api/v1/org/:org_id/project/:project_id/task-agent")
