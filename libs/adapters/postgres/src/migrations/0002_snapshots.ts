/** Whole states in histories. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

/**
 * Gives histories a place for whole states. What was written before has none and is read from its beginning.
 *
 * @category migrations
 * @since 0.1.0
 */
export const snapshots: Migration = {
  number: 2,
  name: "snapshots",
  statements: [`ALTER TABLE record_history ADD COLUMN state jsonb CHECK (jsonb_typeof(state) = 'object')`]
}
