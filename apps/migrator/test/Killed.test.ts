import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import pg from "pg"
import { afterAll, expect, test } from "vitest"
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
    const { rows } = await client.query<{ count: string }>(`SELECT ${counts} AS count`)
    if (Number(rows[0]!.count) > records) break
    await setTimeout(5)
  }
  await client.end()
  await setTimeout(pauseMillis)
}

test(
  `an import that is killed at any moment and run again ends as one that was not, ${kills} times`,
  { timeout: 120_000 + kills * 120_000 },
  async () => {
    const random = Random.make(seed)
    const made = exports(folder, records, seed)
    // Small batches, so that there are many moments between two of them.
    const flags = ["--batch", "25", "--json"]
    const undisturbed = new Map<string, Buffer>()
    let met = 0
    for (let kill = 0; kill < kills; kill++) {
      const { expected, files, flags: own, name } = made[kill % made.length]!
      await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const out = join(folder, "out")
        const whole = undisturbed.get(name) ?? (yield* TestDatabase.make().pipe(
          Effect.flatMap((url) =>
            Effect.promise(async () => {
              const env = { STORE: Redacted.value(url) }
              expect(await run(["import", ...files, ...own, "--to", "env:STORE", ...flags], { env })).toMatchObject({
                code: 0
              })
              expect(await run(["export", "--from", "env:STORE", "-o", out], { env })).toMatchObject({ code: 0 })
              return readFileSync(out)
            })
          )
        ))
        undisturbed.set(name, whole)
        expect(whole.toString().trimEnd().split("\n").length).toBe(expected.length)
        const env = { STORE: Redacted.value(yield* TestDatabase.make()) }
        yield* Effect.promise(async () => {
          // Some time, of any length, after any number of records: within a transaction or between two of them.
          const [after, pause] = [random.below(expected.length), random.below(40)]
          const killWhen = when(env.STORE, after, pause)
          const killed = await run(["import", ...files, ...own, "--to", "env:STORE", ...flags], { env, killWhen })
          const again = await run(["import", ...files, ...own, "--to", "env:STORE", ...flags], { env })
          expect(again).toMatchObject({ code: 0 })
          const { added, present } = JSON.parse(again.stdout)
          if (killed.code === null && added > 0 && present > 0) met++
          expect(await run(["export", "--from", "env:STORE", "-o", out], { env })).toMatchObject({ code: 0 })
          expect(readFileSync(out).equals(whole), `kill ${kill} of ${name} after ${after} records and ${pause} ms`)
            .toBe(true)
        })
      })))
    }
    console.log(`${kills} kills, ${met} of them in the middle of the work`)
  }
)
