/** Cleaning. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

/**
 * Marks what was cleaned away in histories.
 *
 * @category migrations
 * @since 0.1.0
 */
export const redaction: Migration = {
  number: 7,
  name: "redaction",
  statements: ["ALTER TABLE record_history ADD COLUMN redacted boolean NOT NULL DEFAULT false"]
}
