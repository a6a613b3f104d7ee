import { describe, expect, it } from "@effect/vitest"
import { AgentTaskTracker, Caller, kinds, Services, Task, Tasks, Trackers } from "@emend/domain"
import { Database, PostgresStore, Table, tables } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const catalogue = Effect.gen(function*() {
  const pool = yield* Database.make({ url: yield* TestDatabase.make(), maxConnections: 1 })
  return (text: string, ...parameters: ReadonlyArray<string>) => Database.through(pool)(text, parameters)
})

const types: { readonly [T in Table.ColumnType]: string } = {
  text: "text",
  integer: "integer",
  bigint: "bigint",
  boolean: "boolean",
  timestamp: "timestamp(6) with time zone",
  object: "jsonb",
  list: "jsonb"
}

interface Wanted {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly collation: string | null
}

/** What the declarations of a kind and of its table say of the table's columns. */
const wanted = (table: Table.Table): ReadonlyArray<Wanted> => {
  const { kind } = kinds.find(({ kind }) => kind.name === table.kind)!
  const own = (name: string, type: string): Wanted => ({
    name,
    type,
    nullable: false,
    collation: type === "text" ? "C" : null
  })
  return [
    own("tenant", "text"),
    own("version", "bigint"),
    ...Object.keys(kind.fields).flatMap((field): ReadonlyArray<Wanted> => {
      const column = table.columns[field]!
      const nullable: boolean = kind.fields[field].nullable
      return column.type === "cursor"
        ? [{ ...own(column.sequence, "bigint"), nullable }, { ...own(column.id, "text"), nullable }]
        : [{ ...own(column.name, types[column.type]), nullable }]
    })
  ]
}

const byName = (a: Wanted, b: Wanted) => a.name < b.name ? -1 : 1

describe("the declarations of the kinds, the mapping and the database say the same", () => {
  it("every kind has one table, and every field one column", () => {
    expect(tables.map(({ kind }) => kind)).toEqual(kinds.map(({ kind }) => kind.name))
    for (const table of tables) {
      const { kind } = kinds.find(({ kind }) => kind.name === table.kind)!
      expect(Object.keys(table.columns).sort()).toEqual(Object.keys(kind.fields).sort())
    }
  })

  for (const table of tables) {
    it.effect(`${table.name} has exactly the columns of its fields, of their types`, () =>
      Effect.gen(function*() {
        const query = yield* catalogue
        const rows = yield* query(
          `SELECT attname::text, format_type(atttypid, atttypmod), NOT attnotnull, (SELECT collname::text FROM pg_collation c
            WHERE c.oid = attcollation) FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
          table.name
        )
        const found = rows.map(([name, type, nullable, collation]) => ({ name, type, nullable, collation }) as Wanted)
        expect(found.sort(byName)).toEqual([...wanted(table)].sort(byName))
      }))

    it.effect(`${table.name} has the constraints that the kind declares, under the names that tell them`, () =>
      Effect.gen(function*() {
        const query = yield* catalogue
        const { kind, references = {}, tombstone, unique = [] } = kinds.find(({ kind }) => kind.name === table.kind)!
        const indexes = yield* query(
          "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = $1::regclass AND indisunique",
          table.name
        )
        const definitions = new Map(indexes as ReadonlyArray<[string, string]>)
        expect([...definitions.keys()].sort()).toEqual(
          [Table.primaryKey(table), ...unique.map(({ fields }) => Table.uniqueKey(table, fields))].sort()
        )
        expect(definitions.get(Table.primaryKey(table))).toMatch(/\(tenant, id\)$/)
        for (const { among, fields } of unique) {
          const definition = definitions.get(Table.uniqueKey(table, fields))!.replaceAll(" DESC", "")
          expect(definition).toContain(`(tenant, ${fields.join(", ")})`)
          expect(definition.includes("WHERE")).toBe(among === "live")
          if (among === "live") {
            expect(definition).toContain(`${tombstone!.field} IS DISTINCT FROM '${tombstone!.value}'`)
          }
        }
        const keys = yield* query(
          "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'f'",
          table.name
        )
        const foreign = new Map(keys as ReadonlyArray<[string, string]>)
        for (const [field, target] of Object.entries(references)) {
          const to = tables.find((other) => other.kind === target)!.name
          expect(foreign.get(Table.foreignKey(table, field))).toBe(
            `FOREIGN KEY (tenant, ${field}) REFERENCES ${to}(tenant, id)`
          )
        }
        const cursors = Object.keys(kind.fields).filter((field) => kind.fields[field].kind === "forward")
        expect([...foreign.keys()].sort()).toEqual(
          [...Object.keys(references), ...cursors].map((field) => Table.foreignKey(table, field)).sort()
        )
      }))
  }

  it.effect("every table but that of the migrations has the tenant first in every key, so that no key leads to another's", () =>
    Effect.gen(function*() {
      const query = yield* catalogue
      const tables = yield* query(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
      )
      const unique = yield* query(
        `SELECT c.relname::text, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
          WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique`
      )
      const foreign = yield* query(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
      )
      const keys = [...unique as ReadonlyArray<[string, string]>, ...foreign as ReadonlyArray<[string, string]>]
      for (const [table] of tables) {
        if (table === "emend_migrations") continue
        const own = keys.filter(([name]) => name === table)
        expect(own.length, `keys of ${table}`).toBeGreaterThan(0)
        for (const [, definition] of own) {
          expect(definition, String(table)).toMatch(/^(CREATE .* USING btree|FOREIGN KEY) \(tenant, /)
          if (definition.startsWith("FOREIGN")) expect(definition).toMatch(/REFERENCES \w+\(tenant, /)
        }
      }
    }))

  it.effect("the longest ids and names that the domain accepts fit into every index", () =>
    Effect.gen(function*() {
      const url = yield* TestDatabase.make()
      // Characters of three bytes in no order, so that nothing is compressed: no other 255 take more.
      let seed = 1
      const character = () => String.fromCharCode(0x4e00 + (seed = (seed * 48_271) % 2_147_483_647) % 20_000)
      const long = () => Array.from({ length: 255 }, character).join("")
      const names = { tenant: long(), agent: long(), task: long(), name: long() }
      expect(Buffer.byteLength(names.name)).toBe(765)
      yield* Effect.gen(function*() {
        const tasks = yield* Tasks
        const trackers = yield* Trackers
        yield* tasks.create({ id: names.task, name: names.name, agent_ids: [names.agent] })
        yield* tasks.update(names.task, Task.Task.fromBody({ merge_params: { a: 1 } }))
        const event = yield* trackers.append(names.task, { agent_id: names.agent, content: 1 })
        const given = yield* trackers.assign({ task_id: names.task, agent_id: names.agent })
        yield* trackers.update(
          given.state.id,
          AgentTaskTracker.AgentTaskTracker.fromBody({ last_processed_event_id: event.id })
        )
      }).pipe(
        Effect.provide(Layer.provide(Services.layer, PostgresStore.layer({ url, migrate: false }))),
        Effect.provideService(Caller, { tenant: names.tenant, subject: long() })
      )
    }))

  it.effect("the database itself refuses what no declaration allows", () =>
    Effect.gen(function*() {
      const query = yield* catalogue
      yield* query(`INSERT INTO tasks (tenant, id, version, created_at, updated_at) VALUES ('t', 'a', 1, now(), now())`)
      yield* query(
        `INSERT INTO board_tasks (tenant, id, version, organization_id, title, created_at, updated_at, status, priority,
        source, is_deleted) VALUES ('t', 'b', 1, 'o', 'x', now(), now(), 'backlog', 3, 'manual', false)`
      )
      const refused = [
        `UPDATE tasks SET params = 'null'`,
        `UPDATE tasks SET params = '[]'`,
        `UPDATE tasks SET task_metadata = '1'`,
        `UPDATE tasks SET status = 'SLEEPING'`,
        `UPDATE tasks SET name = ''`,
        `UPDATE tasks SET name = repeat('x', 256)`,
        `UPDATE tasks SET id = repeat('x', 256)`,
        `UPDATE tasks SET id = repeat(U&'\\+01F600', 192)`,
        `UPDATE tasks SET version = 0`,
        `UPDATE board_tasks SET priority = 5`,
        `UPDATE board_tasks SET source = 'rumour'`,
        `UPDATE board_tasks SET title = ''`,
        `UPDATE board_tasks SET status = NULL`,
        `INSERT INTO agent_task_trackers (tenant, id, version, agent_id, task_id, created_at, updated_at)
          VALUES ('t', 'r', 1, 'nobody', 'a', now(), now())`,
        `INSERT INTO record_history (tenant, kind, record_id, version, at, by, patch, inverse, moves)
          VALUES ('t', 'Task', 'a', 1, now(), 'x', '{}', '{}', '{}')`
      ]
      for (const statement of refused) {
        const error = yield* Effect.flip(query(statement))
        expect([statement, Database.classify(error)]).toMatchObject([statement, { _tag: "Refused" }])
      }
    }))
})
