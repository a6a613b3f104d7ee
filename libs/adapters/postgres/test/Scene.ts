/** A store under test, and what goes on in its database beside it. */
import type { EventLog, RecordStore } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** A store on a new database, a session beside it, and what waits until so many statements wait for a lock. */
export const prepared = Effect.fnUntraced(
  function*(options: Partial<PostgresStore.Options> = {}, ...settings: ReadonlyArray<string>) {
    const url = options.url ?? (yield* TestDatabase.make())
    const pool = yield* Database.make({ url, maxConnections: 3 })
    const query = Database.through(pool)
    const name = new URL(Redacted.value(url)).pathname.slice(1)
    for (const setting of settings) yield* query(`ALTER DATABASE ${name} SET ${setting}`, [])
    const store: Layer.Layer<RecordStore.RecordStore | EventLog.EventLog, unknown> = PostgresStore.layer({
      url,
      maxConnections: 3,
      migrate: false,
      applicationName: "under test",
      ...options
    })
    const waiting = (count: number) =>
      Effect.gen(function*() {
        const waits =
          `SELECT count(*)::int4 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
        while ((yield* query(waits, []))[0]![0] !== count);
      })
    const session = Database.on(yield* pool.reserve)
    return { query, session, store, url, waiting }
  }
)
