import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import pg from "pg"
import { expect, test } from "vitest"
import { run } from "./Command.ts"

const [large, edited, versions, size, heapMiB] = [40, 20, 30, 1_000_000, 128]

/**
 * Tasks of a megabyte each, which began with it; and small ones with a history of which each version has 100,000 characters.
 * Texts that repeat themselves take hardly any place in the database, and all of it when they are read.
 */
const load = [
  `INSERT INTO tasks (tenant, id, version, status, created_at, updated_at, params)
    SELECT 'local', 'large ' || lpad(n::text, 4, '0'), 1, 'RUNNING', now(), now(),
      jsonb_build_object('text', repeat(md5(n::text), ${size} / 32))
    FROM generate_series(1, ${large}) n
    UNION ALL
    SELECT 'local', 'edited ' || lpad(n::text, 4, '0'), ${versions}, 'RUNNING', now(), now(), '{}'
    FROM generate_series(1, ${edited}) n`,
  `INSERT INTO record_history (tenant, kind, record_id, version, at, by, initial, patch, inverse, moves)
    SELECT tenant, 'Task', id, 1, created_at, 'ann', jsonb_build_object('id', id, 'params', params), '{}'::jsonb, '{}'::jsonb, '{}'::jsonb
    FROM tasks
    UNION ALL
    SELECT tenant, 'Task', id, n, created_at, 'ann', NULL, jsonb_build_object('params', jsonb_build_object('set',
      jsonb_build_object('text', repeat(md5(n::text), ${size} / 320)))), '{}', '{}'
    FROM tasks, generate_series(2, ${versions}) n WHERE id LIKE 'edited %'`
]

/** Board tasks of a megabyte each. */
const cards =
  `INSERT INTO board_tasks (tenant, id, version, organization_id, title, created_at, updated_at, description, status, priority,
      source, is_deleted)
    SELECT 'local', 'card ' || n, 1, 'o', 'A card', now(), now(), repeat(md5(n::text), ${size} / 32), 'backlog', 1, 'manual', false
    FROM generate_series(0, ${4 * large}) n`

const fill = async (connectionString: string, load: ReadonlyArray<string>): Promise<void> => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    for (const statement of load) await client.query(statement)
  } finally {
    await client.end()
  }
}

test(
  "a store with more than the memory has is exported, copied and compared",
  { timeout: 240_000 },
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = mkdtempSync(join(tmpdir(), "emend-bounded-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
      const [from, to] = [yield* TestDatabase.make(), yield* TestDatabase.make()].map(Redacted.value)
      yield* Effect.promise(() => fill(from!, load))
      const migrate = (...args: ReadonlyArray<string>) =>
        Effect.promise(() => run(args, { env: { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` } }))
      const out = join(folder, "out")
      const [copied, exported] = yield* Effect.all([
        migrate("copy", "--from", from!, "--to", to!),
        migrate("export", "--from", from!, "-o", out)
      ], { concurrency: 2 })
      expect(copied).toMatchObject({ code: 0 })
      expect(exported).toMatchObject({ code: 0 })
      expect(yield* migrate("verify", "--from", from!, "--to", to!)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`${large + edited} records in`)
      })
      expect(statSync(out).size).toBeGreaterThan(heapMiB * 2 ** 20)
      let last = ""
      let records = 0
      yield* Effect.promise(async () => {
        for await (const line of createInterface(createReadStream(out))) {
          const { history, state } = JSON.parse(line)
          expect(state.id > last).toBe(true)
          expect(history.length).toBe(state.id.startsWith("large") ? 1 : versions)
          last = state.id
          records++
        }
      })
      expect(records).toBe(large + edited)
    })))
)

test(
  "records that many others refer to are not held together, however large",
  { timeout: 240_000 },
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const store = Redacted.value(yield* TestDatabase.make())
      yield* Effect.promise(() => fill(store, [cards]))
      const links = Array.from(
        { length: 4 * large },
        (_, n) => JSON.stringify({ parent_id: `card ${n}`, child_id: `card ${n + 1}` })
      )
      const found = yield* Effect.promise(() =>
        run(["import", "-", "--kind", "BoardLink", "--format", "ndjson", "--to", store, "--json"], {
          env: { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` },
          input: Buffer.from(links.join("\n"))
        })
      )
      expect(found).toMatchObject({ code: 0 })
      expect(JSON.parse(found.stdout)).toMatchObject({ added: links.length, rejected: 0 })
    })))
)
