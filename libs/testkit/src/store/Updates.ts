/**
 * What every store keeps when records are updated.
 *
 * @since 0.1.0
 */
import { Equality } from "@emend/algebra"
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Generate from "../Generate.ts"
import { assignable, at, author, idOf, namesOf, rejected, written } from "./Bench.ts"
import { changes, dies, type Fact, same } from "./Fact.ts"

const maps = (kind: Parameters<NonNullable<Fact["concerns"]>>[0]) =>
  namesOf(kind, "map").filter((name) => kind.kind.fields[name].nullable)

/** The facts about updating. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "an update of a record that never was is missing",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { key } = yield* bench.fresh()
      const nobody = { key: { ...key, id: idOf(999_999) }, state: {} }
      const rejection = yield* rejected(yield* bench.commit(bench.update(nobody, {})), "Missing")
      yield* same("the key", rejection.key, nobody.key)
      yield* same("what is stored", yield* store.get([nobody.key]), [undefined])
      yield* same("the history", yield* store.history(nobody.key, { limit: 10 }), [])
    })
  },
  {
    name: "an update of a deleted record is missing, whatever it demands, and nothing is written",
    concerns: dies,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      yield* bench.bury(record)
      const before = yield* bench.present(record.key)
      yield* same("the tombstone", before.state[bench.kind.tombstone!.field], bench.kind.tombstone!.value)
      const { field, value } = bench.kind.tombstone!
      for (const demand of [{}, { versions: [2] }, { versions: [7] }, { where: { [field]: [value] } }]) {
        const patch = bench.sample(Generate.patch(bench.kind.kind), 1)[0]!
        yield* rejected(
          yield* bench.commit(bench.update(record, { patch: blind(bench.kind, patch), ...demand })),
          "Missing"
        )
      }
      yield* same("what is stored", yield* bench.present(record.key), before)
    })
  },
  {
    name: "an update that changes nothing writes nothing: no version, no time, no history",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const same_ = Object.fromEntries(
        Object.keys(bench.fields).filter((name) =>
          "onNull" in bench.fields[name]! && bench.fields[name]!.kind !== "forward"
        )
          .map((name) => [name, { set: record.state[name] }])
      )
      const merges = Object.fromEntries(
        namesOf(bench.kind, "map").filter((name) => record.state[name] !== null)
          .map((name) => [name, { merge: { set: record.state[name], unset: ["a key that is not there"] } }])
      )
      const assign = Object.fromEntries(assignable(bench.kind).map((name) => [name, record.state[name]]))
      for (const patch of [{}, same_, bench.kind.kind.normalise(merges)]) {
        const [left] = yield* written(yield* bench.commit(bench.update(record, { patch, assign, author: author(9) })))
        yield* same("what the write left", left, { version: 1, state: record.state, changed: false })
      }
      yield* same("what is stored", yield* bench.present(record.key), { version: 1, state: record.state })
      yield* same("how much history", (yield* store.history(record.key, { limit: 10 })).length, 1)
    })
  },
  {
    name: "an update does to the record what the algebra says, and counts its version when the state changes",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const { kind } = bench.kind
      const touched = bench.kind.touched!
      const record = yield* bench.given()
      let expected = { version: 1, state: record.state }
      for (const [step, raw] of bench.sample(Generate.patch(kind), 60).entries()) {
        const patch = blind(bench.kind, raw)
        const after = kind.apply(expected.state, patch)
        const changed = after !== expected.state
        if (changed) expected = { version: expected.version + 1, state: { ...after, [touched]: at(step + 1) } }
        const [left] = yield* written(yield* bench.commit(bench.update(record, { patch, author: author(step + 1) })))
        yield* same(`what ${JSON.stringify(patch)} left`, left, { ...expected, changed })
      }
      yield* same("what is stored", yield* bench.present(record.key), expected)
    })
  },
  {
    name: "an empty merge leaves a null map null, and any other merge begins it with an empty object",
    concerns: (kind) => maps(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      for (const name of maps(bench.kind)) {
        const record = yield* bench.given({ [name]: null })
        for (const merge of [{}, { set: {} }, { unset: [] }]) {
          const [left] = yield* written(yield* bench.commit(bench.update(record, { patch: { [name]: { merge } } })))
          yield* same("what an empty merge left", left, { version: 1, state: record.state, changed: false })
        }
        const unset = { [name]: { merge: { unset: ["absent"] } } }
        const [emptied] = yield* written(yield* bench.commit(bench.update(record, { patch: unset })))
        yield* same("what removing a key of nothing left", emptied.state[name], {})
        const again = yield* bench.given({ [name]: null })
        const [begun] = yield* written(
          yield* bench.commit(bench.update(again, { patch: { [name]: { merge: { set: { a: null } } } } }))
        )
        yield* same("what the first key left", begun.state[name], { a: null })
      }
    })
  },
  {
    name: "a map of more than 1,020 keys keeps them all when one is merged",
    concerns: (kind) => maps(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      for (const name of maps(bench.kind)) {
        const wide = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`k${index}`, index]))
        const record = yield* bench.given({ [name]: wide })
        const patch = { [name]: { merge: { set: { ["__proto__"]: 1, k7: "seven" }, unset: ["k8"] } } }
        const [left] = yield* written(yield* bench.commit(bench.update(record, { patch })))
        yield* same("the map", left.state[name], bench.kind.kind.apply(record.state, patch)[name])
      }
    })
  },
  {
    name: "assigned fields are written, and the history says from what to what",
    concerns: (kind) => changes(kind) && assignable(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const others = bench.sample(Generate.state(bench.kind.kind), 40)
      const names = assignable(bench.kind)
      const assign = Object.fromEntries(names.flatMap((name) => {
        const other = others.find((state) => !Equality.same(state[name], record.state[name]))
        return other === undefined ? [] : [[name, other[name]]]
      }))
      const [left] = yield* written(yield* bench.commit(bench.update(record, { assign, author: author(1, "moved") })))
      const state = { ...record.state, ...assign, [bench.kind.touched!]: at(1) }
      yield* same("what the write left", left, { version: 2, state, changed: true })
      const [revision] = yield* store.history(record.key, { limit: 1 })
      yield* same("the history", revision, {
        ...author(1, "moved"),
        version: 2,
        initial: null,
        patch: {},
        inverse: {},
        moves: Object.fromEntries(
          Object.keys(assign).map((name) => [name, { from: record.state[name], to: assign[name] }])
        )
      })
      const [again] = yield* written(yield* bench.commit(bench.update(record, { assign, author: author(2) })))
      yield* same("what the same once more left", again, { version: 2, state, changed: false })
    })
  },
  {
    name: "the time of a change never goes back, even when the writer's clock does",
    concerns: (kind) => changes(kind) && assignable(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const touched = bench.kind.touched!
      const record = yield* bench.given()
      const name = assignable(bench.kind)[0]!
      const values = [...new Set(bench.sample(Generate.state(bench.kind.kind), 40).map((state) => state[name]))]
        .filter((value) => value !== record.state[name]).slice(0, 2)
      yield* same("two other values", values.length, 2)
      yield* written(yield* bench.commit(bench.update(record, { assign: { [name]: values[0] }, author: author(5) })))
      const late = bench.update(record, { assign: { [name]: values[1] }, author: author(-5) })
      const [left] = yield* written(yield* bench.commit(late))
      yield* same("the version", left.version, 3)
      yield* same("the time", left.state[touched], at(5))
      yield* same("the time in the history", (yield* store.history(record.key, { limit: 1 }))[0]!.at, at(5))
    })
  }
]

/** The normal form of an update without its cursors, which a store resolves itself. */
export const blind = ({ kind }: Parameters<typeof maps>[0], raw: Generate.Row): Generate.Row =>
  kind.normalise(
    Object.fromEntries(Object.entries(raw).filter(([name]) => kind.fields[name].kind !== "forward"))
  )
