/**
 * What every store keeps when records are read.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { assignable, idOf, namesOf, rejected, written } from "./Bench.ts"
import { changes, dies, type Fact, same } from "./Fact.ts"

/** A field that can be null and holds texts, to select by. */
const selectable = ({ kind }: Parameters<NonNullable<Fact["concerns"]>>[0]): string | undefined =>
  Object.keys(kind.fields).find((name) =>
    kind.fields[name].nullable && kind.fields[name].kind === "replace" && kind.fields[name].schema.ast._tag === "String"
  )

/** The facts about reading. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "another tenant sees nothing, and may use the same ids",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const key = { ...record.key, tenant: `${bench.tenant}-other` }
      yield* same("by key", yield* store.get([key]), [undefined])
      yield* same("the history", yield* store.history(key, { limit: 10 }), [])
      const query = { kind: key.kind, tenant: key.tenant, limit: 10 }
      yield* same("by value", yield* store.find(query), [])
      if (changes(bench.kind)) {
        yield* rejected(yield* bench.commit(bench.update({ ...record, key }, {})), "Missing")
      }
      if (bench.kind.references === undefined) {
        yield* written(yield* bench.commit(bench.insert({ key, state: record.state })))
        yield* same("each its own", yield* store.get([record.key, key]), [
          { version: 1, state: record.state },
          { version: 1, state: record.state }
        ])
      }
    })
  },
  {
    name: "a kind sees nothing of the others",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      yield* same("by another id", yield* store.get([{ ...record.key, id: `${record.key.id} ` }]), [undefined])
      const found = yield* store.find({ kind: record.key.kind, tenant: bench.tenant, limit: 10 })
      yield* same("all of the kind", found, [{ version: 1, state: record.state }])
    })
  },
  {
    name:
      "records are given in the order asked for, repeated where asked twice, with undefined where there never was one",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const records = yield* Effect.forEach(Array.from({ length: 3 }), () => bench.given())
      const [a, b, c] = records.map(({ key, state }) => ({ key, stored: { version: 1, state } }))
      const nobody = { ...a!.key, id: idOf(999_999) }
      yield* same("the answer", yield* store.get([c!.key, nobody, a!.key, b!.key, c!.key]), [
        c!.stored,
        undefined,
        a!.stored,
        b!.stored,
        c!.stored
      ])
    })
  },
  {
    name: "deleted records are still read, by key, and by value where they are asked for",
    concerns: dies,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      yield* bench.bury(record)
      const present = yield* bench.present(record.key)
      const { field, value } = bench.kind.tombstone!
      const query = { kind: record.key.kind, tenant: bench.tenant, limit: 10 }
      yield* same("the version", present.version, 2)
      yield* same("all", yield* store.find({ ...query, deleted: true }), [present])
      yield* same(
        "the deleted ones",
        yield* store.find({ ...query, deleted: true, where: { [field]: [value] } }),
        [present]
      )
      yield* same(
        "the others",
        yield* store.find({ ...query, deleted: true, where: { [field]: [record.state[field]] } }),
        []
      )
      yield* same("the living", yield* store.find(query), [])
      yield* same("the living that are deleted", yield* store.find({ ...query, where: { [field]: [value] } }), [])
      yield* same("how many are deleted", yield* store.count({ ...query, deleted: true }, field), [{ value, count: 1 }])
      yield* same("how many live", yield* store.count(query, field), [])
    })
  },
  {
    name: "records are found by all the values named, null among them, and ordered by fields and then by id",
    concerns: (kind) => selectable(kind) !== undefined,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const name = selectable(bench.kind)!
      const values = [...textsOf(bench.fields[name]!.schema), null]
      const records = []
      for (let index = 0; index < values.length * 3; index++) {
        records.push(yield* bench.given({ [name]: values[index % values.length], id: idOf(9_000 - 7 * index) }))
      }
      const find = (more: Partial<RecordStore.Query>) =>
        store.find({ kind: bench.kind.kind.name, tenant: bench.tenant, limit: 100, ...more })
      const byId = records.toSorted((a, b) => (a.key.id < b.key.id ? -1 : 1)).map(({ state }) => ({
        version: 1,
        state
      }))
      yield* same("by id", yield* find({}), byId)
      yield* same("the first four", yield* find({ limit: 4 }), byId.slice(0, 4))
      for (const value of values) {
        const matching = byId.filter(({ state }) => state[name] === value)
        yield* same(`those of ${value}`, yield* find({ where: { [name]: [value] } }), matching)
        yield* same(
          "those of an id as well",
          yield* find({ where: { [name]: [value], id: [matching[1]!.state["id"]] } }),
          [matching[1]]
        )
      }
      const newest = yield* find({ order: [{ field: "id", direction: "desc" }] })
      yield* same("by id, descending", newest, byId.toReversed())
      const filled = byId.filter(({ state }) => state[name] !== null)
      const sorted = filled.toSorted((a, b) => byCodePoint(a.state[name], b.state[name]))
      const ascending = yield* find({ order: [{ field: name, direction: "asc" }] })
      yield* same("by value, nulls aside", ascending.filter(({ state }) => state[name] !== null), sorted)
    })
  },
  {
    name: "the store says that it can answer",
    holds: () => Effect.flatMap(RecordStore.RecordStore, (store) => store.ping)
  },
  {
    name: "what is assigned is found",
    concerns: (kind) => changes(kind) && texts(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const name = texts(bench.kind)[0]!
      const record = yield* bench.given({ [name]: null })
      const find = (value: string | null) =>
        store.find({ kind: record.key.kind, tenant: bench.tenant, where: { [name]: [value] }, limit: 2 })
      const value = idOf(77)
      yield* written(yield* bench.commit(bench.update(record, { assign: { [name]: value } })))
      yield* same("by the old value", yield* find(null), [])
      yield* same("by the new value", yield* find(value), [yield* bench.present(record.key)])
    })
  }
]

const texts = (kind: Parameters<NonNullable<Fact["concerns"]>>[0]): ReadonlyArray<string> =>
  assignable(kind).filter((name) =>
    namesOf(kind, "guarded").includes(name) && kind.kind.fields[name].nullable &&
    kind.kind.fields[name].schema.ast._tag === "String"
  )

/** Texts that fit; U+FB01 and U+1D54F are in another order by code point than by UTF-16 code unit. */
const textsOf = (schema: Schema.Top): ReadonlyArray<string> =>
  [idOf(1), idOf(2), "\ufb01", "\u{1d54f}"].filter((text) => Schema.is(schema as Schema.Schema<string>)(text))

const byCodePoint = (a: string, b: string): number => {
  const [one, other] = [[...a], [...b]].map((text) => text.map((character) => character.codePointAt(0)!))
  const index = one!.findIndex((point, at) => point !== other![at])
  return index < 0 ? one!.length - other!.length : one![index]! - (other![index] ?? -1)
}
