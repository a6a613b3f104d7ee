import { RecordArchive } from "@emend/domain"
import * as PostgresArchive from "@emend/postgres/archive"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { expect, test } from "vitest"

const layer = Layer.unwrap(Effect.map(TestDatabase.make(), (url) => PostgresArchive.layer({ url })))
const at = "2026-11-21T10:00:00.000000Z"

const task = (id: string, size: number): RecordArchive.Archived => {
  const state = {
    id,
    name: null,
    status: "RUNNING",
    status_reason: null,
    created_at: at,
    updated_at: at,
    cleaned_at: null,
    params: { text: "x".repeat(size) },
    task_metadata: null
  }
  const revision = { version: 1, at, by: "ann", reason: null, initial: state, patch: {}, inverse: {}, moves: {} }
  return { key: { kind: "Task", tenant: "t", id }, version: 1, state, history: [revision], snapshots: [] }
}

test("what the database refuses while most of a batch is still to be sent is told, and the rest is put", () =>
  Effect.runPromise(
    Effect.gen(function*() {
      const archive = yield* RecordArchive.RecordArchive
      // More than what the connection holds between the two.
      const tasks = Array.from({ length: 60 }, (_, i) => task(`${100 + i}`, 500_000))
      const put = (records: ReadonlyArray<RecordArchive.Archived>) =>
        Effect.map(archive.put(records.map((record) => ({ record }))), (results) => results.map(Result.getOrThrow))
      expect(yield* put(tasks.slice(0, 1))).toEqual(["added"])
      expect(yield* put(tasks)).toEqual(tasks.map((_, i) => i === 0 ? "present" : "added"))
      expect(yield* put([task("last", 1)])).toEqual(["added"])
    }).pipe(Effect.provide(layer), Effect.scoped)
  ))
