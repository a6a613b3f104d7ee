import type { RecordArchive } from "@emend/domain"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import * as ArchiveLine from "../src/ArchiveLine.ts"
import * as Verify from "../src/Verify.ts"
import { main } from "./Command.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-verify-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const agent = (id: string): RecordArchive.Archived => ({
  key: { kind: "Agent", tenant: "local", id },
  version: 1,
  state: { id, name: null, created_at: "2026-11-21T10:00:00.000000Z" },
  history: [],
  snapshots: []
})
const pull = (...ids: ReadonlyArray<string>) => {
  const pages = [ids.map(agent)]
  return Effect.sync(() => pages.shift() ?? [])
}

test("every record of either store is counted once, also where the two have none in common", async () => {
  const count = async (mine: ReadonlyArray<string>, theirs: ReadonlyArray<string>) =>
    (await Effect.runPromise(Verify.run(pull(...mine), pull(...theirs)))).data
  expect(await count(["a", "c"], ["b", "c"])).toMatchObject({ records: 3, differences: 2 })
  expect(await count(["a", "c", "e"], ["b", "d"])).toMatchObject({ records: 5, differences: 5 })
  expect(await count(["a", "b"], ["a", "b"])).toMatchObject({ records: 2, differences: 0 })
})

test("on a terminal a difference stands on a line of its own, not behind the progress", { timeout: 60_000 }, () => {
  const [mine, theirs] = [join(folder, "mine"), join(folder, "theirs")]
  writeFileSync(mine, ["a", "b"].map((id) => `${ArchiveLine.write(agent(id))}\n`).join(""))
  writeFileSync(theirs, "")
  const command = [process.execPath, main, "verify", "--from", `file:${mine}`, "--to"]
  const shown = spawnSync("script", ["-qec", [...command, `file:${theirs}`].join(" "), "/dev/null"], {
    encoding: "utf8",
    input: ""
  })
  expect(shown.stdout).toContain("\r\x1b[2Konly in --from: Agent a of local\r\n")
  expect(shown.stdout).toContain("\r\x1b[2Konly in --from: Agent b of local\r\n")
  expect(shown.status).toBe(3)
})
