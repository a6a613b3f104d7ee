/** The indexes of the lists. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

const index = (table: string, fields: string, living = "") => {
  const name = `${table}_${fields.replaceAll(", ", "_")}_list`
  return `CREATE INDEX ${name} ON ${table} (tenant, ${fields}, id)${living}`
}

const live = ` WHERE status IS DISTINCT FROM 'DELETED'`
const kept = ` WHERE NOT is_deleted`
const assignees = ["assigned_to_type_id", "assigned_to_instance_id", "assigned_to_user_id", "correlation_bucket_id"]

/**
 * Creates an index for every order of the lists and for every filter beside it. What no record is listed by has no
 * place in them: deleted records, and fields without a value. The metadata of a task are indexed below their tenant.
 *
 * @category migrations
 * @since 0.1.0
 */
export const lists: Migration = {
  number: 6,
  name: "lists",
  statements: [
    ...["created_at", "updated_at", "name", "status, created_at"].map((fields) => index("tasks", fields, live)),
    `CREATE INDEX tasks_task_metadata_list ON tasks
      USING gin (jsonb_set('{}', ARRAY[tenant], task_metadata) jsonb_path_ops)${live}`,
    `CREATE INDEX agents_name_list ON agents (tenant, name, id)`,
    `DROP INDEX agent_task_trackers_agent_id_idx`,
    ...["created_at", "agent_id, created_at", "task_id, created_at"].map((fields) =>
      index("agent_task_trackers", fields)
    ),
    ...["created_at", "status, created_at", "priority, created_at", "source, created_at"].map((fields) =>
      index("board_tasks", fields, kept)
    ),
    ...assignees.map((field) => index("board_tasks", `${field}, created_at`, `${kept} AND ${field} IS NOT NULL`)),
    index("task_agents", "organization_id, project_id, created", kept)
  ]
}
