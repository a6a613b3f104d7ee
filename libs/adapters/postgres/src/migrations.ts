/**
 * The list of migrations, in order.
 *
 * @since 0.1.0
 */
import type { Migration } from "./Migration.ts"
import { records } from "./migrations/0001_records.ts"
import { snapshots } from "./migrations/0002_snapshots.ts"
import { boardGraph } from "./migrations/0003_board_graph.ts"
import { activations } from "./migrations/0004_activations.ts"
import { memos } from "./migrations/0005_memos.ts"
import { lists } from "./migrations/0006_lists.ts"
import { redaction } from "./migrations/0007_redaction.ts"
import { orderedFilters } from "./migrations/0008_ordered_filters.ts"

/**
 * Every migration, numbered from 1 without gaps.
 *
 * @category migrations
 * @since 0.1.0
 */
export const migrations: ReadonlyArray<Migration> = [
  records,
  snapshots,
  boardGraph,
  activations,
  memos,
  lists,
  redaction,
  orderedFilters
]
