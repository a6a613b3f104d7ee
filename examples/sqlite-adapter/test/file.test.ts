/** What only this store can get wrong: the file, and who else has it open. */
import { type EventLog, type RecordStore, Services, Task, Tasks } from "@emend/domain"
import { ServiceContract } from "@emend/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, expect, test } from "vitest"
import { layer } from "../src/SqliteStore.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-sqlite-"))
afterAll(() => rmSync(folder, { recursive: true }))

const on = <A, E>(path: string, program: Effect.Effect<A, E, Tasks | RecordStore.RecordStore | EventLog.EventLog>) =>
  Effect.runPromise(Effect.provide(program, Services.layer.pipe(Layer.provideMerge(layer(path, { waitMillis: 10 })))))

test("what was committed is there when the file is opened again", async () => {
  const path = join(folder, "again.db")
  await on(path, Effect.flatMap(Tasks, (tasks) => tasks.create({ id: "nightly", params: { retries: 1 } })))
  const update = Task.Task.fromBody({ merge_params: { retries: 2 } })
  await on(path, Effect.flatMap(Tasks, (tasks) => tasks.update("nightly", update)))
  const { state, version } = await on(path, Effect.flatMap(Tasks, (tasks) => tasks.get("nightly")))
  expect([version, state.params]).toEqual([2, { retries: 2 }])
})

test("while somebody else holds the file, the store is unavailable, and nothing is half done", async () => {
  const path = join(folder, "held.db")
  await on(path, Effect.flatMap(Tasks, (tasks) => tasks.create({ id: "before" })))
  const other = new DatabaseSync(path)
  const refused = await on(
    path,
    Effect.gen(function*() {
      const tasks = yield* Tasks
      other.exec("BEGIN IMMEDIATE")
      const refusal = yield* Effect.flip(tasks.create({ id: "meanwhile" }))
      other.exec("ROLLBACK")
      const missing = yield* Effect.flip(tasks.get("meanwhile"))
      yield* tasks.create({ id: "meanwhile" })
      return [refusal._tag, missing._tag]
    })
  )
  other.close()
  expect(refused).toEqual(["StoreUnavailable", "RecordMissing"])
})

test("a file that is no database makes the store unavailable, and stays as it is", async () => {
  const path = join(folder, "notes.txt")
  writeFileSync(path, "these are notes, and no database at all: ".repeat(100))
  const refusal = await Effect.runPromise(Effect.flip(Effect.scoped(Layer.build(layer(path)))))
  expect(refusal).toMatchObject({ _tag: "StoreUnavailable", message: "SQLite: file is not a database" })
})

ServiceContract.suite(
  "two connections to one file",
  ServiceContract.servers(2, Services.layer.pipe(Layer.provide(layer(join(folder, "shared.db"))))),
  ServiceContract.races
)
