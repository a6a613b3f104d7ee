/**
 * What every store keeps when records are listed: selections, orders, pages, fields and counts.
 *
 * @since 0.1.0
 */
import type { RecordKind, Revision } from "@emend/domain"
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import { type Bench, type Given, idOf, namesOf } from "./Bench.ts"
import { dies, type Fact, same } from "./Fact.ts"

type Value = RecordStore.Value

/** How many records the facts list. */
const many = 9

/** Records whose values come several times, with ids in no order. */
const shelf = Effect.fnUntraced(function*(bench: Bench) {
  const records: Array<Given> = []
  const taken = new Set([
    "id",
    bench.kind.tombstone?.field,
    ...Object.keys(bench.kind.references ?? {}),
    ...(bench.kind.unique ?? []).flatMap(({ fields }) => fields),
    ...namesOf(bench.kind, "forward")
  ])
  for (let index = 0; index < many; index++) {
    const like = records[(index * 5) % 7]?.state ?? {}
    const repeated = Object.keys(like).filter((field, at) => (at + index) % 3 > 0 && !taken.has(field))
    const id = idOf(8_000 + ((index * 4) % many))
    records.push(yield* bench.given({ ...Object.fromEntries(repeated.map((field) => [field, like[field]])), id }))
  }
  return records
})

const isValue = (value: unknown): value is Value => value === null || typeof value !== "object"

/** The fields whose values records can be selected and ordered by. */
const scalars = (kind: RecordKind.RecordKind, records: ReadonlyArray<Given>): ReadonlyArray<string> =>
  Object.keys(kind.kind.fields).filter((name) =>
    kind.kind.fields[name].kind !== "forward" && records.every(({ state }) => isValue(state[name])) &&
    records.some(({ state }) => state[name] !== null)
  )

const objects = ({ kind }: RecordKind.RecordKind): ReadonlyArray<string> =>
  Object.keys(kind.fields).filter((name) =>
    ["replace", "map"].includes(kind.fields[name].kind) && kind.fields[name].schema.ast._tag === "Objects"
  )

const stored = ({ state }: Given): RecordStore.Stored => ({ version: 1, state })

/** Orders as the port says: by the values, then by the id, in one direction. */
const ordered = (
  records: ReadonlyArray<Given>,
  names: ReadonlyArray<string>,
  direction: "asc" | "desc"
): ReadonlyArray<RecordStore.Stored> => {
  const sign = direction === "asc" ? 1 : -1
  return records.map(stored).sort((a, b) => {
    for (const name of [...names, "id"]) {
      const order = compare(a.state[name], b.state[name])
      if (order !== 0) return sign * order
    }
    return 0
  })
}

const compare = (one: Value, other: Value): number => {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? 1 : -1
  if (typeof one !== "string") return one < other ? -1 : 1
  const [left, right] = [[...one], [...(other as string)]].map((text) => text.map((sign) => sign.codePointAt(0)!))
  const index = left!.findIndex((point, at) => point !== right![at])
  return index < 0 ? -1 : left![index]! - (right![index] ?? -1)
}

const placeOf = ({ state }: RecordStore.Stored, names: ReadonlyArray<string>): RecordStore.Place => ({
  values: names.map((name) => state[name]),
  id: state["id"]
})

/** A question about the records of a bench. */
const asking = (bench: Bench) => (more: Partial<RecordStore.Query>) =>
  Effect.flatMap(
    RecordStore.RecordStore,
    (store) => store.find({ kind: bench.kind.kind.name, tenant: bench.tenant, limit: 100, ...more })
  )

/** The facts about listing. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "records come in the order of any field and then of the id, nulls last ascending and first descending",
    holds: Effect.fnUntraced(function*(bench) {
      const find = asking(bench)
      const records = yield* shelf(bench)
      for (const field of scalars(bench.kind, records)) {
        for (const direction of ["asc", "desc"] as const) {
          const order = [{ field, direction }]
          yield* same(`by ${field}, ${direction}`, yield* find({ order }), ordered(records, [field], direction))
        }
      }
    })
  },
  {
    name: "pages that go on from the last record neither skip nor repeat any, in every order",
    holds: Effect.fnUntraced(function*(bench) {
      const find = asking(bench)
      const records = yield* shelf(bench)
      const fields = scalars(bench.kind, records)
      const orders = [[], ...fields.map((field) => [field]), fields.slice(-3), fields.slice(0, 3)]
      for (const [index, names] of orders.entries()) {
        const direction = index % 2 === 0 ? "asc" : "desc"
        const order = names.map((field) => ({ field, direction } as const))
        const whole = ordered(records, names, order.at(-1)?.direction ?? "asc")
        const found: Array<RecordStore.Stored> = []
        while (true) {
          const last = found.at(-1)
          const after = last && { after: placeOf(last, names) }
          const page = yield* find({ order, limit: 4, ...after })
          if (page.length === 0) break
          found.push(...page)
        }
        yield* same(`by ${names.join(", ")}, ${direction}`, found, whole)
        const query = { order, skip: 2, limit: 3 }
        yield* same("with two left out", yield* find(query), whole.slice(2, 5))
        const after = placeOf(whole[1]!, names)
        yield* same("with two left out behind the second", yield* find({ ...query, after }), whole.slice(4, 7))
        const nowhere = { ...after, id: `${after.id}-` }
        const ahead = whole.slice(order.at(-1)?.direction === "desc" ? 1 : 2)
        yield* same("behind a place where no record is", yield* find({ order, after: nowhere }), ahead)
      }
    })
  },
  {
    name: "records are selected that have one of several values, null among them, in each of several fields",
    holds: Effect.fnUntraced(function*(bench) {
      const find = asking(bench)
      const records = yield* shelf(bench)
      const all = ordered(records, [], "asc")
      for (const field of scalars(bench.kind, records)) {
        const values: ReadonlyArray<Value> = [...new Set(records.map(({ state }) => state[field]))]
        for (const some of [values.slice(0, 1), values.slice(1, 3), values.slice(-2), [...values.slice(0, 2), null]]) {
          const matching = all.filter(({ state }) => some.includes(state[field]))
          yield* same(`${field} of ${some.length}`, yield* find({ where: { [field]: some } }), matching)
        }
        yield* same(`${field} of none`, yield* find({ where: { [field]: [] } }), [])
        // None of them is a value of the field, or one that a text could be taken for.
        for (const value of [`${values[0]}\u0000`, "\ud800", Infinity, 0.5, 2 ** 40 + 0.5]) {
          yield* same(`${field} of ${JSON.stringify(value)}`, yield* find({ where: { [field]: [value] } }), [])
        }
      }
      const ids = records.slice(0, 4).map(({ key }) => key.id)
      yield* same(
        "of several fields",
        yield* find({ where: { id: ids, [scalars(bench.kind, records).at(-1)!]: [null] } }),
        all.filter(({ state }) => ids.includes(state["id"]) && state[scalars(bench.kind, records).at(-1)!] === null)
      )
    })
  },
  {
    name: "records are selected whose objects contain an object, at any depth",
    concerns: (kind) => objects(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const find = asking(bench)
      for (const field of objects(bench.kind)) {
        for (const [value, part, contained] of containments) {
          const record = yield* bench.given({ [field]: value })
          const query = { where: { id: [record.key.id] }, contains: { [field]: part } }
          const what = `${JSON.stringify(value)} contains ${JSON.stringify(part)}`
          yield* same(what, (yield* find(query)).length === 1, contained)
        }
        if (bench.fields[field]!.nullable) {
          const record = yield* bench.given({ [field]: null })
          yield* same("null", yield* find({ where: { id: [record.key.id] }, contains: { [field]: {} } }), [])
        }
        yield* same("what cannot be stored", yield* find({ contains: { [field]: { a: "\u0000" } } }), [])
        yield* same("what cannot be stored", yield* find({ contains: { [field]: { "\ud800": 1 } } }), [])
      }
    })
  },
  {
    name: "records are selected by what they refer to, and by what refers to them",
    concerns: ({ references }) => references !== undefined,
    holds: Effect.fnUntraced(function*(bench) {
      const find = asking(bench)
      const { name } = bench.kind.kind
      const [one, other] = [yield* bench.given(), yield* bench.given()]
      for (const [field, kind] of Object.entries(bench.kind.references!)) {
        const id: string = one.state[field]
        const target = yield* bench.present({ kind, tenant: bench.tenant, id })
        const chosen = { where: { id: [id] } }
        yield* same("what refers to one", yield* find({ refers: { [field]: chosen } }), [stored(one)])
        yield* same("what refers to none", yield* find({ refers: { [field]: { where: { id: [idOf(999)] } } } }), [])
        const referred = (id: string) => [{ kind: name, by: field, where: { id: [id] } }]
        yield* same("what one refers to", yield* find({ kind, referred: referred(one.key.id) }), [target])
        yield* same("what nobody refers to", yield* find({ kind, referred: referred(idOf(999)) }), [])
        const both = [...referred(one.key.id), ...referred(other.key.id)]
        yield* same("what both refer to", yield* find({ kind, referred: both }), [])
        const nested = [{ kind: name, by: field, refers: { [field]: chosen } }]
        yield* same("what is referred to by what refers to it", yield* find({ kind, referred: nested }), [target])
      }
    })
  },
  {
    name: "records are given with the fields asked for, in any order, and with no others",
    holds: Effect.fnUntraced(function*(bench) {
      const find = asking(bench)
      const { state } = yield* bench.given()
      const names = Object.keys(bench.fields)
      for (const fields of [names, names.toReversed(), names.slice(2, 3), []]) {
        const given = Object.fromEntries(fields.map((field) => [field, state[field]]))
        const [found, ...rest] = yield* find({ fields })
        yield* same("the record", found, { version: 1, state: given })
        yield* same("its fields", Object.keys(found!.state).sort(), [...fields].sort())
        yield* same("the others", rest, [])
      }
    })
  },
  {
    name: "records are counted by the values of a field, in the order of the values",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const records = yield* shelf(bench)
      const selection = { kind: bench.kind.kind.name, tenant: bench.tenant }
      for (const field of scalars(bench.kind, records)) {
        const values: ReadonlyArray<Value> = [...new Set(records.map(({ state }) => state[field]))]
        const counts = values.toSorted(compare).map((value) => ({
          value,
          count: records.filter(({ state }) => state[field] === value).length
        }))
        yield* same(`by ${field}`, yield* store.count(selection, field), counts)
        const where = { [field]: values.slice(0, 1) }
        const one = counts.filter(({ value }) => value === values[0])
        yield* same(`of one ${field}`, yield* store.count({ ...selection, where }, field), one)
        yield* same(`of no ${field}`, yield* store.count({ ...selection, where: { id: [idOf(1)] } }, field), [])
      }
    })
  },
  {
    name: "deleted records are in no list, and a place among them can be gone on from",
    concerns: dies,
    holds: Effect.fnUntraced(function*(bench) {
      const find = asking(bench)
      const records = yield* shelf(bench)
      const [first, second, ...rest] = ordered(records, [], "asc")
      for (const { state } of [first!, second!]) yield* bench.bury(records.find(({ key }) => key.id === state["id"])!)
      yield* same("all", yield* find({}), rest)
      yield* same("behind one that is deleted", yield* find({ after: placeOf(first!, []) }), rest)
      yield* same(
        "in the order of time",
        (yield* find({ order: [{ field: "id", direction: "desc" }] })).length,
        many - 2
      )
    })
  }
]

/** Objects, what they are asked to contain, and whether they do, as the manual of PostgreSQL says it (8.14.3). */
const containments: ReadonlyArray<readonly [Revision.Row, Revision.Row, boolean]> = [
  [{}, {}, true],
  [{ a: 1 }, {}, true],
  [{ a: 1, b: 2 }, { b: 2 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, { a: "1" }, false],
  [{ a: 1 }, { a: true }, false],
  [{ a: -0 }, { a: 0 }, true],
  [{ a: 100 }, { a: 1e2 }, true],
  [{ a: null }, { a: null }, true],
  [{ b: 1 }, { a: null }, false],
  [{ a: null }, { a: {} }, false],
  [{ a: { b: { c: 1, d: 2 } } }, { a: { b: { d: 2 } } }, true],
  [{ a: { b: { c: 1, d: 2 } } }, { a: { d: 2 } }, false],
  [{ a: { b: 1 } }, { a: {} }, true],
  [{ a: [] }, { a: {} }, false],
  [{ a: {} }, { a: [] }, false],
  [{ a: [1, 2, 3] }, { a: [] }, true],
  [{ a: [1, 2, 3] }, { a: [3, 1] }, true],
  [{ a: [1, 2, 3] }, { a: [1, 1, 1, 1] }, true],
  [{ a: [1, 2, 3] }, { a: [4] }, false],
  [{ a: [1, 2, 3] }, { a: 1 }, false],
  [{ a: 1 }, { a: [1] }, false],
  [{ a: [[1, 2], [3]] }, { a: [[2]] }, true],
  [{ a: [[1, 2], [3]] }, { a: [[1, 3]] }, false],
  [{ a: [1, 2] }, { a: [[1]] }, false],
  [{ a: [{ b: 1, c: 2 }, { b: 3 }] }, { a: [{ b: 3 }, { c: 2 }] }, true],
  [{ a: [{ b: 1 }, { c: 2 }] }, { a: [{ b: 1, c: 2 }] }, false],
  [{ a: ["x", null, false] }, { a: [null, "x"] }, true],
  [JSON.parse(`{ "__proto__": { "a": 1 } }`), JSON.parse(`{ "__proto__": { "a": 1 } }`), true],
  [{ a: 1 }, JSON.parse(`{ "__proto__": {} }`), false],
  [{ a: 1 }, { constructor: {} }, false]
]
