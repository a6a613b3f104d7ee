/** The PostgreSQL that all contestants share, each with a database of its own, all copies of one. */
import { Database, EmbeddedPostgres } from "@emend/postgres"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Client } from "pg"
import * as ServerProcess from "../ServerProcess.ts"

export interface Postgres {
  /** Of the postmaster. */
  readonly pid: number
  readonly version: string
  readonly settings: ReadonlyArray<string>
  readonly url: (database: string) => string
  /** For those who do not ask for it themselves: their sessions are set as those of this server are. */
  readonly peerUrl: (database: string) => string
  /** Runs statements on a database, and answers the rows of the last. */
  readonly sql: (database: string, ...texts: ReadonlyArray<string>) => Promise<ReadonlyArray<any>>
}

/**
 * What is set apart from the defaults: all databases fit into memory together, so that no turn begins with reading what
 * another displaced, and no checkpoint falls into the turn of one of them. Every commit is flushed to the disk.
 */
const settings = { shared_buffers: "2GB", max_wal_size: "16GB", checkpoint_timeout: "1h" }

const sessions = Object.entries(Database.parameters)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`)
  .join(" ")

/** Runs a PostgreSQL of its own meanwhile, in a folder that is removed at the end. */
export const use = async <A>(body: (postgres: Postgres) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "emend-bench-"))
  // Where the benchmark runs as root, Postgres runs as another user, who must get in.
  chmodSync(folder, 0o755)
  try {
    const dataDir = join(folder, "data")
    // What is set counts from the next start on.
    await running(
      dataDir,
      ({ sql }) =>
        sql("postgres", ...Object.entries(settings).map(([name, value]) => `ALTER SYSTEM SET ${name} = '${value}'`))
    )
    return await running(dataDir, body)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const running = <A>(dataDir: string, body: (postgres: Postgres) => Promise<A>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const { pid, url } = yield* EmbeddedPostgres.make({ dataDir, exclusive: true })
    return yield* Effect.promise(async () => {
      const to = (database: string) => Redacted.value(url).replace(/[^/]*$/, database)
      const sql: Postgres["sql"] = async (database, ...texts) => {
        const client = new Client({ connectionString: to(database) })
        await client.connect()
        try {
          let rows: ReadonlyArray<any> = []
          for (const text of texts) rows = (await client.query(text)).rows
          return rows
        } finally {
          await client.end()
        }
      }
      const [{ server_version: version }] = await sql("postgres", "SHOW server_version")
      return body({
        pid,
        version,
        settings: Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
        url: to,
        peerUrl: (database) => `${to(database)}?options=${encodeURIComponent(sessions)}`,
        sql
      })
    })
  })))

/** Makes a database with the tables of Emend: as its users get them, from a server that starts on it. */
export const migrated = async ({ sql, url }: Postgres, name: string): Promise<void> => {
  await sql("postgres", `CREATE DATABASE ${name}`)
  const server = await ServerProcess.emend({ DATABASE_URL: url(name) })
  await server.stop()
}

/** How many keys the `params` of each task have. */
export const keys = 20

/** Adds tasks `t1`, `t2` … with their first history entries. */
export const fill = async ({ sql }: Postgres, database: string, records: number): Promise<void> => {
  await sql(
    database,
    `INSERT INTO tasks (tenant, id, version, status, created_at, updated_at, params)
      SELECT 'local', 't' || n, 1, 'RUNNING', at, at, params
      FROM generate_series(1, ${records}) n,
        LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 second' AS at) a,
        (SELECT jsonb_object_agg('k' || k, k * 1000) AS params FROM generate_series(0, ${keys - 1}) k) p`,
    `INSERT INTO record_history (tenant, kind, record_id, version, at, by, initial, patch, inverse, moves)
      SELECT tenant, 'Task', id, 1, created_at, 'local', jsonb_build_object('id', id, 'name', name, 'status', status,
        'status_reason', status_reason, 'created_at', ${micros("created_at")}, 'updated_at', ${micros("updated_at")},
        'cleaned_at', NULL, 'params', params, 'task_metadata', task_metadata), '{}', '{}', '{}'
      FROM tasks`,
    "VACUUM (ANALYZE, FREEZE) tasks, record_history"
  )
}

const micros = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/**
 * Copies a database, and writes each row of its tasks once: so every page has free space and has been written since the
 * last checkpoint, as in a table that has been in use.
 */
export const copy = async ({ sql }: Postgres, from: string, to: string): Promise<void> => {
  await sql("postgres", `CREATE DATABASE ${to} TEMPLATE ${from}`)
  await sql(
    to,
    "UPDATE tasks SET updated_at = updated_at + interval '1 microsecond'",
    "VACUUM (ANALYZE) tasks, record_history"
  )
}

/** How far a database holds what was acknowledged. All but the first two must be 0. */
export interface Verified {
  readonly acknowledged: number
  readonly found: number
  /** Acknowledged and not in the history. */
  readonly lost: number
  /** Of one record, more often in the history than sent. */
  readonly doubled: number
  /** Tasks whose versions are not 1, 2, 3 … up to the present one. */
  readonly gaps: number
  /** Tasks that are not what their history, replayed, gives. */
  readonly wrong: number
}

const written = `SELECT record_id, version, key, value
  FROM record_history, jsonb_each(patch #> '{params,merge,set}') WHERE kind = 'Task' AND version > 1`

/** Looks for every acknowledged update in a database: all values below `values` were acknowledged. */
export const verify = async ({ sql }: Postgres, database: string, values: number): Promise<Verified> => {
  const [found] = await sql(
    database,
    `WITH written AS MATERIALIZED (${written}), versions AS (
      SELECT record_id, count(*) AS entries, max(version) AS newest FROM record_history GROUP BY record_id
    ), replayed AS (
      SELECT record_id, jsonb_object_agg(key, value) AS params FROM (
        SELECT DISTINCT ON (record_id, key) record_id, key, value FROM (
          SELECT * FROM written
          UNION ALL SELECT record_id, version, key, value FROM record_history, jsonb_each(initial -> 'params')
          WHERE kind = 'Task' AND version = 1
        ) all_writes ORDER BY record_id, key, version DESC
      ) newest GROUP BY record_id
    ) SELECT
      (SELECT count(*) FROM written)::int AS found,
      (SELECT count(*) - count(DISTINCT value) FROM written)::int AS doubled,
      (SELECT ${values} - count(DISTINCT value) FROM written WHERE value::bigint BETWEEN ${base} AND ${base} + ${values} - 1)::int AS lost,
      (SELECT count(*) FROM tasks JOIN versions ON record_id = id WHERE entries <> newest OR newest <> version)::int AS gaps,
      (SELECT count(*) FROM tasks t JOIN replayed r ON record_id = id WHERE t.params IS DISTINCT FROM r.params)::int AS wrong`
  )
  return { acknowledged: values, ...found }
}

/** The value of the first update: all have the same number of digits. */
export const base = 1_000_000_000
