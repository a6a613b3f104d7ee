import { describe, expect, it } from "@effect/vitest"
import { Database, Migration, migrations } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"

const empty = Effect.gen(function*() {
  const url = yield* TestDatabase.make({ empty: true })
  const pool = yield* Database.make({ url, maxConnections: 2 })
  return { url, pool, query: (text: string) => Database.through(pool)(text, []) }
})

const numbers = migrations.map(({ number }) => number)

describe("migrations", () => {
  it.effect("a database that a newer version migrated is refused and left as it is", () =>
    Effect.gen(function*() {
      const { pool, query } = yield* empty
      yield* Migration.run(pool, [...migrations, { number: migrations.length + 1, name: "next", statements: [] }])
      const error = yield* Effect.flip(Migration.run(pool, migrations))
      expect(error).toMatchObject({
        _tag: "DatabaseUnsuitable",
        message: `The database was migrated to ${
          migrations.length + 1
        } by a newer version; this one knows ${migrations.length}`
      })
      expect((yield* query("SELECT number FROM emend_migrations")).length).toBe(migrations.length + 1)
    }))

  it.effect("a server that is too old is refused and left as it is", () =>
    Effect.gen(function*() {
      const { pool, query } = yield* empty
      const error = yield* Effect.flip(Migration.run(pool, migrations, 99))
      expect(error).toMatchObject({
        _tag: "DatabaseUnsuitable",
        message: expect.stringMatching(/too old: 99 or newer is needed/)
      })
      expect(yield* query("SELECT to_regclass('emend_migrations')::text")).toEqual([[null]])
      expect(Migration.oldestServer).toBe(15)
    }))

  it.effect("a migration that fails leaves nothing behind, and what was done before it stays", () =>
    Effect.gen(function*() {
      const { pool, query } = yield* empty
      const broken = { number: 2, name: "broken", statements: ["CREATE TABLE half (id text)", "SELECT 1 / 0"] }
      yield* Effect.flip(Migration.run(pool, [migrations[0]!, broken]))
      expect(yield* query("SELECT to_regclass('half')::text, to_regclass('tasks')::text")).toEqual([[null, "tasks"]])
      expect(yield* query("SELECT number FROM emend_migrations")).toEqual([[1]])
    }))

  it.effect("an empty database comes to the present form, and a second run does nothing", () =>
    Effect.gen(function*() {
      const { pool, query } = yield* empty
      expect(yield* Migration.run(pool, migrations)).toEqual(numbers)
      expect(yield* Migration.run(pool, migrations)).toEqual([])
      expect(yield* query("SELECT number, name FROM emend_migrations ORDER BY number")).toEqual(
        migrations.map(({ name, number }) => [number, name])
      )
    }))

  it.effect("every earlier form comes to the present one", () =>
    Effect.forEach(numbers, (from) =>
      Effect.scoped(Effect.gen(function*() {
        const { pool } = yield* empty
        yield* Migration.run(pool, migrations.slice(0, from))
        expect(yield* Migration.run(pool, migrations)).toEqual(numbers.slice(from))
      }))))

  it.effect("of several that migrate at once each step is done by one", () =>
    Effect.gen(function*() {
      const { url } = yield* empty
      const runs = yield* Effect.all(
        Array.from({ length: 4 }, () =>
          Effect.flatMap(Database.make({ url, maxConnections: 1 }), (pool) => Migration.run(pool, migrations))),
        { concurrency: "unbounded" }
      )
      expect(runs.flat().sort()).toEqual(numbers)
    }))

  it("migrations are numbered from 1 without gaps", () => {
    expect(numbers).toEqual(migrations.map((_, n) => n + 1))
  })
})
