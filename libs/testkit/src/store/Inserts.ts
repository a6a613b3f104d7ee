/**
 * What every store keeps when records are inserted.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Generate from "../Generate.ts"
import { author, idOf, rejected, written } from "./Bench.ts"
import { changes, dies, type Fact, same } from "./Fact.ts"

/** The facts about inserting. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "an id that is taken is refused, and the record that has it stays as it is",
    holds: Effect.fnUntraced(function*(bench) {
      const first = yield* bench.given()
      const second = yield* bench.fresh({ id: first.key.id })
      const rejection = yield* rejected(yield* bench.commit(bench.insert(second)), "Taken")
      yield* same("the fields that clash", rejection.fields, ["id"])
      yield* same("the key", rejection.key, first.key)
      yield* same("the record", yield* bench.present(first.key), { version: 1, state: first.state })
    })
  },
  {
    name: "the id of a deleted record stays taken",
    concerns: dies,
    holds: Effect.fnUntraced(function*(bench) {
      const buried = yield* bench.given()
      yield* bench.bury(buried)
      const before = yield* bench.present(buried.key)
      const again = yield* bench.fresh({ id: buried.key.id })
      yield* same("the clash", (yield* rejected(yield* bench.commit(bench.insert(again)), "Taken")).fields, ["id"])
      yield* same("the record", yield* bench.present(buried.key), before)
    })
  },
  {
    name: "a record that refers to nothing is dangling and is not written",
    concerns: ({ references }) => references !== undefined,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      for (const field of Object.keys(bench.kind.references!)) {
        const record = yield* bench.fresh()
        const astray = { ...record, state: { ...record.state, [field]: idOf(999_999) } }
        const rejection = yield* rejected(yield* bench.commit(bench.insert(astray)), "Dangling")
        yield* same("the field", rejection.field, field)
        yield* same("what is stored", yield* store.get([record.key]), [undefined])
      }
    })
  },
  {
    name: "a record that another tenant has is nothing to refer to",
    concerns: ({ references }) => references !== undefined,
    holds: Effect.fnUntraced(function*(bench) {
      const { key, state } = yield* bench.fresh()
      const abroad = { state, key: { ...key, tenant: `${key.tenant}-other` } }
      yield* rejected(yield* bench.commit(bench.insert(abroad)), "Dangling")
    })
  },
  {
    name: "values that are unique belong to one record",
    concerns: ({ unique }) => unique !== undefined,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      for (const { fields } of bench.kind.unique!) {
        const first = yield* bench.given()
        const shared = Object.fromEntries(fields.map((field) => [field, first.state[field]]))
        const second = yield* bench.fresh(shared)
        const rejection = yield* rejected(yield* bench.commit(bench.insert(second)), "Taken")
        yield* same("the fields that clash", rejection.fields, fields)
        yield* same("what is stored", yield* store.get([second.key]), [undefined])
      }
    })
  },
  {
    name: "a null among values that are unique never clashes",
    concerns: ({ kind, unique }) =>
      (unique ?? []).some(({ fields }) => fields.some((name) => kind.fields[name].nullable)),
    holds: Effect.fnUntraced(function*(bench) {
      for (const { fields } of bench.kind.unique!) {
        for (const field of fields.filter((name) => bench.fields[name]!.nullable)) {
          yield* bench.given({ [field]: null })
          yield* bench.given({ [field]: null })
        }
      }
    })
  },
  {
    name: "values that are unique among the living are free again when their record is deleted",
    concerns: ({ unique }) => (unique ?? []).some(({ among }) => among === "live"),
    holds: Effect.fnUntraced(function*(bench) {
      for (const { fields } of bench.kind.unique!.filter(({ among }) => among === "live")) {
        const first = yield* bench.given()
        const shared = Object.fromEntries(fields.map((field) => [field, first.state[field]]))
        yield* bench.bury(first)
        yield* bench.given(shared)
        // Imports bring records that are deleted already.
        const { field, value } = bench.kind.tombstone!
        yield* bench.given({ ...shared, [field]: value })
      }
    })
  },
  {
    name: "with ifAbsent, a record that is there is left as it is and counts as written",
    holds: Effect.fnUntraced(function*(bench) {
      const first = yield* bench.given()
      const second = yield* bench.fresh({ id: first.key.id })
      const [left] = yield* written(yield* bench.commit(bench.insert(second, { ifAbsent: true })))
      yield* same("what the write left", left, { version: 1, state: first.state, changed: false })
      const third = yield* bench.fresh()
      const [made] = yield* written(yield* bench.commit(bench.insert(third, { ifAbsent: true })))
      yield* same("what the write left", made, { version: 1, state: third.state, changed: true })
    })
  },
  {
    name: "an inserted record is read back with the same values at version 1, awkward ones too",
    holds: Effect.fnUntraced(function*(bench) {
      const bound = Object.keys((yield* bench.fresh()).state)
      for (const sampled of bench.sample(Generate.state(bench.kind.kind), 25)) {
        const free = bound.filter((name) => "onNull" in bench.fields[name]! && bench.fields[name]!.kind !== "forward")
        const record = yield* bench.fresh(Object.fromEntries(free.map((name) => [name, sampled[name]])))
        const [left] = yield* written(yield* bench.commit(bench.insert(record)))
        yield* same("what the write left", left, { version: 1, state: record.state, changed: true })
        yield* same("what is stored", yield* bench.present(record.key), { version: 1, state: record.state })
      }
    })
  },
  {
    name: "the creation is the first entry of the history, with the state it began with",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.fresh()
      yield* written(yield* bench.commit(bench.insert(record, { author: author(0, "because") })))
      yield* same("the history", yield* store.history(record.key, { limit: 10 }), [
        { ...author(0, "because"), version: 1, initial: record.state, patch: {}, inverse: {}, moves: {} }
      ])
    })
  },
  {
    name: "a kind that never changes keeps no history",
    concerns: (kind) => !changes(kind),
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      yield* same("the history", yield* store.history(record.key, { limit: 10 }), [])
    })
  }
]
