import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { run } from "./Command.ts"
import { exports } from "./exports/Exports.ts"
import * as Random from "./exports/Random.ts"

const records = Number(process.env["EMEND_EXPORT_RECORDS"] ?? 400)
const kills = Number(process.env["EMEND_KILLS"] ?? 3)
const seed = Number(process.env["EMEND_KILL_SEED"] ?? 7)
const folder = mkdtempSync(join(tmpdir(), "emend-killed-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(
  `an import that is killed at any moment and run again ends as one that was not, ${kills} times`,
  { timeout: 120_000 + kills * 120_000 },
  async () => {
    const random = Random.make(seed)
    const made = exports(folder, records, seed)
    // Small batches, so that there are many moments between two of them.
    const flags = ["--batch", "100", "--json"]
    const undisturbed = new Map<string, { readonly text: Buffer; readonly millis: number }>()
    let met = 0
    for (let kill = 0; kill < kills; kill++) {
      const { expected, files, flags: own, name } = made[kill % made.length]!
      await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const out = join(folder, "out")
        const whole = undisturbed.get(name) ?? (yield* TestDatabase.make().pipe(
          Effect.flatMap((url) =>
            Effect.promise(async () => {
              const env = { STORE: Redacted.value(url) }
              const begun = performance.now()
              expect(await run(["import", ...files, ...own, "--to", "env:STORE", ...flags], { env })).toMatchObject({
                code: 0
              })
              const millis = performance.now() - begun
              expect(await run(["export", "--from", "env:STORE", "-o", out], { env })).toMatchObject({ code: 0 })
              return { text: readFileSync(out), millis }
            })
          )
        ))
        undisturbed.set(name, whole)
        expect(whole.text.toString().trimEnd().split("\n").length).toBe(expected.length)
        const env = { STORE: Redacted.value(yield* TestDatabase.make()) }
        yield* Effect.promise(async () => {
          // Nothing is written while the process starts, which takes a third of the time or less.
          const killAfter = Math.round(whole.millis * (0.3 + random.below(700) / 1000))
          const killed = await run(["import", ...files, ...own, "--to", "env:STORE", ...flags], { env, killAfter })
          const again = await run(["import", ...files, ...own, "--to", "env:STORE", ...flags], { env })
          expect(again).toMatchObject({ code: 0 })
          const { added, present } = JSON.parse(again.stdout)
          if (killed.code === null && added > 0 && present > 0) met++
          expect(await run(["export", "--from", "env:STORE", "-o", out], { env })).toMatchObject({ code: 0 })
          expect(readFileSync(out).equals(whole.text), `kill ${kill} of ${name} after ${killAfter} ms`).toBe(true)
        })
      })))
    }
    console.log(`${kills} kills, ${met} of them in the middle of the work`)
  }
)
