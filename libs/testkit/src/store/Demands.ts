/**
 * What every store keeps when a write demands something of the record.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Generate from "../Generate.ts"
import { assignable, namesOf, rejected, written } from "./Bench.ts"
import { changes, type Fact, same } from "./Fact.ts"

const moves: Fact["concerns"] = (kind) => changes(kind) && assignable(kind).length > 0

/** Values of a field that can be assigned, none of them the present one; at least two. */
const others = (bench: Parameters<Fact["holds"]>[0], state: Generate.Row): readonly [string, ReadonlyArray<any>] => {
  const samples = bench.sample(Generate.state(bench.kind.kind), 60)
  const candidates = assignable(bench.kind).map((name) =>
    [name, [...new Set(samples.map((sample) => sample[name]))].filter((value) => value !== state[name])] as const
  )
  return candidates.toSorted(([, a], [, b]) => b.length - a.length)[0]!
}

/** The facts about demands. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "a stale writer is told the present record and nothing is written",
    concerns: moves,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      const [name, [one, two]] = others(bench, record.state)
      yield* written(yield* bench.commit(bench.update(record, { assign: { [name]: one }, versions: [1] })))
      const before = yield* bench.present(record.key)
      for (const versions of [[1], [3], [1, 3], []]) {
        const stale = yield* rejected(
          yield* bench.commit(bench.update(record, { assign: { [name]: two }, versions })),
          "Stale"
        )
        yield* same("the record that is told", stale.record, before)
        yield* same("the key", stale.key, record.key)
      }
      yield* same("what is stored", yield* bench.present(record.key), before)
    })
  },
  {
    name: "a demand is made of a no-op too",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      yield* rejected(yield* bench.commit(bench.update(record, { versions: [2] })), "Stale")
      const [left] = yield* written(yield* bench.commit(bench.update(record, { versions: [1] })))
      yield* same("what the write left", left, { version: 1, state: record.state, changed: false })
    })
  },
  {
    name: "one of several versions suffices",
    concerns: moves,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      const [name, [one]] = others(bench, record.state)
      const [left] = yield* written(
        yield* bench.commit(bench.update(record, { assign: { [name]: one }, versions: [7, 1, 3] }))
      )
      yield* same("the version", left.version, 2)
    })
  },
  {
    name: "a demand on a field that does not hold is stale, one that holds is not, and null is a value",
    concerns: moves,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      const [name, [one, two]] = others(bench, record.state)
      const refused = bench.update(record, { assign: { [name]: two }, where: { [name]: [one, two] } })
      const stale = yield* rejected(yield* bench.commit(refused), "Stale")
      yield* same("the record that is told", stale.record, { version: 1, state: record.state })
      const none = bench.update(record, { assign: { [name]: two }, where: { [name]: [] } })
      yield* rejected(yield* bench.commit(none), "Stale")
      const held = bench.update(record, { assign: { [name]: one }, where: { [name]: [two, record.state[name]] } })
      yield* written(yield* bench.commit(held))
      const both = bench.update(record, { assign: { [name]: two }, where: { [name]: [one] }, versions: [1] })
      yield* rejected(yield* bench.commit(both), "Stale")

      for (const nullable of scalars(bench.kind).filter((field) => bench.fields[field]!.nullable)) {
        const empty = yield* bench.given({ [nullable]: null })
        const filled = bench.update(empty, { assign: { [name]: one }, where: { [nullable]: ["something"] } })
        yield* rejected(yield* bench.commit(filled), "Stale")
        const isNull = bench.update(empty, { where: { [nullable]: ["something", null] } })
        yield* written(yield* bench.commit(isNull))
      }
    })
  },
  {
    name: "of several writers that move the same status to different ends exactly one wins",
    concerns: (kind) => changes(kind) && namesOf(kind, "guarded").length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const name = namesOf(bench.kind, "guarded")[0]!
      const record = yield* bench.given()
      const from = record.state[name]
      const ends = [...new Set(bench.sample(Generate.state(bench.kind.kind), 60).map((state) => state[name]))]
        .filter((to) => to !== from && to !== bench.kind.tombstone?.value)
      const results = yield* Effect.forEach(
        ends,
        (to) => bench.commit(bench.update(record, { assign: { [name]: to }, where: { [name]: [from] } })),
        { concurrency: "unbounded" }
      )
      const won = results.findIndex(Result.isSuccess)
      const present = yield* bench.present(record.key)
      yield* same("how many win", results.filter(Result.isSuccess).length, 1)
      yield* same("the status", [present.version, present.state[name]], [2, ends[won]])
      for (const result of results.filter(Result.isFailure)) {
        yield* same("the record that is told", (yield* rejected(result, "Stale")).record, present)
      }
    })
  },
  {
    name: "of several writers that demand the same version exactly one wins",
    concerns: moves,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const [name, values] = others(bench, record.state)
      const writers = Array.from(
        { length: 8 },
        (_, index) => bench.update(record, { assign: { [name]: values[index % 2] }, versions: [1] })
      )
      const results = yield* Effect.forEach(writers, (writer) => bench.commit(writer), { concurrency: "unbounded" })
      yield* same("how many win", results.filter(Result.isSuccess).length, 1)
      for (const result of results.filter(Result.isFailure)) yield* rejected(result, "Stale")
      yield* same("how much history", (yield* store.history(record.key, { limit: 10 })).length, 2)
    })
  }
]

/** The fields that hold texts, which a demand can name. */
const scalars = ({ kind }: Parameters<NonNullable<Fact["concerns"]>>[0]): ReadonlyArray<string> =>
  Object.keys(kind.fields).filter((name) =>
    ["fixed", "guarded", "replace"].includes(kind.fields[name].kind) && name !== "id"
  )
    .filter((name) => kind.fields[name].nullable && acceptsText(kind.fields[name].schema))

const acceptsText = (schema: { readonly ast: { readonly _tag: string } }): boolean => schema.ast._tag === "String"
