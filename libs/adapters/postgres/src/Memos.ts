/**
 * The memos of requests: how they are kept with writes, and read.
 *
 * @since 0.1.0
 */
import type { Memo } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { classify, type Run, texts } from "./Database.ts"

/**
 * The names of what a memo brings into a statement, in the order of its parameters.
 *
 * @category sql
 * @since 0.1.0
 */
export const columns = "m_id, m_fingerprint, m_made, m_expires, m_note"

/**
 * The places of a statement's parameters for memos: arrays, one element for each write, NULL where it has none.
 *
 * @category sql
 * @since 0.1.0
 */
export const places = (first: number): string =>
  Array.from({ length: 5 }, (_, at) => `$${first + at}::text[]`).join(", ")

/**
 * Makes the parameters for the memos of writes, with the JSON of their notes; each is made of its values by `parameter`,
 * an array unless said.
 *
 * @category parameters
 * @since 0.1.0
 */
export const parameters = (
  memos: ReadonlyArray<Memo.Memo | undefined>,
  notes: ReadonlyArray<string | null>,
  parameter: (values: ReadonlyArray<string | null>) => unknown = texts
): ReadonlyArray<unknown> => [
  parameter(memos.map((memo) => memo?.id ?? null)),
  parameter(memos.map((memo) => memo?.fingerprint ?? null)),
  parameter(memos.map((memo) => memo?.made ?? null)),
  parameter(memos.map((memo) => memo?.expires ?? null)),
  parameter(notes)
]

/**
 * Derives the part of a statement that keeps memos. `from` are rows with {@link columns}; the others name their values
 * of the tenant and of what was written. They are kept in the order of their names, so that statements never wait for
 * each other in a circle. Where one is in force, the statement fails under the constraint {@link inForce}.
 *
 * @category sql
 * @since 0.1.0
 */
export const insert = (
  from: string,
  { changed, id, kind, tenant, version }: {
    readonly tenant: string
    readonly kind: string
    readonly id: string
    readonly version: string
    readonly changed: string
  }
): string =>
  `INSERT INTO memos AS present (tenant, id, fingerprint, made, expires, note, kind, record_id, version, changed)
  SELECT ${tenant}, m_id, m_fingerprint, m_made::timestamptz, m_expires::timestamptz, m_note::json, ${kind}, ${id}, ${version}, ${changed}
  FROM ${from}
  ORDER BY ${tenant}, m_id
  ON CONFLICT (tenant, id) DO UPDATE SET (fingerprint, made, expires, note, kind, record_id, version, changed) =
    (CASE WHEN present.expires <= excluded.made THEN excluded.fingerprint END, excluded.made, excluded.expires,
      excluded.note, excluded.kind, excluded.record_id, excluded.version, excluded.changed)`

/**
 * The constraint under which the database refuses a memo of whose name one is in force.
 *
 * @category names
 * @since 0.1.0
 */
export const inForce = "memos_in_force"

/**
 * Tells whether a statement failed because a memo is in force.
 *
 * @category queries
 * @since 0.1.0
 */
export const isInForce = (error: SqlError): boolean => {
  const failure = classify(error)
  return failure._tag === "Refused" && failure.constraint === inForce
}

/** A few that are over go whenever some are asked for, so that there are never many. */
const recallStatement = `WITH swept AS (
  DELETE FROM memos WHERE expires <= $3::timestamptz AND ctid = ANY (ARRAY(
    SELECT ctid FROM memos WHERE expires <= $3::timestamptz ORDER BY expires LIMIT 4 FOR UPDATE SKIP LOCKED
  ))
)
SELECT u.at, fingerprint, note::text, kind, record_id, version::float8, changed
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u (tenant, id, at) JOIN memos USING (tenant, id)
WHERE expires > $3::timestamptz`

/**
 * Reads what is remembered under each name at a moment.
 *
 * @category operations
 * @since 0.1.0
 */
export const recall = (
  run: Run,
  keys: ReadonlyArray<{ readonly tenant: string; readonly id: string }>,
  moment: string
): Effect.Effect<ReadonlyArray<Memo.Remembered | undefined>, SqlError> => {
  const [tenants, ids] = [texts(keys.map(({ tenant }) => tenant)), texts(keys.map(({ id }) => id))]
  return Effect.map(run(recallStatement, [tenants, ids, moment]), (rows) => {
    const found: Array<Memo.Remembered | undefined> = keys.map(() => undefined)
    for (const row of rows) {
      const [at, fingerprint, note, kind, id, version, changed] = row as Row
      const written = kind === null ? null : { kind, id, version, changed }
      found[Number(at) - 1] = { fingerprint, note: JSON.parse(note), written }
    }
    return found
  })
}

type Row = [
  at: string,
  fingerprint: string,
  note: string,
  kind: string | null,
  id: string,
  version: number,
  changed: boolean
]

const rememberStatement = insert(
  `unnest($1::text[], ${places(2)}, $7::text[], $8::text[], $9::text[], $10::text[])
    AS u (tenant, ${columns}, kind, record_id, version, changed)`,
  { tenant: "u.tenant", kind: "u.kind", id: "u.record_id", version: "u.version::bigint", changed: "u.changed::boolean" }
)

/**
 * Keeps a memo without a write, and tells whether it is new.
 *
 * @category operations
 * @since 0.1.0
 */
export const remember = (
  run: Run,
  tenant: string,
  memo: Memo.Memo,
  written: Memo.Outcome | null
): Effect.Effect<boolean, SqlError> =>
  run(rememberStatement, [
    texts([tenant]),
    ...parameters([memo], [JSON.stringify(memo.note)]),
    texts([written?.kind ?? null]),
    texts([written?.id ?? null]),
    texts([written === null ? null : String(written.version)]),
    texts([written === null ? null : String(written.changed)])
  ]).pipe(
    Effect.as(true),
    Effect.catch((error) => isInForce(error) ? Effect.succeed(false) : Effect.fail(error))
  )
