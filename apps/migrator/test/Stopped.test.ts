import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { run } from "./Command.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emend-stopped-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each([["SIGINT", 130, false], ["SIGTERM", 143, false], ["SIGINT", 130, true], ["SIGTERM", 143, true]] as const)(
  "%s ends a run that waits for a silent pipe with %i and says how to go on; nothing is left behind (with npm: %s)",
  { timeout: 60_000 },
  async (signal, code, group) => {
    const store = join(folder, "store")
    const ask = new AbortController()
    // The second piece is asked for when the first one was taken, and never comes.
    async function* inputs() {
      yield Buffer.from(`${JSON.stringify({ id: "a", params: {}, created_at: "2026-11-21T10:00:00Z" })}\n`.repeat(10))
      await new Promise((resolve) => ask.signal.addEventListener("abort", resolve))
    }
    const spool = join(folder, "spool")
    mkdirSync(spool)
    // The folder of what waits is made when the run has begun.
    const killWhen = async (ended: AbortSignal) => {
      while (!ended.aborted && readdirSync(spool).length === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const args = ["import", "-", "--to", `file:${store}`, "--spool", spool]
    const ended = await run(args, { inputs: inputs(), signal, group, killWhen })
    ask.abort()
    expect(ended).toMatchObject({ code, stdout: "" })
    expect(ended.stderr).toMatch(
      new RegExp(`^emend-migrate: stopped by ${signal}. Give the same command again to go on`)
    )
    expect(existsSync(store)).toBe(false)
    expect(readdirSync(spool)).toEqual([])
  }
)
