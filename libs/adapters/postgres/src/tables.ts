/**
 * The tables of the kinds. A kind's fields and its columns meet here and nowhere else.
 *
 * @since 0.1.0
 */
import * as Table from "./Table.ts"

const configuration = {
  description: "text",
  instruction: "text",
  mode: "text",
  llm_model_id: "text",
  fallback_llm_model_id: "text",
  memory_strategy: "text",
  memory_config: "object",
  max_turns: "integer",
  task_tools: "list",
  mcp_servers: "list",
  integrations: "list",
  skills: "list"
} as const

/**
 * The table of every kind of the domain.
 *
 * @category tables
 * @since 0.1.0
 */
export const tables: ReadonlyArray<Table.Table> = [
  Table.make("Task", "tasks", {
    id: "text",
    name: "text",
    status: "text",
    status_reason: "text",
    created_at: "timestamp",
    updated_at: "timestamp",
    cleaned_at: "timestamp",
    params: "object",
    task_metadata: "object"
  }, [
    ["created_at", "id"],
    ["updated_at", "id"],
    ["name", "id"],
    ["status", "created_at", "id"]
  ], [
    { name: "tasks_by_agent", column: "agent_id", holds: { kind: "AgentTaskTracker", by: "task_id" } }
  ]),
  Table.make("Agent", "agents", { id: "text", name: "text", created_at: "timestamp" }),
  Table.make("AgentTaskTracker", "agent_task_trackers", {
    id: "text",
    agent_id: "text",
    task_id: "text",
    status: "text",
    status_reason: "text",
    last_processed_event_id: {
      type: "cursor",
      sequence: "last_processed_sequence_id",
      id: "last_processed_event_id"
    },
    created_at: "timestamp",
    updated_at: "timestamp"
  }, [
    ["created_at", "id"],
    ["agent_id", "created_at", "id"],
    ["task_id", "created_at", "id"],
    ["agent_id", "id"],
    ["task_id", "id"],
    ["agent_id", "task_id", "created_at", "id"],
    ["task_id", "agent_id", "created_at", "id"]
  ]),
  Table.make("BoardTask", "board_tasks", {
    organization_id: "text",
    title: "text",
    created_at: "timestamp",
    updated_at: "timestamp",
    id: "text",
    description: "text",
    status: "text",
    priority: "integer",
    assigned_to_type_id: "text",
    assigned_to_instance_id: "text",
    assigned_to_user_id: "text",
    correlation_bucket_id: "text",
    created_by: "text",
    source: "text",
    is_deleted: "boolean"
  }, [
    ["created_at", "id"],
    ["status", "created_at", "id"],
    ["priority", "created_at", "id"],
    ["source", "created_at", "id"],
    ["assigned_to_type_id", "created_at", "id"],
    ["assigned_to_instance_id", "created_at", "id"],
    ["assigned_to_user_id", "created_at", "id"],
    ["correlation_bucket_id", "created_at", "id"],
    ["assigned_to_type_id", "status", "created_at", "id"],
    ["assigned_to_instance_id", "status", "created_at", "id"],
    ["assigned_to_user_id", "status", "created_at", "id"],
    ["correlation_bucket_id", "status", "created_at", "id"]
  ]),
  Table.make("BoardLink", "board_links", {
    id: "text",
    parent_id: "text",
    child_id: "text",
    parent_created_at: "timestamp",
    child_created_at: "timestamp",
    linked: "boolean",
    created_at: "timestamp",
    updated_at: "timestamp",
    created_by: "text"
  }),
  Table.make("BoardChange", "board_changes", {
    id: "text",
    number: "bigint",
    change: "text",
    task_id: "text",
    subtask_id: "text",
    at: "timestamp",
    by: "text",
    reason: "text"
  }),
  Table.make("TaskAgent", "task_agents", {
    id: "text",
    organization_id: "text",
    project_id: "text",
    name: "text",
    task_agent_run_visibility: "text",
    is_deleted: "boolean",
    created: "timestamp",
    modified: "timestamp",
    active_revision_id: "text",
    tip_revision_id: "text",
    revision_count: "bigint"
  }, [["organization_id", "project_id", "created", "id"]]),
  Table.make("TaskAgentRevision", "task_agent_revisions", {
    id: "text",
    task_agent_id: "text",
    number: "bigint",
    parent_revision_id: "text",
    created: "timestamp",
    created_by: "text",
    annotation: "text",
    content_hash: "text",
    ...configuration
  })
]
