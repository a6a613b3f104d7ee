/**
 * The reading of whole records.
 *
 * @since 0.1.0
 */
import { type RecordArchive, RecordStore, type Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import { quoted } from "../Relation.ts"
import * as Relation from "../Relation.ts"
import * as ArchiveTable from "./ArchiveTable.ts"
import type { PutFailed, Session } from "./Session.ts"

/**
 * Reads a range of records with their histories, of one moment.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (
  session: Session,
  { relation, statements }: ArchiveTable.ArchiveTable,
  { after = "", bytes = Infinity, limit, tenant }: RecordArchive.Range
): Effect.Effect<ReadonlyArray<RecordArchive.Archived>, RecordStore.StoreUnavailable> =>
  Effect.gen(function*() {
    const kind = relation.kind.kind.name
    yield* session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    const rows = yield* session.query(statements.read, [tenant, after, limit, bytes])
    const records = rows.map((row) => {
      const state = Relation.read(relation, row, 1)
      return {
        key: { kind, tenant, id: state["id"] as string },
        version: row[0] as number,
        state,
        history: [] as Array<RecordArchive.Archived["history"][number]>,
        snapshots: [] as Array<RecordStore.Stored>
      }
    })
    if (relation.kind.touched !== undefined && records.length > 0) {
      const byId = new Map(records.map((record) => [record.key.id, record]))
      const histories = (ids: ReadonlyArray<string>, bytes: number, after: unknown) =>
        session.query(ArchiveTable.history.read, [tenant, kind, ids, bytes, after])
      let revisions = yield* histories([...byId.keys()], bytes, 0)
      const last = revisions.at(-1)
      if (last !== undefined && (last[11] as number) >= bytes) {
        // The record that they end in is read to its end; those behind it came without their histories.
        const id = last[0] as string
        revisions = [...revisions, ...yield* histories([id], Infinity, last[1])]
        records.splice(records.indexOf(byId.get(id)!) + 1)
      }
      for (const row of revisions) {
        const record = byId.get(row[0] as string)!
        record.history.push(ArchiveTable.revision(relation, row))
        if (row[10] !== null) {
          record.snapshots.push({ version: row[1] as number, state: row[10] as RecordStore.Stored["state"] })
        }
      }
    }
    yield* session.query("COMMIT")
    return records
  }).pipe(Effect.catchTag("PutFailed", unreadable))

/**
 * Reads fields of records of one kind and tenant by their ids, in no order.
 *
 * @category operations
 * @since 0.1.0
 */
export const byKey = (
  session: Session,
  { relation, statements }: ArchiveTable.ArchiveTable,
  tenant: string,
  ids: ReadonlyArray<string>,
  fields: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<readonly [id: string, row: Revision.Row]>, RecordStore.StoreUnavailable> => {
  const attributes = fields.map((field) => relation.byField.get(field)!)
  return session.query(statements.byKey(attributes), [tenant, ids]).pipe(
    Effect.map((rows) => rows.map((row) => [row[0] as string, Relation.read(relation, row, 1, attributes)] as const)),
    Effect.catchTag("PutFailed", unreadable)
  )
}

/**
 * Lists the tenants that have records.
 *
 * @category operations
 * @since 0.1.0
 */
export const tenants = (
  session: Session,
  tables: ReadonlyArray<ArchiveTable.ArchiveTable>
): Effect.Effect<ReadonlyArray<string>, RecordStore.StoreUnavailable> => {
  // From one tenant to the next by the index, however many records each has.
  const each = tables.map(({ relation }) => {
    const name = quoted(relation.table.name)
    return `SELECT tenant FROM (WITH RECURSIVE t AS (
      (SELECT tenant FROM ${name} ORDER BY tenant LIMIT 1)
      UNION ALL SELECT (SELECT o.tenant FROM ${name} o WHERE o.tenant > t.tenant ORDER BY o.tenant LIMIT 1)
      FROM t WHERE t.tenant IS NOT NULL
    ) SELECT tenant FROM t WHERE tenant IS NOT NULL) x`
  })
  return session.query(`SELECT DISTINCT tenant FROM (${each.join(" UNION ALL ")}) a ORDER BY tenant`).pipe(
    Effect.map((rows) => rows.map(([tenant]) => tenant as string)),
    Effect.catchTag("PutFailed", unreadable)
  )
}

const unreadable = (cause: PutFailed) =>
  Effect.fail(new RecordStore.StoreUnavailable({ message: "The database did not answer", cause }))
