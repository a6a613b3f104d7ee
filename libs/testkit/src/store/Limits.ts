/**
 * What every store keeps at the limit of what one value may take.
 *
 * @since 0.1.0
 */
import { Json, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Generate from "../Generate.ts"
import { rejected, written } from "./Bench.ts"
import { changes, type Fact, same } from "./Fact.ts"
import { blind } from "./Updates.ts"

/** The fields that hold any JSON object. */
const objects = ({ kind }: Parameters<NonNullable<Fact["concerns"]>>[0]): ReadonlyArray<string> =>
  Object.keys(kind.fields).filter((name) =>
    ["map", "replace"].includes(kind.fields[name].kind) &&
    Schema.is(kind.fields[name].schema)({ "": [-0, { a: null }], b: "x" })
  )

/** Everything whose length in a database is another than in a program. */
const mixed = {
  numbers: [1e21, -1.5e300, 1e-7, 5e-324, -0, 0.1, Number.MAX_VALUE],
  texts: ["\u{1f469}\u00e9", "\"\\\n\u0001\u007f/", ""],
  nested: [{}, [], [[]], { a: {} }, null, true, false]
}

/** An object that takes exactly so many bytes. */
const sized = (bytes: number, like: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  ...like,
  filler: "x".repeat(bytes - Json.textBytes({ ...like, filler: "" }))
})

/** The facts about limits. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "a value of more bytes than the limit is too large, to the byte, and is not written",
    concerns: (kind) => objects(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      for (const field of objects(bench.kind)) {
        const large = yield* bench.fresh({ [field]: sized(Json.maxBytes + 1, mixed) })
        const rejection = yield* rejected(yield* bench.commit(bench.insert(large)), "TooLarge")
        yield* same("the field and the limit", [rejection.field, rejection.limit], [field, Json.maxBytes])
        yield* same("what is stored", yield* store.get([large.key]), [undefined])
        const exact = yield* bench.given({ [field]: sized(Json.maxBytes, mixed) })
        yield* same("what is stored", yield* bench.present(exact.key), { version: 1, state: exact.state })
      }
    })
  },
  {
    name: "an update that would make a value too large is refused, also by merging, and what is there stays",
    concerns: (kind) => changes(kind) && objects(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      for (const field of objects(bench.kind)) {
        const half = Json.maxBytes / 2
        const record = yield* bench.given({ [field]: { a: "x".repeat(half) } })
        const room = Json.maxBytes - Json.textBytes({ a: "x".repeat(half), b: "" })
        const patch = (length: number) =>
          bench.fields[field]!.kind === "map"
            ? { [field]: { merge: { set: { b: "x".repeat(length) } } } }
            : { [field]: { set: { a: "x".repeat(half), b: "x".repeat(length) } } }
        const result = yield* bench.commit(bench.update(record, { patch: patch(room + 1) }))
        yield* same("the field", (yield* rejected(result, "TooLarge")).field, field)
        yield* same("what is stored", yield* bench.present(record.key), { version: 1, state: record.state })
        const [left] = yield* written(yield* bench.commit(bench.update(record, { patch: patch(room) })))
        yield* same("the bytes", Json.textBytes(left.state[field]), Json.maxBytes)
      }
    })
  },
  {
    name: "of an update of several fields of which one is too large, none is written",
    concerns: (kind) => changes(kind) && objects(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      for (const field of objects(bench.kind)) {
        const record = yield* bench.given()
        const large = { [field]: { set: sized(Json.maxBytes + 1, mixed) } }
        const other = bench.sample(Generate.state(bench.kind.kind), 50).map((state) => {
          const { [field]: _, ...rest } = blind(bench.kind, bench.kind.kind.diff(record.state, state))
          return rest
        }).find((patch) => Object.keys(patch).length > 0)!
        for (const patch of [{ ...other, ...large }, { ...large, ...other }]) {
          const result = yield* bench.commit(bench.update(record, { patch }))
          yield* same("the field", (yield* rejected(result, "TooLarge")).field, field)
          yield* same("what is stored", yield* bench.present(record.key), { version: 1, state: record.state })
          yield* same("the history", (yield* store.history(record.key, { limit: 9 })).length, 1)
        }
        const [left] = yield* written(yield* bench.commit(bench.update(record, { patch: other })))
        yield* same("the version without it", left.version, 2)
      }
    })
  }
]
