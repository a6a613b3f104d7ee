import { describe, expect, it } from "@effect/vitest"
import { Equality } from "@emend/algebra"
import { kinds, type RecordStore, Revision } from "@emend/domain"
import { PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { author, commit, history, insert, present, task, update, write } from "./Records.ts"

const records = ["a", "b", "c", "d"]
const writers = 6
const rounds = 120
const taskKind = kinds.find(({ kind }) => kind.name === "Task")!

interface Acknowledged {
  readonly id: string
  readonly version: number
  /** A key that nobody else writes, with its value. */
  readonly mark: readonly [key: string, value: number]
  readonly field: "params" | "task_metadata" | "status"
}

/** One writer's updates: a merge of a key of its own, a replacement of the metadata, or a move; some in batches. */
const writer = Effect.fnUntraced(function*(name: string, acknowledged: Array<Acknowledged>) {
  for (let round = 0; round < rounds; round++) {
    const size = yield* Random.nextIntBetween(1, 6)
    const batch = yield* Effect.forEach(Array.from({ length: size }, (_, n) => n), (n) =>
      Effect.gen(function*() {
        const id = records[yield* Random.nextIntBetween(0, records.length, { halfOpen: true })]!
        const mark = [`${name} ${round} ${n}`, round] as const
        const field = (["params", "params", "task_metadata", "status"] as const)[
          yield* Random.nextIntBetween(0, 4, { halfOpen: true })
        ]!
        const more: Partial<RecordStore.Update> = field === "params"
          ? { patch: { params: { merge: { set: { [mark[0]]: mark[1] } } } } }
          : field === "task_metadata"
          ? { patch: { task_metadata: { set: { [mark[0]]: mark[1] } } } }
          : { assign: { status: round % 2 === 0 ? "INTERRUPTED" : "RUNNING", status_reason: mark[0] } }
        // Clocks differ, and go back.
        const seconds = yield* Random.nextIntBetween(-50, 50)
        return { id, mark, field, write: update(id, { ...more, author: { ...author(seconds), by: mark[0] } }) }
      }))
    const results = yield* commit(...batch.map(({ write }) => [write] as const))
    for (const [n, { field, id, mark }] of batch.entries()) {
      const result = results[n]!
      if (Result.isSuccess(result)) acknowledged.push({ id, mark, field, version: result.success[0]!.version })
    }
  }
})

for (const groupCommit of [true, false]) {
  describe(`writers of the same records on several connections${groupCommit ? "" : ", each commit by itself"}`, () => {
    it.effect(
      "nothing that was acknowledged is lost or undone, and each history leads to the present state",
      () =>
        Effect.gen(function*() {
          const url = yield* TestDatabase.make()
          const store = PostgresStore.layer({ url, maxConnections: 3, migrate: false, groupCommit })
          const acknowledged: Array<Acknowledged> = []
          const run = <A, E>(effect: Effect.Effect<A, E, RecordStore.RecordStore>) =>
            Effect.provide(effect, Layer.fresh(store))
          yield* run(write(...records.map((id) => insert("Task", task(id)))))
          yield* Effect.all(
            Array.from({ length: writers }, (_, n) => run(writer(`w${n}`, acknowledged))),
            { concurrency: "unbounded" }
          )
          expect(acknowledged.length).toBeGreaterThan(2_000)
          yield* run(
            Effect.forEach(records, (id) => check(id, acknowledged.filter((one) => one.id === id)), { discard: true })
          )
        }).pipe(Random.withSeed("race")),
      180_000
    )

    it.effect("of a delete and the updates beside it, none takes effect after the delete", () =>
      Effect.gen(function*() {
        const url = yield* TestDatabase.make()
        const store = PostgresStore.layer({ url, maxConnections: 8, migrate: false, groupCommit })
        yield* Effect.gen(function*() {
          const ids = Array.from({ length: 60 }, (_, n) => `d${n}`)
          yield* write(...ids.map((id) => insert("Task", task(id))))
          const results = yield* Effect.forEach(ids, (id) =>
            Effect.all([
              ...Array.from(
                { length: 4 },
                (_, n) => commit([update(id, { patch: { params: { merge: { set: { [`k${n}`]: n } } } } })])
              ),
              commit([update(id, { assign: { status: "DELETED" } })])
            ], { concurrency: "unbounded" }), { concurrency: 4 })
          for (const [n, id] of ids.entries()) {
            const { state, version } = yield* present(id)
            const outcomes = results[n]!.map(([result]) => result!)
            const last = outcomes.pop()!
            expect(Result.getOrThrow(last)[0]!.version).toBe(version)
            expect(state["status"]).toBe("DELETED")
            for (const [k, outcome] of outcomes.entries()) {
              const there = Object.hasOwn(state["params"] ?? {}, `k${k}`)
              expect(Result.isSuccess(outcome)).toBe(there)
              if (Result.isFailure(outcome)) expect(outcome.failure._tag).toBe("Missing")
            }
          }
        }).pipe(Effect.provide(store))
      }))
  })
}

const check = Effect.fnUntraced(function*(id: string, acknowledged: ReadonlyArray<Acknowledged>) {
  const { state, version } = yield* present(id)
  const revisions = (yield* history(id)).toReversed()
  expect(revisions.map((revision) => revision.version)).toEqual(Array.from({ length: version }, (_, n) => n + 1))
  expect(revisions.map(({ at }) => at)).toEqual(revisions.map(({ at }) => at).sort())
  for (const { field, mark: [key, value], version } of acknowledged) {
    const { by, moves, patch } = revisions[version - 1]!
    expect(by).toBe(key)
    if (field === "status") expect(moves["status_reason"]?.to).toBe(key)
    else expect(JSON.stringify(patch[field])).toContain(`${JSON.stringify(key)}:${value}`)
    if (field === "params") expect(state["params"][key]).toBe(value)
  }
  // Every write was different, so each acknowledged one is a version of its own, and there are no others.
  expect(new Set(acknowledged.map(({ version }) => version)).size).toBe(version - 1)
  const replayed = revisions.reduce<Revision.Row | undefined>(
    (before, revision) => Revision.replay(taskKind, before, revision),
    undefined
  )
  if (!Equality.same(replayed, state)) expect(replayed).toEqual(state)
})
