/** The tables, and each statement on them. States, revisions, events and memos are JSON. */
import type { Cleaning, EventLog, Memo, RecordKind, RecordStore, Revision } from "@emend/domain"
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"

const tables = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS records (tenant TEXT, kind TEXT, id TEXT, version INTEGER, json TEXT,
    PRIMARY KEY (tenant, kind, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS revisions (tenant TEXT, kind TEXT, id TEXT, version INTEGER, json TEXT,
    PRIMARY KEY (tenant, kind, id, version)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS snapshots (tenant TEXT, kind TEXT, id TEXT, version INTEGER, json TEXT,
    PRIMARY KEY (tenant, kind, id, version)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (tenant TEXT, id TEXT, task_id TEXT, sequence_id INTEGER, json TEXT,
    PRIMARY KEY (tenant, id), UNIQUE (tenant, task_id, sequence_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS memos (tenant TEXT, id TEXT, expires TEXT, json TEXT,
    PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID;
`

type Key = RecordStore.RecordKey
type Page = Parameters<RecordStore.RecordStore["Service"]["history"]>[1]
type Event = EventLog.Event
type Reading = Parameters<EventLog.EventLog["Service"]["read"]>[0]

/** What is in the tables, as the domain asks for it, and what can be put there. */
export type Rows = ReturnType<typeof open>

/** Makes the tables where they are not there yet, and gives the statements. */
export const open = (database: DatabaseSync, kinds: ReadonlyArray<RecordKind.RecordKind>) => {
  database.exec(tables)
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const statement = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  type Values = Readonly<Record<string, SQLInputValue>>
  const run = (sql: string, values: Values) => void prepare(sql).run(values)
  const all = (sql: string, values: Values) => prepare(sql).all(values) as ReadonlyArray<Readonly<Record<string, any>>>
  const parsed = <A>(sql: string, values: Values): ReadonlyArray<A> =>
    all(sql, values).map(({ json }) => JSON.parse(json))
  const stored = (sql: string, values: Values): ReadonlyArray<RecordStore.Stored> =>
    all(sql, values).map(({ json, version }) => ({ version, state: JSON.parse(json) }))

  // A key may be any object that has these, and SQLite refuses what a statement does not name.
  const at = ({ id, kind, tenant }: Key) => ({ tenant, kind, id })
  const ofKey = "tenant = :tenant AND kind = :kind AND id = :id"
  const versioned = "(:tenant, :kind, :id, :version, :json)"
  const archive: Cleaning.Archive = {
    kinds: new Map(kinds.map((kind) => [kind.kind.name, kind])),
    record: (key) => stored(`SELECT * FROM records WHERE ${ofKey}`, at(key))[0],
    records: (kind, tenant, having = {}) => {
      // The names are those of declared fields.
      const where = Object.keys(having).map((field) => `AND json ->> '$.${field}' = :${field}`).join(" ")
      return stored(`SELECT * FROM records WHERE tenant = :tenant AND kind = :kind ${where}`, {
        ...having,
        tenant,
        kind
      })
    },
    entry: (tenant, id) => parsed<Event>("SELECT * FROM events WHERE tenant = :tenant AND id = :id", { tenant, id })[0],
    entries: (log, { id, tenant }) =>
      parsed(`SELECT * FROM events WHERE tenant = :tenant AND ${log} = :id`, { tenant, id }),
    history: (key) => parsed(`SELECT * FROM revisions WHERE ${ofKey} ORDER BY version`, at(key))
  }

  return {
    ...archive,
    put: (table: "records" | "snapshots", key: Key, { state, version }: RecordStore.Stored) =>
      run(`INSERT OR REPLACE INTO ${table} VALUES ${versioned}`, { ...at(key), version, json: JSON.stringify(state) }),
    putRevision: (key: Key, revision: Revision.Revision) => {
      const { version } = revision
      run(`INSERT OR REPLACE INTO revisions VALUES ${versioned}`, {
        ...at(key),
        version,
        json: JSON.stringify(revision)
      })
    },
    /** A page of a history, newest first. */
    page: (key: Key, { before = Number.MAX_SAFE_INTEGER, limit, moved }: Page) => {
      const moving = moved === undefined ? "" : `AND (version = 1 OR json -> '$.moves.${moved}' IS NOT NULL)`
      const where = `${ofKey} AND version < :before ${moving} ORDER BY version DESC LIMIT :limit`
      return parsed<Revision.Revision>(`SELECT * FROM revisions WHERE ${where}`, {
        ...at(key),
        before,
        limit: most(limit)
      })
    },
    /** The last whole state at or before a version. */
    snapshot: (key: Key, version: number) => {
      const where = `${ofKey} AND version <= :version ORDER BY version DESC LIMIT 1`
      return stored(`SELECT * FROM snapshots WHERE ${where}`, { ...at(key), version })[0]
    },
    dropSnapshot: (key: Key, version: number) =>
      run(`DELETE FROM snapshots WHERE ${ofKey} AND version = :version`, { ...at(key), version }),
    /** What is remembered at a moment under the name of a memo. */
    memo: (tenant: string, id: string, at: string) => {
      const where = "tenant = :tenant AND id = :id AND expires > :at"
      return parsed<Memo.Remembered>(`SELECT * FROM memos WHERE ${where}`, { tenant, id, at })[0]
    },
    /** Keeps a memo, and removes those of the tenant that are over. */
    putMemo: (tenant: string, { expires, fingerprint, id, made, note }: Memo.Memo, written: Memo.Outcome | null) => {
      run("DELETE FROM memos WHERE tenant = :tenant AND expires <= :made", { tenant, made })
      const json = JSON.stringify({ fingerprint, note, written })
      run("INSERT OR REPLACE INTO memos VALUES (:tenant, :id, :expires, :json)", { tenant, id, expires, json })
    },
    /** The number that the next event of a task has. */
    nextSequence: (tenant: string, task: string): number => {
      const where = "tenant = :tenant AND task_id = :task"
      return 1 + (all(`SELECT max(sequence_id) AS last FROM events WHERE ${where}`, { tenant, task })[0]!["last"] ?? 0)
    },
    putEntry: (tenant: string, event: Event) => {
      const { id, sequence_id: sequence, task_id: task } = event
      const values = { tenant, id, task, sequence, json: JSON.stringify(event) }
      run("INSERT OR REPLACE INTO events VALUES (:tenant, :id, :task, :sequence, :json)", values)
    },
    log: ({ after, agent_id, limit, task_id: task, tenant }: Reading) => {
      const where = "tenant = :tenant AND task_id = :task AND sequence_id > :after"
      const ofAgent = "(:agent IS NULL OR json ->> '$.agent_id' = :agent) ORDER BY sequence_id LIMIT :limit"
      const values = { tenant, task, after, agent: agent_id ?? null, limit: most(limit) }
      return parsed<Event>(`SELECT * FROM events WHERE ${where} AND ${ofAgent}`, values)
    }
  }
}

/** A limit as SQLite takes it: a negative one is none. */
const most = (limit: number): number => (limit === Infinity ? -1 : limit)
