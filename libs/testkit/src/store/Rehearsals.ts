/**
 * What every store keeps of writes that are only asked about.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Generate from "../Generate.ts"
import { assignable, author, type Bench, type Given, idOf, namesOf, written } from "./Bench.ts"
import { append } from "./Cursors.ts"
import { changes, dies, type Fact, patches, same } from "./Fact.ts"
import { blind } from "./Updates.ts"

const whole = Effect.fnUntraced(function*(bench: Bench, { key }: Given) {
  const store = yield* RecordStore.RecordStore
  return { present: yield* bench.present(key), history: yield* store.history(key, { limit: 1_000 }) }
})

const plain = (result: RecordStore.CommitResult) =>
  Result.isSuccess(result) ? { done: result.success } : { refused: result.failure }

/** The facts about dry writes. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "a dry write is answered as the real one would be, and writes nothing",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      const cursors = namesOf(bench.kind, "forward")
      if (cursors.length > 0) yield* append(bench, record, 9)
      const names = assignable(bench.kind)
      const others = bench.sample(Generate.state(bench.kind.kind), 12)
      for (const [step, raw] of bench.sample(Generate.patch(bench.kind.kind), 12).entries()) {
        const moved = names[step % Math.max(names.length, 1)]
        const update = bench.update(record, {
          patch: blind(bench.kind, raw),
          assign: step % 3 === 0 && moved !== undefined ? { [moved]: others[step]![moved] } : {},
          advance: step % 4 === 0 ? Object.fromEntries(cursors.map((name) => [name, `e${1 + step / 4}`])) : {},
          author: author(step)
        })
        const before = yield* whole(bench, record)
        const rehearsed = yield* bench.commit({ ...update, dry: true })
        yield* same("the record and its history", yield* whole(bench, record), before)
        yield* same("the answers", plain(yield* bench.commit(update)), plain(rehearsed))
      }
    })
  },
  {
    name: "a dry write is refused as the real one would be",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      const stale = bench.update(record, { versions: [9] })
      const missing = bench.update(yield* bench.fresh(), {})
      const refused = [stale, missing]
      if (dies(bench.kind)) {
        const buried = yield* bench.given()
        yield* bench.bury(buried)
        refused.push(bench.update(buried, {}))
      }
      for (const update of refused) {
        const rehearsed = yield* bench.commit({ ...update, dry: true })
        yield* same("refused", Result.isFailure(rehearsed), true)
        yield* same("the answers", plain(rehearsed), plain(yield* bench.commit(update)))
      }
    })
  },
  {
    name: "a dry insert is answered or refused as the real one would be, and writes nothing",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const present = yield* bench.given()
      const record = yield* bench.fresh()
      const inserts = [
        bench.insert(record),
        bench.insert(yield* bench.fresh({ id: present.key.id })),
        bench.insert(present, { ifAbsent: true })
      ]
      for (const { fields } of bench.kind.unique ?? []) {
        const shared = Object.fromEntries(fields.map((field) => [field, present.state[field]]))
        inserts.push(bench.insert(yield* bench.fresh(shared)))
      }
      for (const field of Object.keys(bench.kind.references ?? {})) {
        const astray = yield* bench.fresh()
        inserts.push(bench.insert({ ...astray, state: { ...astray.state, [field]: idOf(999_999) } }))
      }
      for (const insert of inserts) {
        const rehearsed = yield* bench.commit({ ...insert, dry: true })
        const key = insert.key.id === present.key.id ? undefined : insert.key
        if (key !== undefined) {
          yield* same("what is stored", yield* store.get([key]), [undefined])
          yield* same("the history", yield* store.history(key, { limit: 10 }), [])
        }
        yield* same("the answers", plain(yield* bench.commit(insert)), plain(rehearsed))
      }
    })
  },
  {
    name: "one dry write makes its whole commit dry, and each sees what those before it would have left",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      const made = yield* bench.fresh()
      const patch = bench.sample(Generate.patch(bench.kind.kind), 50).map((raw) => blind(bench.kind, raw))
        .find((patch) => bench.kind.kind.apply(record.state, patch) !== record.state)!
      const commits: ReadonlyArray<RecordStore.Commit> = [
        [bench.insert(made, { dry: true }), bench.update(record, { patch })],
        [bench.insert(made), bench.update(made, { versions: [1], dry: true })],
        [bench.update(record, { patch, dry: true }), bench.update(record, { versions: [2] }), bench.insert(made)]
      ]
      const before = yield* whole(bench, record)
      for (const writes of commits) {
        yield* written(yield* bench.commit(...writes))
        yield* same("the record and its history", yield* whole(bench, record), before)
        const store = yield* RecordStore.RecordStore
        yield* same("what is stored", yield* store.get([made.key]), [undefined])
      }
    })
  },
  {
    name: "dry writes and others of one batch are told apart",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const records = [yield* bench.given(), yield* bench.given(), yield* bench.given()]
      const [field] = [...namesOf(bench.kind, "replace"), ...namesOf(bench.kind, "map")]
      const updates = records.map((record, at) => {
        const other = bench.sample(Generate.state(bench.kind.kind), 20, `other ${at}`).find((state) =>
          Object.keys(bench.kind.kind.diff(record.state, { ...record.state, [field!]: state[field!] })).length > 0
        )!
        const patch = bench.kind.kind.diff(record.state, { ...record.state, [field!]: other[field!] })
        return bench.update(record, { patch, ...(at === 1 ? undefined : { dry: true }) })
      })
      const results = yield* store.commit(updates.map((update) => [update] as const))
      for (const [at, record] of records.entries()) {
        const [left] = yield* written(results[at]!)
        yield* same("what was answered", [left.version, left.changed], [2, true])
        yield* same("the version", (yield* bench.present(record.key)).version, at === 1 ? 2 : 1)
      }
    })
  }
]
