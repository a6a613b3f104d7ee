import { describe, expect, it } from "@effect/vitest"
import { Board, BoardTask, Caller, RecordStore, Services } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const at = "2026-11-21T10:00:00.000000Z"
const crowd = 25_000
const author = { at, by: "tester", reason: null }
const insert = (kind: string, state: { readonly id: string }): RecordStore.Commit => [
  { _tag: "Insert", key: { kind, tenant: "t", id: state.id }, state, author }
]
const ids = Array.from({ length: crowd }, (_, n) => `child ${n}`)

describe("a board in memory", () => {
  it.effect("a task goes with 25000 links, each of which is told of", () =>
    Effect.gen(function*() {
      const [board, store] = [yield* Board, yield* RecordStore.RecordStore]
      yield* store.commit([
        ...["root", ...ids].map((id) =>
          insert("BoardTask", BoardTask.initial({ title: id }, { id, at, by: "tester", organization: "t" }))
        ),
        ...ids.map((child_id) =>
          insert(
            "BoardLink",
            {
              id: `link ${child_id}`,
              parent_id: "root",
              child_id,
              parent_created_at: at,
              child_created_at: at,
              linked: true,
              created_at: at,
              updated_at: at,
              created_by: "tester"
            } as { readonly id: string }
          )
        )
      ])
      const rehearsed = yield* board.remove("root", { reason: "all", dryRun: true })
      expect((yield* board.subtasks("root", { limit: 1 })).length).toBe(1)
      const removed = yield* board.remove("root", { reason: "all" })
      expect([rehearsed.changed, rehearsed.version, removed.changed, removed.version]).toEqual([true, 1, true, 2])
      const { updated_at } = removed.state
      expect({ ...rehearsed.state, updated_at }).toEqual(removed.state)
      const all = { tenant: "t", limit: Infinity }
      expect(yield* store.find({ ...all, kind: "BoardLink", where: { linked: [true] } })).toEqual([])
      const changes = yield* store.find({
        ...all,
        kind: "BoardChange",
        order: [{ field: "number", direction: "asc" }]
      })
      expect(changes.map(({ state }) => state["number"])).toEqual(Array.from({ length: crowd + 1 }, (_, n) => n + 1))
      expect(new Set(changes.map(({ state }) => state["subtask_id"]))).toEqual(new Set([...ids, null]))
      expect(changes.at(-1)!.state["change"]).toBe("deleted")
      const last = { kind: "BoardLink", tenant: "t", id: `link child ${crowd - 1}` }
      const [revision] = yield* store.history(last, { limit: 1 })
      expect(revision).toMatchObject({ version: 2, reason: "all", moves: { linked: { from: true, to: false } } })
    }).pipe(
      Effect.provideService(Caller, { tenant: "t", subject: "tester" }),
      Effect.provide(Layer.provideMerge(Services.layer, MemoryStore.layer()))
    ), 30_000)
})
