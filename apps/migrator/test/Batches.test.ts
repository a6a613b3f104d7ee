import { RecordArchive, type RecordStore } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import * as ChangeNumbers from "../src/ChangeNumbers.ts"
import * as Import from "../src/Import.ts"
import * as Loader from "../src/Loader.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-batches-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options: Import.Options = {
  batch: 5000,
  maxRejects: -1,
  rejects: undefined,
  spool: undefined,
  tenant: undefined,
  kind: undefined,
  organization: undefined,
  project: undefined,
  unknown: "refuse",
  assumeUtc: false,
  cutNanoseconds: false,
  surreal: false,
  createdAt: undefined,
  format: undefined,
  maxRecordBytes: 1e7
}

test("large records go to the store before there are as many as a batch has", async () => {
  const [count, size] = [150, 300_000]
  const file = join(folder, "large")
  const line = (i: number) =>
    `${JSON.stringify({ id: `t${i}`, params: { text: "x".repeat(size) }, created_at: "2026-11-21T10:00:00Z" })}\n`
  writeFileSync(file, Array.from({ length: count }, (_, i) => line(i)).join(""))
  const puts: Array<number> = []
  const ended = await Effect.runPromise(
    Effect.gen(function*() {
      const archive = yield* RecordArchive.RecordArchive
      return yield* Import.run([file], options).pipe(
        Effect.provideService(RecordArchive.RecordArchive, {
          ...archive,
          put: (parcels) => {
            puts.push(parcels.reduce((sum, { record }) => sum + JSON.stringify(record.state).length, 0))
            return archive.put(parcels)
          }
        }),
        Effect.provideServiceEffect(ChangeNumbers.ChangeNumbers, ChangeNumbers.ofStore)
      )
    }).pipe(Effect.provide(MemoryStore.layer())) as Effect.Effect<any, RecordStore.StoreUnavailable>
  )
  expect(ended.data).toMatchObject({ added: count })
  expect(puts.length).toBe(Math.ceil(count / Math.ceil(Loader.batchBytes / size)))
  // One more record may cross the limit; each has fields beside its text, and begins its history with the same.
  expect(Math.max(...puts)).toBeLessThan(Loader.batchBytes + 2 * size)
})
