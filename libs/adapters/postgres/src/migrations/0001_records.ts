/** The tables of the first release. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

// 255 characters of the domain are at most so many bytes, and three such values fit into the row of an index.
const short = (name: string) => `CHECK (length("${name}") BETWEEN 1 AND 255 AND octet_length("${name}") <= 765)`
const id = (name: string) => `"${name}" text COLLATE "C" NOT NULL ${short(name)}`
const idOrNull = (name: string) => id(name).replace(" NOT NULL", "")
const object = (name: string) => `"${name}" jsonb CHECK (jsonb_typeof("${name}") = 'object')`
const list = (name: string) => `"${name}" jsonb NOT NULL CHECK (jsonb_typeof("${name}") = 'array')`
const version = `version bigint NOT NULL CHECK (version >= 1)`
const text = `text COLLATE "C"`
const uuid = (name: string) =>
  `"${name}" ${text} CHECK ("${name}" ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')`

/**
 * Creates the tables of the kinds, of the log of events, and of the histories.
 *
 * @category migrations
 * @since 0.1.0
 */
export const records: Migration = {
  number: 1,
  name: "records",
  statements: [
    `CREATE TABLE tasks (
      ${id("tenant")},
      ${id("id")},
      ${version},
      name ${text} ${short("name")},
      status ${text} CHECK (status IN ('CANCELED', 'COMPLETED', 'FAILED', 'RUNNING', 'TERMINATED', 'TIMED_OUT', 'DELETED',
        'INTERRUPTED')),
      status_reason ${text},
      created_at timestamptz(6) NOT NULL,
      updated_at timestamptz(6) NOT NULL,
      cleaned_at timestamptz(6),
      ${object("params")},
      ${object("task_metadata")},
      CONSTRAINT tasks_pkey PRIMARY KEY (tenant, id)
    ) WITH (fillfactor = 85)`,
    `CREATE UNIQUE INDEX tasks_name_key ON tasks (tenant, name) WHERE status IS DISTINCT FROM 'DELETED'`,
    `CREATE TABLE agents (
      ${id("tenant")},
      ${id("id")},
      ${version},
      name ${text},
      created_at timestamptz(6) NOT NULL,
      CONSTRAINT agents_pkey PRIMARY KEY (tenant, id)
    )`,
    `CREATE TABLE events (
      ${id("tenant")},
      ${id("id")},
      sequence_id bigint NOT NULL CHECK (sequence_id >= 1),
      ${id("task_id")},
      ${id("agent_id")},
      created_at timestamptz(6) NOT NULL,
      content jsonb NOT NULL,
      CONSTRAINT events_pkey PRIMARY KEY (tenant, id),
      CONSTRAINT events_sequence_key UNIQUE (tenant, task_id, sequence_id),
      CONSTRAINT events_task_id_fkey FOREIGN KEY (tenant, task_id) REFERENCES tasks (tenant, id),
      CONSTRAINT events_agent_id_fkey FOREIGN KEY (tenant, agent_id) REFERENCES agents (tenant, id)
    )`,
    `CREATE INDEX events_agent_id_idx ON events (tenant, task_id, agent_id, sequence_id)`,
    `CREATE TABLE task_event_heads (
      ${id("tenant")},
      ${id("task_id")},
      last_sequence_id bigint NOT NULL CHECK (last_sequence_id >= 1),
      CONSTRAINT task_event_heads_pkey PRIMARY KEY (tenant, task_id),
      CONSTRAINT task_event_heads_task_id_fkey FOREIGN KEY (tenant, task_id) REFERENCES tasks (tenant, id)
    ) WITH (fillfactor = 50)`,
    `CREATE TABLE agent_task_trackers (
      ${id("tenant")},
      ${id("id")},
      ${version},
      ${id("agent_id")},
      ${id("task_id")},
      status ${text},
      status_reason ${text},
      last_processed_sequence_id bigint CHECK (last_processed_sequence_id >= 1),
      ${idOrNull("last_processed_event_id")},
      created_at timestamptz(6) NOT NULL,
      updated_at timestamptz(6) NOT NULL,
      CONSTRAINT agent_task_trackers_pkey PRIMARY KEY (tenant, id),
      CONSTRAINT agent_task_trackers_task_id_fkey FOREIGN KEY (tenant, task_id) REFERENCES tasks (tenant, id),
      CONSTRAINT agent_task_trackers_agent_id_fkey FOREIGN KEY (tenant, agent_id) REFERENCES agents (tenant, id),
      CONSTRAINT agent_task_trackers_last_processed_event_id_fkey
        FOREIGN KEY (tenant, last_processed_event_id) REFERENCES events (tenant, id),
      CHECK ((last_processed_sequence_id IS NULL) = (last_processed_event_id IS NULL))
    ) WITH (fillfactor = 85)`,
    `CREATE UNIQUE INDEX agent_task_trackers_task_id_agent_id_key ON agent_task_trackers (tenant, task_id, agent_id)`,
    `CREATE INDEX agent_task_trackers_agent_id_idx ON agent_task_trackers (tenant, agent_id)`,
    `CREATE TABLE board_tasks (
      ${id("tenant")},
      ${id("id")},
      ${version},
      ${id("organization_id")},
      title ${text} NOT NULL CHECK (title <> ''),
      created_at timestamptz(6) NOT NULL,
      updated_at timestamptz(6) NOT NULL,
      description ${text},
      status ${text} NOT NULL CHECK (status IN ('backlog', 'assigned', 'running', 'review', 'done')),
      priority integer NOT NULL CHECK (priority BETWEEN 1 AND 4),
      ${idOrNull("assigned_to_type_id")},
      ${idOrNull("assigned_to_instance_id")},
      ${idOrNull("assigned_to_user_id")},
      ${idOrNull("correlation_bucket_id")},
      ${idOrNull("created_by")},
      source ${text} NOT NULL CHECK (source IN ('triage', 'conversation', 'manual')),
      is_deleted boolean NOT NULL,
      CONSTRAINT board_tasks_pkey PRIMARY KEY (tenant, id)
    ) WITH (fillfactor = 85)`,
    `CREATE TABLE task_agents (
      ${id("tenant")},
      ${uuid("id")} NOT NULL,
      ${version},
      ${uuid("organization_id")} NOT NULL,
      ${uuid("project_id")} NOT NULL,
      name ${text} NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
      task_agent_run_visibility ${text} NOT NULL
        CHECK (task_agent_run_visibility IN ('owner_only', 'editors_and_owners', 'all_viewers')),
      is_deleted boolean NOT NULL,
      created timestamptz(6) NOT NULL,
      modified timestamptz(6) NOT NULL,
      ${uuid("active_revision_id")},
      ${uuid("tip_revision_id")} NOT NULL,
      revision_count bigint NOT NULL CHECK (revision_count >= 1),
      CONSTRAINT task_agents_pkey PRIMARY KEY (tenant, id)
    ) WITH (fillfactor = 85)`,
    `CREATE TABLE task_agent_revisions (
      ${id("tenant")},
      ${uuid("id")} NOT NULL,
      ${version},
      ${uuid("task_agent_id")} NOT NULL,
      number bigint NOT NULL CHECK (number >= 1),
      ${uuid("parent_revision_id")},
      created timestamptz(6) NOT NULL,
      ${id("created_by")},
      annotation ${text} CHECK (length(annotation) <= 255),
      content_hash ${text} NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
      description ${text},
      instruction ${text} NOT NULL,
      mode ${text} NOT NULL CHECK (mode IN ('agentic', 'sequential')),
      ${uuid("llm_model_id")},
      ${uuid("fallback_llm_model_id")},
      memory_strategy ${text} CHECK (memory_strategy IN ('sliding_window', 'compaction')),
      ${object("memory_config")},
      max_turns integer CHECK (max_turns BETWEEN 1 AND 500),
      ${list("task_tools")},
      ${list("mcp_servers")},
      ${list("integrations")},
      ${list("skills")},
      CONSTRAINT task_agent_revisions_pkey PRIMARY KEY (tenant, id),
      CONSTRAINT task_agent_revisions_task_agent_id_fkey
        FOREIGN KEY (tenant, task_agent_id) REFERENCES task_agents (tenant, id)
    )`,
    `CREATE UNIQUE INDEX task_agent_revisions_task_agent_id_number_key
      ON task_agent_revisions (tenant, task_agent_id, number DESC)`,
    `CREATE TABLE record_history (
      ${id("tenant")},
      kind ${text} NOT NULL,
      ${id("record_id")},
      ${version},
      at timestamptz(6) NOT NULL,
      by ${text} NOT NULL,
      reason ${text},
      initial jsonb CHECK (jsonb_typeof(initial) = 'object'),
      patch jsonb NOT NULL CHECK (jsonb_typeof(patch) = 'object'),
      inverse jsonb NOT NULL CHECK (jsonb_typeof(inverse) = 'object'),
      moves jsonb NOT NULL CHECK (jsonb_typeof(moves) = 'object'),
      transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
      CONSTRAINT record_history_pkey PRIMARY KEY (tenant, kind, record_id, version),
      CHECK ((version = 1) = (initial IS NOT NULL))
    )`
  ]
}
