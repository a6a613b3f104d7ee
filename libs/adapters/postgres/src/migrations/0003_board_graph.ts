/** The graph of board tasks. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

const id = (name: string) =>
  `"${name}" text COLLATE "C" NOT NULL CHECK (length("${name}") BETWEEN 1 AND 255 AND octet_length("${name}") <= 765)`
const version = `version bigint NOT NULL CHECK (version >= 1)`

/**
 * Creates the tables of the links between board tasks and of the changes of their graph. Links are read from either
 * end, in the order in which the tasks at the other were created; changes by the task, newest first.
 *
 * @category migrations
 * @since 0.1.0
 */
export const boardGraph: Migration = {
  number: 3,
  name: "board graph",
  statements: [
    `CREATE TABLE board_links (
      ${id("tenant")},
      ${id("id")},
      ${version},
      ${id("parent_id")},
      ${id("child_id")},
      parent_created_at timestamptz(6) NOT NULL,
      child_created_at timestamptz(6) NOT NULL,
      linked boolean NOT NULL,
      created_at timestamptz(6) NOT NULL,
      updated_at timestamptz(6) NOT NULL,
      ${id("created_by")},
      CONSTRAINT board_links_pkey PRIMARY KEY (tenant, id),
      CONSTRAINT board_links_parent_id_fkey FOREIGN KEY (tenant, parent_id) REFERENCES board_tasks (tenant, id),
      CONSTRAINT board_links_child_id_fkey FOREIGN KEY (tenant, child_id) REFERENCES board_tasks (tenant, id)
    ) WITH (fillfactor = 85)`,
    `CREATE INDEX board_links_parent_id_idx ON board_links (tenant, parent_id, linked, child_created_at, child_id)`,
    `CREATE INDEX board_links_child_id_idx ON board_links (tenant, child_id, linked, parent_created_at, parent_id)`,
    `CREATE TABLE board_changes (
      ${id("tenant")},
      ${id("id")},
      ${version},
      number bigint NOT NULL CHECK (number >= 1),
      change text COLLATE "C" NOT NULL CHECK (change IN ('linked', 'unlinked', 'deleted')),
      ${id("task_id")},
      ${id("subtask_id").replace(" NOT NULL", "")},
      at timestamptz(6) NOT NULL,
      ${id("by")},
      reason text COLLATE "C",
      CONSTRAINT board_changes_pkey PRIMARY KEY (tenant, id),
      CONSTRAINT board_changes_task_id_fkey FOREIGN KEY (tenant, task_id) REFERENCES board_tasks (tenant, id),
      CONSTRAINT board_changes_subtask_id_fkey FOREIGN KEY (tenant, subtask_id) REFERENCES board_tasks (tenant, id)
    )`,
    `CREATE UNIQUE INDEX board_changes_number_key ON board_changes (tenant, number)`,
    `CREATE INDEX board_changes_task_id_idx ON board_changes (tenant, task_id, number)`,
    `CREATE INDEX board_changes_subtask_id_idx ON board_changes (tenant, subtask_id, number)`
  ]
}
