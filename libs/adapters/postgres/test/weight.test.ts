import { describe, expect, it } from "@effect/vitest"
import { Json } from "@emend/domain"
import * as TestDatabase from "@emend/postgres/testing"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Encoded from "../src/Encoded.ts"
import * as GroupCommit from "../src/GroupCommit.ts"
import * as CountingStream from "./CountingStream.ts"
import {
  agent,
  append,
  commit,
  event,
  history,
  insert,
  merge,
  present,
  task,
  tracker,
  update,
  write
} from "./Records.ts"
import { prepared } from "./Scene.ts"

/** Asks for everything at the same time, and tells how each ended. */
const ends = <A, E, R>(effects: ReadonlyArray<Effect.Effect<ReadonlyArray<Result.Result<A, unknown>>, E, R>>) =>
  Effect.map(
    Effect.all(effects.map(Effect.exit), { concurrency: "unbounded" }),
    (exits) =>
      exits.map((exit) =>
        Exit.isSuccess(exit)
          ? exit.value.map((result) => Result.isSuccess(result) ? "done" : result.failure)
          : Cause.squash(exit.cause)
      )
  )

const circle: Record<string, unknown> = {}
circle["itself"] = circle

describe("writes that are asked for at the same time", () => {
  for (const groupCommit of [true, false]) {
    it.effect(`fail alone where JSON cannot write their values, group commit ${groupCommit ? "on" : "off"}`, () =>
      Effect.gen(function*() {
        const { store } = yield* prepared({ groupCommit })
        yield* Effect.gen(function*() {
          yield* write(...["a", "b", "c"].map((id) => insert("Task", task(id))), insert("Agent", agent("g")))
          yield* write(insert("AgentTaskTracker", tracker("r", "a", "g")))
          const memo = { id: "m", fingerprint: "f", made: "2026-01-01T00:00:00Z", expires: "2026-01-02T00:00:00Z" }
          const of = (values: (value: unknown) => Effect.Effect<any, any, any>) =>
            ends([values(1), values(10n), values(circle), values(2)])
          // Any, where values are given that the types rightly refuse: a caller without types can.
          const failed = (of: ReadonlyArray<unknown>) => of.map((end) => end instanceof TypeError ? "TypeError" : end)
          const alone = [["done"], "TypeError", "TypeError", ["done"]]
          const updates = [
            (value: unknown) => ({ patch: merge({ [String(typeof value)]: value, k: 1 }) }),
            (value: unknown) => ({ assign: { status: value === 10n || value === circle ? value : "FAILED" } as any }),
            (value: unknown) => ({ memo: { ...memo, id: String(n++), note: value as any } })
          ]
          let n = 0
          for (const make of updates) {
            expect(failed(yield* of((value) => commit([update(value === 2 ? "b" : "a", make(value))])))).toEqual(alone)
          }
          expect(failed(yield* of((value) => commit([insert("Task", task(`t${n++}`, { params: { value } }))]))))
            .toEqual(alone)
          expect(failed(yield* of((value) => append({ ...event(`e${n++}`, "a", "g"), content: { value } as any }))))
            .toEqual(alone)
          expect((yield* present("a")).state).toMatchObject({ params: { number: 1, k: 1 }, status: "FAILED" })
        }).pipe(Effect.provide(store))
      }))
  }

  it.effect("are as many statements as keep each to 8 MiB of JSON", () =>
    Effect.gen(function*() {
      const url = yield* TestDatabase.make()
      const { stream, take } = CountingStream.make(Redacted.value(url))
      const { store } = yield* prepared({ url, stream })
      yield* Effect.gen(function*() {
        const ids = Array.from({ length: 18 }, (_, n) => `t${n}`)
        yield* write(...ids.map((id) => insert("Task", task(id))))
        take()
        const text = "x".repeat(Json.maxBytes - 100)
        const many = (of: (id: string) => string) =>
          ends(ids.map((id) => commit([update(of(id), { patch: merge({ text: `${text}${id}` }) })])))
        expect(yield* many((id) => id)).toEqual(ids.map(() => ["done"]))
        expect(take()).toBe(3)
        // They are folded within each statement.
        expect(yield* many(() => "t0")).toEqual(ids.map(() => ["done"]))
        expect(take()).toBe(3)
        // The insert, one of the first, and all of the second but the one that changes nothing.
        expect((yield* history("t0")).length).toBe(2 + ids.length - 1)
      }).pipe(Effect.provide(store))
    }), 60_000)

  it.effect("are told that the store has no room where too much JSON waits, and are not done", () =>
    Effect.gen(function*() {
      const done: Array<string> = []
      const ask = GroupCommit.gathering({
        bounds: { aside: 1, room: { count: 9, weight: 8 } },
        encode: ({ text }: { readonly text: string }) => Encoded.make(text, null, undefined),
        execute: (items) => {
          for (const { text } of items) done.push(text)
          return Effect.succeed(items.map(() => Result.void))
        }
      })
      const texts = ["four", "more", "many"]
      expect(yield* ends(texts.map((text) => Effect.map(ask({ text }), (result) => [result]))))
        .toEqual([["done"], ["done"], expect.objectContaining({ _tag: "StoreUnavailable" })])
      expect(done).toEqual(["four", "more"])
      expect(yield* ends([Effect.map(ask({ text: "many" }), (result) => [result])])).toEqual([["done"]])
    }))
})
