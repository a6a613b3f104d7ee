import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import { createReadStream, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import pg from "pg"
import { afterAll, describe, expect, test } from "vitest"
import { run } from "./Command.ts"
import { exports } from "./exports/Exports.ts"
import * as Random from "./exports/Random.ts"

const records = Number(process.env["EMEND_EXPORT_RECORDS"] ?? 200)
const kills = Number(process.env["EMEND_KILLS"] ?? 3)
const seed = Number(process.env["EMEND_KILL_SEED"] ?? 7)
const folder = mkdtempSync(join(tmpdir(), "emend-killed-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tables = [
  "tasks",
  "agents",
  "events",
  "agent_task_trackers",
  "board_tasks",
  "board_links",
  "board_changes",
  "task_agents",
  "task_agent_revisions"
]

/** Waits until a store has more than so many records, and a while longer. */
const when = (url: string, records: number, pauseMillis: number) => async (ended: AbortSignal): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const counts = tables.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ")
  while (!ended.aborted) {
    const asked = performance.now()
    const { rows } = await client.query<{ count: string }>(`SELECT ${counts} AS count`)
    if (Number(rows[0]!.count) > records) break
    // Counting many takes long, and should not be all that the database does.
    await setTimeout(5 + 3 * (performance.now() - asked))
  }
  await client.end()
  await setTimeout(pauseMillis)
}

const content = async (file: string): Promise<{ readonly lines: number; readonly hash: string }> => {
  const hash = createHash("sha256")
  let lines = 0
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
  }
  return { lines, hash: hash.digest("base64") }
}

describe("an import that is killed at any moment and run again, as often as that happens, ends as one that was not", () => {
  const random = Random.make(seed)
  // Small batches, so that there are many moments between two of them.
  const flags = ["--batch", String(Math.max(25, Math.ceil(records / 100))), "--json"]

  test.each([0, 1, 2])(
    "export %i",
    { timeout: 240_000 + (1 + kills) * records * 10 },
    (which) =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const { expected, files, flags: own } = exports(folder, records, seed)[which]!
        const count = expected.length
        const stores = [yield* TestDatabase.make(), yield* TestDatabase.make()].map(Redacted.value)
        const [undisturbed, disturbed] = stores.map((STORE) => ({
          STORE,
          load: (killWhen?: (ended: AbortSignal) => Promise<void>) =>
            run(["import", ...files, ...own, "--to", "env:STORE", ...flags], {
              env: { STORE },
              ...(killWhen === undefined ? {} : { killWhen })
            }),
          exported: async () => {
            const out = join(folder, "out")
            expect(await run(["export", "--from", "env:STORE", "-o", out], { env: { STORE } })).toMatchObject({
              code: 0
            })
            return content(out)
          }
        }))
        yield* Effect.promise(async () => {
          const whole = await undisturbed!.load()
          expect(whole).toMatchObject({ code: 0 })
          const entries = JSON.parse(whole.stdout).added

          // Some time, of any length, after any number of records: within a transaction or between two of them.
          const moments = Array.from({ length: Math.ceil((kills - which) / 3) }, () => random.below(count))
          let met = 0
          for (const moment of moments.sort((a, b) => a - b)) {
            const { code } = await disturbed!.load(when(disturbed!.STORE, moment, random.below(40)))
            // One that was not killed had ended.
            expect([0, null]).toContain(code)
            if (code === null) met++
          }
          const last = await disturbed!.load()
          expect(last).toMatchObject({ code: 0 })
          const { added, present } = JSON.parse(last.stdout)
          expect(added + present).toBe(entries)
          const wanted = await undisturbed!.exported()
          expect(wanted.lines).toBe(count)
          expect(await disturbed!.exported()).toEqual(wanted)
          console.log(`export ${which}: ${count} records, ${met} kills; ${added} were left for the last run`)
        })
      })))
  )
})
