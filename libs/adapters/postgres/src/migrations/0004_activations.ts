/** The log of activations. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

/**
 * Makes the activations of a task agent as fast to read as there are few of them, however many changes lie between.
 *
 * @category migrations
 * @since 0.1.0
 */
export const activations: Migration = {
  number: 4,
  name: "activations",
  statements: [
    `CREATE INDEX record_history_activations_idx ON record_history (tenant, record_id, version DESC)
      WHERE kind = 'TaskAgent' AND (version = 1 OR moves ? 'active_revision_id')`
  ]
}
