/** The PostgreSQL of a campaign, in a folder that is removed at the end. */
import { EmbeddedPostgres } from "@emend/postgres"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Client } from "pg"

export interface Database {
  readonly url: string
  /** The process of the server as it is now: it is started again where it dies. */
  readonly pid: () => number
}

/** Every commit is flushed to the disk, as for users. */
export const use = async <A>(body: (database: Database) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "emend-campaign-"))
  // Where the campaign runs as root, Postgres runs as another user, who must get in.
  chmodSync(folder, 0o755)
  const dataDir = join(folder, "data")
  try {
    return await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const { url } = yield* EmbeddedPostgres.make({ dataDir, exclusive: true })
      return yield* Effect.promise(async () => {
        const [{ data_directory: folder }] = await sql(Redacted.value(url), "SHOW data_directory")
        const pid = () => Number(readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n")[0])
        return body({ url: Redacted.value(url), pid })
      })
    })))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs one statement on a connection of its own. */
export const sql = (url: string, text: string): Promise<ReadonlyArray<any>> =>
  connected(url, async (client) => (await client.query(text)).rows)

/** Holds what a statement locks, in a transaction of its own, until the body has ended. */
export const holding = <A>(url: string, lock: string, body: () => Promise<A>): Promise<A> =>
  connected(url, async (client) => {
    await client.query("BEGIN")
    await client.query(lock)
    const result = await body()
    await client.query("COMMIT")
    return result
  })

/** How many deadlocks there were until now. */
export const deadlocks = async (url: string): Promise<number> =>
  (await sql(url, "SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()"))[0].deadlocks

/** A connection that is closed at the end. */
const connected = async <A>(url: string, body: (client: Client) => Promise<A>): Promise<A> => {
  const client = new Client({ connectionString: url })
  // A connection that breaks is told by what was asked on it.
  client.on("error", () => {})
  await client.connect()
  try {
    return await body(client)
  } finally {
    await client.end()
  }
}
