/** The filters of lists that have an order. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

const id = (name: string) =>
  `${name} text COLLATE "C" NOT NULL CHECK (length(${name}) BETWEEN 1 AND 255 AND octet_length(${name}) <= 765)`

const procedure = (name: string, body: string) =>
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NULL; END $$`

// Two that do the same wait for each other in one order, and what is there already may stay.
const byAgent = (trackers: string) =>
  `INSERT INTO tasks_by_agent (tenant, agent_id, created_at, id)
    SELECT k.tenant, k.agent_id, t.created_at, t.id FROM ${trackers} k
    JOIN tasks t ON t.tenant = k.tenant AND t.id = k.task_id WHERE t.status IS DISTINCT FROM 'DELETED'
    ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING`

/**
 * Keeps the living tasks of each agent in the order of their creation: the database does, whoever writes. Neither what
 * assigns nor when a task was created ever changes, so an update writes there only when it deletes the task. And board tasks get
 * an index for each assignee with a status, trackers one for each filter with the order of their ids and of the
 * other filter.
 *
 * @category migrations
 * @since 0.1.0
 */
export const orderedFilters: Migration = {
  number: 8,
  name: "ordered filters",
  statements: [
    `CREATE TABLE tasks_by_agent (
      ${id("tenant")},
      ${id("agent_id")},
      created_at timestamptz(6) NOT NULL,
      ${id("id")},
      CONSTRAINT tasks_by_agent_pkey PRIMARY KEY (tenant, agent_id, created_at, id)
    )`,
    procedure("agent_task_trackers_made", byAgent("made")),
    procedure(
      "tasks_deleted",
      `DELETE FROM tasks_by_agent b USING agent_task_trackers k
        WHERE k.tenant = OLD.tenant AND k.task_id = OLD.id
          AND b.tenant = OLD.tenant AND b.agent_id = k.agent_id AND b.created_at = OLD.created_at AND b.id = OLD.id`
    ),
    // From here on nobody else writes to these tables until all is there.
    `CREATE TRIGGER agent_task_trackers_made AFTER INSERT ON agent_task_trackers REFERENCING NEW TABLE AS made
      FOR EACH STATEMENT EXECUTE FUNCTION agent_task_trackers_made()`,
    `CREATE TRIGGER tasks_deleted AFTER UPDATE OF status ON tasks FOR EACH ROW
      WHEN (NEW.status = 'DELETED' AND OLD.status IS DISTINCT FROM 'DELETED') EXECUTE FUNCTION tasks_deleted()`,
    byAgent("agent_task_trackers"),
    ...["agent_id, id", "task_id, id", "agent_id, task_id, created_at, id", "task_id, agent_id, created_at, id"].map((
      fields
    ) =>
      `CREATE INDEX agent_task_trackers_${fields.replaceAll(", ", "_")}_list ON agent_task_trackers (tenant, ${fields})`
    ),
    ...["assigned_to_type_id", "assigned_to_instance_id", "assigned_to_user_id", "correlation_bucket_id"].map((field) =>
      `CREATE INDEX board_tasks_${field}_status_created_at_list
        ON board_tasks (tenant, ${field}, status, created_at, id) WHERE NOT is_deleted AND ${field} IS NOT NULL`
    )
  ]
}
