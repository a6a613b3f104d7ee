import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { run } from "./Command.ts"
import type { Export } from "./exports/ExportFile.ts"
import { exports } from "./exports/Exports.ts"
import * as Random from "./exports/Random.ts"

const records = Number(process.env["EMEND_EXPORT_RECORDS"] ?? 200)
const kills = Number(process.env["EMEND_KILLS"] ?? 3)
const seed = Number(process.env["EMEND_KILL_SEED"] ?? 7)
const folder = mkdtempSync(join(tmpdir(), "emend-killed-"))
const spool = join(folder, "spool")
mkdirSync(spool)
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

type KillWhen = (ended: AbortSignal) => Promise<void>

const counts = tables.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ")

const countOf = async (client: pg.Client): Promise<number> =>
  Number((await client.query<{ count: string }>(`SELECT ${counts} AS count`)).rows[0]!.count)

/** Waits until a store has so many records more than at first, and a while longer. */
const whenMore = (url: string, records: (first: number) => number, pauseMillis: number): KillWhen => async (ended) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const first = await countOf(client)
  const wanted = first + records(first)
  while (!ended.aborted) {
    const asked = performance.now()
    if (await countOf(client) >= wanted) break
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
  // Small batches, so that there are many moments between two of them.
  const flags = ["--batch", String(Math.max(25, Math.ceil(records / 100))), "--json", "--spool", spool]
  let made: ReadonlyArray<Export>
  beforeAll(() => {
    made = exports(folder, records, seed)
  }, 120_000 + records * 10)

  test.each([0, 1, 2])(
    "export %i",
    { timeout: 240_000 + (1 + kills) * records * 10 },
    (which) =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const { expected, files, flags: own } = made[which]!
        const count = expected.length
        const stores = [yield* TestDatabase.make(), yield* TestDatabase.make()].map(Redacted.value)
        const [undisturbed, disturbed] = stores.map((STORE) => ({
          STORE,
          load: (killWhen?: KillWhen) =>
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
          const begun = performance.now()
          const whole = await undisturbed!.load()
          const wholeMillis = performance.now() - begun
          expect(whole).toMatchObject({ code: 0 })
          const entries = JSON.parse(whole.stdout).added

          // Some time, of any length, after any number of records more: within a transaction or between two of them. Or
          // after any time: also while it finds out again what is there.
          const random = Random.make(seed + which)
          const wanted = Math.ceil((kills - which) / 3)
          const moment = (left: number): KillWhen =>
            random.once(3)
              ? () => setTimeout(random.below(Math.ceil(wholeMillis)))
              : whenMore(disturbed!.STORE, (first) => random.below(Math.ceil((count - first) / left)), random.below(40))
          let killed = 0
          for (let tries = 0; killed < wanted; tries++) {
            expect(tries).toBeLessThan(10 * wanted)
            const { code } = await disturbed!.load(moment(wanted - killed))
            // One that was not killed had ended.
            expect([0, null]).toContain(code)
            if (code === null) killed++
          }
          expect(readdirSync(spool, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())).toEqual([])
          const last = await disturbed!.load()
          expect(last).toMatchObject({ code: 0 })
          const { added, present } = JSON.parse(last.stdout)
          expect(added + present).toBe(entries)
          const left = await undisturbed!.exported()
          expect(left.lines).toBe(count)
          expect(await disturbed!.exported()).toEqual(left)
          console.log(`export ${which}: ${count} records, ${killed} kills; ${added} were left for the last run`)
        })
      })))
  )
})
