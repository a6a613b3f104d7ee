/**
 * The two ports of Emend's domain on SQLite. A batch of commits is one transaction, and each of its commits a savepoint.
 * What a write leaves of a record, and which records a question selects, the domain says: a store keeps and finds.
 */
import {
  Cleaning,
  EventLog,
  EventWrite,
  kinds as allKinds,
  type Memo,
  type RecordKind,
  RecordQuery,
  RecordStore,
  RecordWrite
} from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { DatabaseSync } from "node:sqlite"
import * as Rows from "./Rows.ts"

/**
 * Provides both ports over the database in a file, or in `:memory:`, which is closed with the layer. A writer waits at
 * most `waitMillis` for another one of the same file.
 */
export const layer = (
  path: string,
  { kinds = allKinds, waitMillis = 5_000 }: {
    readonly kinds?: ReadonlyArray<RecordKind.RecordKind>
    readonly waitMillis?: number
  } = {}
): Layer.Layer<RecordStore.RecordStore | EventLog.EventLog, RecordStore.StoreUnavailable> =>
  Layer.effectContext(Effect.gen(function*() {
    const database = yield* Effect.acquireRelease(
      attempt(() => new DatabaseSync(path, { timeout: waitMillis })),
      (database) => Effect.sync(() => database.close())
    )
    const rows = yield* attempt(() => Rows.open(database, kinds))
    return Context.make(RecordStore.RecordStore, recordStore(database, rows)).pipe(
      Context.add(EventLog.EventLog, eventLog(database, rows))
    )
  }))

/** What SQLite reports makes the store unavailable; anything else that is thrown is a defect. */
const attempt = <A>(body: () => A): Effect.Effect<A, RecordStore.StoreUnavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(body())
    } catch (cause) {
      if ((cause as { readonly code?: string }).code !== "ERR_SQLITE_ERROR") return Effect.die(cause)
      return Effect.fail(new RecordStore.StoreUnavailable({ message: `SQLite: ${(cause as Error).message}`, cause }))
    }
  })

/** The lock is taken at the beginning, so that what was read is still so when it is written. */
const transaction = <A>(database: DatabaseSync, body: () => A): Effect.Effect<A, RecordStore.StoreUnavailable> =>
  attempt(() => {
    database.exec("BEGIN IMMEDIATE")
    try {
      const result = body()
      database.exec("COMMIT")
      return result
    } finally {
      if (database.isTransaction) database.exec("ROLLBACK")
    }
  })

/** All that a step of a transaction did is taken back where it is refused, or dry. */
const step = <A, E>(database: DatabaseSync, dry: boolean, body: () => Result.Result<A, E>): Result.Result<A, E> => {
  database.exec("SAVEPOINT step")
  const result = body()
  if (dry || Result.isFailure(result)) database.exec("ROLLBACK TO step")
  database.exec("RELEASE step")
  return result
}

const recordStore = (database: DatabaseSync, rows: Rows.Rows): RecordStore.RecordStore["Service"] => ({
  commit: (commits) => transaction(database, () => commits.map((commit) => execute(database, rows, commit))),
  get: (keys) => attempt(() => keys.map(rows.record)),
  find: (query) => attempt(() => RecordQuery.find(rows, query)),
  count: (selection, field) => attempt(() => RecordQuery.count(rows, selection, field)),
  reach: (asked) => attempt(() => RecordQuery.reach(rows, asked)),
  history: (key, page) => attempt(() => rows.page(key, page)),
  past: (key, version) => attempt(() => past(rows, key, version)),
  recall: (keys, at) => attempt(() => keys.map(({ id, tenant }) => rows.memo(tenant, id, at))),
  remember: (tenant, memo, written) =>
    transaction(database, () => {
      const isNew = rows.memo(tenant, memo.id, memo.made) === undefined
      if (isNew) rows.putMemo(tenant, memo, written)
      return isNew
    }),
  ping: attempt(() => database.exec("SELECT 1"))
})

const execute = (database: DatabaseSync, rows: Rows.Rows, commit: RecordStore.Commit): RecordStore.CommitResult => {
  const named = RecordStore.named(commit)
  const dry = named.some((write) => write.dry === true)
  const repeated = named.find(({ key, memo }) => !dry && isRepeated(rows, key.tenant, memo))
  if (repeated !== undefined) return Result.fail({ _tag: "Repeated", key: repeated.key })
  return step(database, dry, () =>
    Result.gen(function*() {
      const written: Array<RecordStore.Written> = []
      for (const write of commit) {
        if (write._tag === "Each") {
          for (const one of writesOf(rows, write)) yield* keep(rows, one)
          continue
        }
        const { changed, state, version } = yield* (isCleaning(write) ? clean(rows, write) : keep(rows, write))
        written.push({ version, state, changed })
        const { key: { id, kind, tenant }, memo } = write
        if (memo !== undefined) rows.putMemo(tenant, memo, { kind, id, version, changed })
      }
      return written
    }))
}

const writesOf = (rows: Rows.Rows, { of, writes }: RecordStore.Each): ReadonlyArray<RecordStore.Write> =>
  RecordQuery.find(rows, { ...of, limit: Infinity }).flatMap(writes)

const isRepeated = (rows: Rows.Rows, tenant: string, memo: Memo.Memo | undefined): boolean =>
  memo !== undefined && rows.memo(tenant, memo.id, memo.made) !== undefined

const isCleaning = (write: RecordStore.Write): write is RecordStore.Update =>
  write._tag === "Update" && write.redact === true

type Outcome = Result.Result<RecordStore.Written, RecordStore.Rejection>

const keep = (rows: Rows.Rows, write: RecordStore.Write): Outcome =>
  Result.map(RecordWrite.write(rows, write), (change) => {
    if (change.changed) rows.put("records", write.key, change)
    if (change.isSnapshot) rows.put("snapshots", write.key, change)
    if (change.revision !== null) rows.putRevision(write.key, change.revision)
    return change
  })

const clean = (rows: Rows.Rows, write: RecordStore.Update): Outcome =>
  Result.map(Cleaning.clean(rows, write), ({ entries, records, written }) => {
    for (const { gone, history, key, written } of records) {
      rows.put("records", key, written)
      for (const revision of history) rows.putRevision(key, revision)
      for (const version of gone) rows.dropSnapshot(key, version)
      rows.put("snapshots", key, written)
    }
    for (const entry of entries) rows.putEntry(write.key.tenant, entry)
    return written
  })

const past = (rows: Rows.Rows, key: RecordStore.RecordKey, version: number): RecordStore.Past | undefined => {
  const base = rows.snapshot(key, version)
  if (base === undefined || version > rows.record(key)!.version) return undefined
  const revisions = rows.page(key, { before: version + 1, limit: version - base.version }).toReversed()
  return revisions.some(({ redacted }) => redacted) ? undefined : { base, revisions }
}

const eventLog = (database: DatabaseSync, rows: Rows.Rows): EventLog.EventLog["Service"] => ({
  append: (events) => transaction(database, () => events.map((event) => append(database, rows, event))),
  get: ({ id, tenant }) => attempt(() => rows.entry(tenant, id)),
  read: (query) => attempt(() => rows.log(query))
})

const append = (
  database: DatabaseSync,
  rows: Rows.Rows,
  event: EventLog.Append
): Result.Result<EventLog.Event, EventLog.AppendRejection> => {
  const { dry = false, id, memo, tenant } = event
  if (!dry && isRepeated(rows, tenant, memo)) return Result.fail({ _tag: "Repeated" })
  return step(
    database,
    dry,
    () =>
      Result.map(EventWrite.append(rows, event, rows.nextSequence(tenant, event.task_id)), (appended) => {
        rows.putEntry(tenant, appended)
        const left = { kind: "Event", id, version: appended.sequence_id, changed: true }
        if (memo !== undefined) rows.putMemo(tenant, memo, left)
        return appended
      })
  )
}
