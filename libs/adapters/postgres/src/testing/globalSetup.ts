/**
 * Runs one throw-away server for a run of vitest, with a template of an up-to-date database. Named as `globalSetup` in
 * a vitest configuration.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import * as Database from "../Database.ts"
import * as Cluster from "../embedded/Cluster.ts"
import * as EmbeddedPostgres from "../EmbeddedPostgres.ts"
import * as Migration from "../Migration.ts"
import { migrations } from "../migrations.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** How to connect to the server of the tests. */
    emendPostgresUrl: string
  }
}

/**
 * The database of which every test's database is a copy.
 *
 * @category constants
 * @since 0.1.0
 */
export const template = "emend_template"

/**
 * Starts the server and gives what stops it. `EMEND_TEST_DATABASE_URL` names another server to use, where the user may
 * create databases.
 *
 * @category vitest
 * @since 0.1.0
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scope = Scope.makeUnsafe()
  const given = process.env["EMEND_TEST_DATABASE_URL"]
  sweep()
  const dataDir = given === undefined ? mkdtempSync(join(tmpdir(), `emend-test-${process.pid}-`)) : undefined
  const close = async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    const url = given ?? Redacted.value(
      (await Effect.runPromise(
        Scope.provide(scope)(EmbeddedPostgres.make({ dataDir: dataDir!, durable: false, exclusive: true }))
      )).url
    )
    await Effect.runPromise(Effect.scoped(prepare(url)))
    project.provide("emendPostgresUrl", url)
  } catch (error) {
    await close()
    throw error
  }
  return close
}

/** Ends the servers of runs that were killed before they could. */
const sweep = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const run = /^emend-test-(\d+)-/.exec(name)?.[1]
    if (run === undefined || Cluster.alive(Number(run))) continue
    const left = Cluster.status({ folder: join(tmpdir(), name, "cluster") })
    if (left !== undefined) process.kill(left.pid, "SIGQUIT")
    rmSync(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 10 })
  }
}

const prepare = Effect.fnUntraced(function*(url: string) {
  const admin = yield* Database.make({ url: Redacted.make(url), maxConnections: 1 })
  const run = (text: string) => admin.use((connection) => connection.queryValues(text, [], false))
  yield* run(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
  yield* run(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`)
  yield* Effect.scoped(Effect.gen(function*() {
    const pool = yield* Database.make({ url: Redacted.make(within(url, template)), maxConnections: 1 })
    yield* Migration.run(pool, migrations)
  }))
})

/**
 * The same address with another database.
 *
 * @category conversions
 * @since 0.1.0
 */
export const within = (url: string, database: string): string => {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}
