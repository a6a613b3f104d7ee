/** Memos of requests. A migration is never changed once it is released: it is data, not derived. */
import type { Migration } from "../Migration.ts"

const short = (name: string) => `CHECK (length("${name}") BETWEEN 1 AND 255 AND octet_length("${name}") <= 765)`

/**
 * Creates the table of memos. One that is in force cannot be replaced: its fingerprint would become NULL, which the
 * constraint `memos_in_force` tells.
 *
 * @category migrations
 * @since 0.1.0
 */
export const memos: Migration = {
  number: 5,
  name: "memos",
  statements: [
    `CREATE TABLE memos (
      tenant text COLLATE "C" NOT NULL ${short("tenant")},
      id text COLLATE "C" NOT NULL ${short("id")},
      fingerprint text COLLATE "C" CONSTRAINT memos_in_force CHECK (fingerprint IS NOT NULL),
      made timestamptz(6) NOT NULL,
      expires timestamptz(6) NOT NULL,
      note json NOT NULL,
      kind text COLLATE "C",
      record_id text COLLATE "C",
      version bigint,
      changed boolean,
      CONSTRAINT memos_pkey PRIMARY KEY (tenant, id),
      CHECK (num_nulls(kind, record_id, version, changed) IN (0, 4))
    )`,
    `CREATE INDEX memos_expires_idx ON memos (expires)`
  ]
}
