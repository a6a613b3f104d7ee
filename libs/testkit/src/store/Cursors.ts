/**
 * What every store keeps when a cursor advances.
 *
 * @since 0.1.0
 */
import { EventLog, RecordStore, Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Generate from "../Generate.ts"
import { at, author, type Bench, type Given, idOf, namesOf, rejected, written } from "./Bench.ts"
import { changes, type Fact, same } from "./Fact.ts"

const hasCursor: Fact["concerns"] = (kind) => changes(kind) && namesOf(kind, "forward").length > 0

/** Appends events for the record's task and agent; their ids are `e1`, `e2` … with the prefix. */
export const append = (
  { tenant }: Bench,
  { state }: { readonly state: Generate.Row },
  count: number,
  prefix = "e"
): Effect.Effect<void, RecordStore.StoreUnavailable, EventLog.EventLog> =>
  Effect.flatMap(EventLog.EventLog, (log) =>
    log.append(Array.from({ length: count }, (_, index) => ({
      tenant,
      id: `${prefix}${index + 1}`,
      task_id: state["task_id"],
      agent_id: state["agent_id"],
      created_at: at(index),
      content: { index }
    })))).pipe(
      Effect.tap((results) => same("events that are refused", results.filter(({ _tag }) => _tag === "Failure"), [])),
      Effect.asVoid
    )

const prepared = Effect.fnUntraced(function*(bench: Bench) {
  const record = yield* bench.given()
  yield* append(bench, record, 5)
  const field = namesOf(bench.kind, "forward")[0]!
  const advance = (id: string, more?: Partial<RecordStore.Update>) =>
    bench.commit(bench.update(record, { advance: { [field]: id }, ...more }))
  return { advance, field, record }
})

/** A field that can be replaced, with another value than the present one. */
const another = (bench: Bench, { state }: Given): Generate.Row => {
  const name = namesOf(bench.kind, "replace")[0]!
  const other = bench.sample(Generate.state(bench.kind.kind), 40).find((sample) => sample[name] !== state[name])!
  return { [name]: { set: other[name] } }
}

/** The facts about cursors. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "an entry that is absent, or of another task or agent, is unknown, and nothing is written",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const { advance, field, record } = yield* prepared(bench)
      const foreign = [
        yield* bench.given({ task_id: record.state["task_id"] }),
        yield* bench.given({ agent_id: record.state["agent_id"] })
      ]
      for (const [index, other] of foreign.entries()) yield* append(bench, other, 1, `foreign${index}-`)
      for (const id of ["foreign0-1", "foreign1-1", "e6", "", "__proto__", idOf(1)]) {
        const result = yield* advance(id, { patch: another(bench, record) })
        const rejection = yield* rejected(result, "UnknownEntry")
        yield* same("what is unknown", [rejection.field, rejection.id], [field, id])
      }
      yield* same("what is stored", yield* bench.present(record.key), { version: 1, state: record.state })
    })
  },
  {
    name: "an entry of another tenant is unknown",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const { field, record } = yield* prepared(bench)
      const abroad = { ...record.key, tenant: `${bench.tenant}-other` }
      const targets = Object.entries(bench.kind.references ?? {})
      for (const [name, kind] of targets) {
        const referred = yield* bench.present({ kind, tenant: bench.tenant, id: record.state[name] })
        const key = { kind, tenant: abroad.tenant, id: record.state[name] as string }
        yield* written(yield* bench.commit(bench.insert({ key, state: referred.state })))
      }
      yield* written(yield* bench.commit(bench.insert({ key: abroad, state: record.state })))
      const update = bench.update({ key: abroad, state: record.state }, { advance: { [field]: "e1" } })
      yield* rejected(yield* bench.commit(update), "UnknownEntry")
    })
  },
  {
    name: "a cursor advances to an entry of its own log, over others too, and the history says where to",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { advance, field, record } = yield* prepared(bench)
      for (const [step, sequence] of [2, 5].entries()) {
        const [left] = yield* written(yield* advance(`e${sequence}`))
        yield* same("the position", left.state[field], { sequence, id: `e${sequence}` })
        yield* same("the version", [left.version, left.changed], [step + 2, true])
      }
      const [revision] = yield* store.history(record.key, { limit: 1 })
      yield* same("the history", [revision!.patch, revision!.inverse, revision!.moves], [
        { [field]: { advance: { sequence: 5, id: "e5" } } },
        {},
        {}
      ])
    })
  },
  {
    name: "an earlier entry is refused under reject, with both positions, and nothing is written",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const { advance, field, record } = yield* prepared(bench)
      yield* written(yield* advance("e3"))
      const before = yield* bench.present(record.key)
      for (const policy of [{ backwards: "reject" as const }, {}]) {
        const result = yield* advance("e2", { patch: another(bench, record), ...policy })
        const { field: at, given, present } = yield* rejected(result, "Backwards")
        yield* same("the positions", [at, present, given], [
          field,
          { sequence: 3, id: "e3" },
          { sequence: 2, id: "e2" }
        ])
      }
      yield* same("what is stored", yield* bench.present(record.key), before)
    })
  },
  {
    name: "an earlier entry is no change under join, and the rest of the update is written",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const { advance, field, record } = yield* prepared(bench)
      yield* written(yield* advance("e3"))
      const [unmoved] = yield* written(yield* advance("e1", { backwards: "join" }))
      yield* same("what the write left", [unmoved.version, unmoved.changed], [2, false])
      const patch = another(bench, record)
      const [left] = yield* written(yield* advance("e2", { backwards: "join", patch }))
      const [name, { set }] = Object.entries(patch)[0]!
      yield* same("what the write left", [left.version, left.state[name], left.state[field]], [
        3,
        set,
        { sequence: 3, id: "e3" }
      ])
    })
  },
  {
    name: "an advance without effect is not in the history, whatever else the update changed",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { advance, record } = yield* prepared(bench)
      yield* written(yield* advance("e3"))
      const name = namesOf(bench.kind, "replace")[0]!
      const values = new Set(bench.sample(Generate.state(bench.kind.kind), 40).map((sample) => sample[name]))
      values.delete(record.state[name])
      for (const [id, set] of [["e3", [...values][0]], ["e2", [...values][1]]] as const) {
        const patch = { [name]: { set } }
        yield* written(yield* advance(id, { backwards: "join", patch }))
        const [revision] = yield* store.history(record.key, { limit: 1 })
        yield* same("the history", revision!.patch, patch)
        yield* same("what took effect", Revision.effect(bench.kind, revision!), patch)
      }
    })
  },
  {
    name: "the entry where the cursor stands is no change under either policy",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const { advance, record } = yield* prepared(bench)
      yield* written(yield* advance("e3"))
      const before = yield* bench.present(record.key)
      for (const backwards of ["reject", "join"] as const) {
        const [left] = yield* written(yield* advance("e3", { backwards, author: author(9) }))
        yield* same("what the write left", left, { ...before, changed: false })
      }
    })
  },
  {
    name: "any order of deliveries under join, with repetitions, ends at the latest entry",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const { advance, field, record } = yield* prepared(bench)
      for (const id of ["e2", "e1", "e4", "e2", "e5", "e3", "e5", "e1"]) {
        yield* written(yield* advance(id, { backwards: "join" }))
      }
      const present = yield* bench.present(record.key)
      yield* same("where it ends", [present.version, present.state[field]], [4, { sequence: 5, id: "e5" }])
    })
  },
  {
    name: "a stale writer is told so before its cursor is looked at",
    concerns: hasCursor,
    holds: Effect.fnUntraced(function*(bench) {
      const { advance } = yield* prepared(bench)
      yield* rejected(yield* advance("nowhere", { versions: [4] }), "Stale")
    })
  }
]
