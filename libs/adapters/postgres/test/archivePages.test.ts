import * as PostgresArchive from "@emend/postgres/archive"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import pg from "pg"
import { expect, test } from "vitest"
import * as ArchiveTable from "../src/archive/ArchiveTable.ts"

const count = 20_000

// What was imported just now has no statistics, and seems to have few rows behind any id.
test("a page of a table without statistics reads the rows of the page, not all behind its beginning", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* TestDatabase.make()
    yield* Effect.promise(async () => {
      const client = new pg.Client({ connectionString: Redacted.value(url), options: PostgresArchive.options })
      await client.connect()
      await client.query("ALTER TABLE tasks SET (autovacuum_enabled = false)")
      await client.query(
        `INSERT INTO tasks (tenant, id, version, created_at, updated_at)
          SELECT 't', lpad(n::text, 9, '0'), 1, now(), now() FROM generate_series(1, ${count}) n`
      )
      const read = ArchiveTable.all().find(({ relation }) => relation.kind.kind.name === "Task")!.statements.read
      const explained = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON, TIMING off) ${read}`, [
        "t",
        "000000100",
        10,
        1e6
      ])
      const plans: Array<Record<string, any>> = []
      const gather = (plan: Record<string, any>): void => {
        plans.push(plan)
        for (const below of plan["Plans"] ?? []) gather(below)
      }
      gather(explained.rows[0]["QUERY PLAN"][0]["Plan"])
      expect(plans.map((plan) => plan["Node Type"])).not.toContain("Sort")
      for (const plan of plans) expect(plan["Actual Rows"]).toBeLessThan(20)
      await client.end()
    })
  }))))
