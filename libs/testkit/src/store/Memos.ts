/**
 * What every store keeps of memos: a write that has one happens once.
 *
 * @since 0.1.0
 */
import { EventLog, type Memo, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Generate from "../Generate.ts"
import { at, author, type Bench, type Given, idOf, namesOf, rejected, written } from "./Bench.ts"
import { changes, type Fact, patches, same } from "./Fact.ts"
import { blind } from "./Updates.ts"

/** A memo that is made at a second and is over ten seconds later. */
const memo = (id: string, seconds = 0, more: Partial<Memo.Memo> = {}): Memo.Memo => ({
  id,
  fingerprint: `print of ${id}`,
  made: at(seconds),
  expires: at(seconds + 10),
  note: {},
  ...more
})

const recall = (bench: Bench, id: string, seconds = 0, tenant = bench.tenant) =>
  Effect.flatMap(
    RecordStore.RecordStore,
    (store) => Effect.map(store.recall([{ tenant, id }], at(seconds)), ([found]) => found)
  )

/** Patches of which each changes the record as it is given. */
const edits = (bench: Bench, { state }: Given): ReadonlyArray<Generate.Row> =>
  bench.sample(Generate.patch(bench.kind.kind), 100)
    .map((raw) => blind(bench.kind, raw))
    .filter((patch) => bench.kind.kind.apply(state, patch) !== state)

const outcomeOf = ({ key: { id, kind } }: Given, version: number, changed: boolean): Memo.Outcome => ({
  kind,
  id,
  version,
  changed
})

const follows: Fact["concerns"] = (kind) => changes(kind) && namesOf(kind, "forward").length > 0

/** The facts about memos. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "an update with a memo happens once: again it is repeated, whatever it asks, and nothing is written",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const other = yield* bench.given()
      const [patch, another] = edits(bench, record)
      const kept = memo("m", 0, { note: { said: ["x", "\u0000", "\ud800", null] } })
      yield* same("before", yield* recall(bench, "m"), undefined)
      yield* written(yield* bench.commit(bench.update(record, { patch: patch!, memo: kept })))
      const remembered = { fingerprint: kept.fingerprint, note: kept.note, written: outcomeOf(record, 2, true) }
      yield* same("what is remembered", yield* recall(bench, "m"), remembered)
      const before = yield* store.get([record.key, other.key])
      const again = [
        bench.update(record, { patch: patch!, memo: kept }),
        bench.update(record, { patch: another!, memo: memo("m", 5) }),
        bench.update(record, { versions: [9], memo: kept }),
        bench.update(other, { patch: edits(bench, other)[0]!, memo: kept }),
        bench.update({ ...record, key: { ...record.key, id: idOf(999_999) } }, { memo: kept })
      ]
      for (const update of again) {
        yield* same("the key", (yield* rejected(yield* bench.commit(update), "Repeated")).key, update.key)
      }
      yield* same("what is stored", yield* store.get([record.key, other.key]), before)
      yield* same("how much history", (yield* store.history(record.key, { limit: 10 })).length, 2)
      yield* same("what is remembered", yield* recall(bench, "m"), remembered)
    })
  },
  {
    name: "an insert with a memo happens once: again it is repeated, also under another id",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.fresh()
      const other = yield* bench.fresh()
      yield* written(yield* bench.commit(bench.insert(record, { memo: memo("m") })))
      yield* rejected(yield* bench.commit(bench.insert(record, { memo: memo("m") })), "Repeated")
      yield* rejected(yield* bench.commit(bench.insert(other, { memo: memo("m") })), "Repeated")
      yield* same("what is stored", yield* store.get([other.key]), [undefined])
      yield* same("what is remembered", (yield* recall(bench, "m"))!.written, outcomeOf(record, 1, true))
      yield* written(yield* bench.commit(bench.insert(other, { memo: memo("n") })))
    })
  },
  {
    name: "a memo is kept where nothing changes",
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.given()
      const there = bench.insert(record, { ifAbsent: true, memo: memo("m") })
      yield* written(yield* bench.commit(there))
      yield* same("what is remembered", (yield* recall(bench, "m"))!.written, outcomeOf(record, 1, false))
      yield* rejected(yield* bench.commit(there), "Repeated")
      if (!changes(bench.kind)) return
      yield* written(yield* bench.commit(bench.update(record, { memo: memo("n") })))
      yield* same("what is remembered", (yield* recall(bench, "n"))!.written, outcomeOf(record, 1, false))
      yield* rejected(yield* bench.commit(bench.update(record, { memo: memo("n") })), "Repeated")
    })
  },
  {
    name: "no memo is kept of what is refused",
    holds: Effect.fnUntraced(function*(bench) {
      const first = yield* bench.given()
      const second = yield* bench.fresh({ id: first.key.id })
      yield* rejected(yield* bench.commit(bench.insert(second, { memo: memo("m") })), "Taken")
      for (const { fields } of bench.kind.unique ?? []) {
        const shared = Object.fromEntries(fields.map((field) => [field, first.state[field]]))
        yield* rejected(yield* bench.commit(bench.insert(yield* bench.fresh(shared), { memo: memo("m") })), "Taken")
      }
      for (const field of Object.keys(bench.kind.references ?? {})) {
        const fresh = yield* bench.fresh()
        const astray = { ...fresh, state: { ...fresh.state, [field]: idOf(999_999) } }
        yield* rejected(yield* bench.commit(bench.insert(astray, { memo: memo("m") })), "Dangling")
      }
      if (changes(bench.kind)) {
        yield* rejected(yield* bench.commit(bench.update(first, { versions: [2], memo: memo("m") })), "Stale")
        const nobody = { ...first, key: { ...first.key, id: idOf(999_999) } }
        yield* rejected(yield* bench.commit(bench.update(nobody, { memo: memo("m") })), "Missing")
        const made = bench.insert(yield* bench.fresh(), { memo: memo("m") })
        yield* rejected(yield* bench.commit(made, bench.update(first, { versions: [2] })), "Stale")
      }
      yield* same("what is remembered", yield* recall(bench, "m"), undefined)
      yield* written(yield* bench.commit(bench.insert(yield* bench.fresh(), { memo: memo("m") })))
    })
  },
  {
    name: "a repeated write takes its whole commit with it",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const made = yield* bench.fresh()
      const change = bench.update(record, { patch: edits(bench, record)[0]!, memo: memo("m") })
      yield* written(yield* bench.commit(bench.insert(yield* bench.fresh()), change))
      const before = yield* store.get([record.key, made.key])
      yield* rejected(yield* bench.commit(bench.insert(made), change), "Repeated")
      yield* rejected(yield* bench.commit(change, bench.insert(made)), "Repeated")
      yield* same("what is stored", yield* store.get([record.key, made.key]), before)
      yield* same("what is remembered", (yield* recall(bench, "m"))!.written, outcomeOf(record, 2, true))
    })
  },
  {
    name: "a memo that is over is none, and its name is free again",
    holds: Effect.fnUntraced(function*(bench) {
      const first = yield* bench.fresh()
      const second = yield* bench.fresh()
      yield* written(yield* bench.commit(bench.insert(first, { memo: memo("m") })))
      yield* rejected(yield* bench.commit(bench.insert(second, { memo: memo("m", 9) })), "Repeated")
      yield* written(yield* bench.commit(bench.insert(second, { memo: memo("m", 10) })))
      yield* same("what is remembered", (yield* recall(bench, "m", 19))!.written, outcomeOf(second, 1, true))
      yield* same("what is remembered", yield* recall(bench, "m", 20), undefined)
      const store = yield* RecordStore.RecordStore
      yield* same("new", yield* store.remember(bench.tenant, memo("m", 20), null), true)
      yield* same("what is remembered", (yield* recall(bench, "m", 21))!.written, null)
    })
  },
  {
    name: "a memo is kept without a write where none of its name is in force, and belongs to its tenant",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const alone = memo("m", 0, { note: { refused: true } })
      yield* same("new", yield* store.remember(bench.tenant, alone, null), true)
      yield* same("new", yield* store.remember(bench.tenant, memo("m", 1), outcomeOf(record, 1, false)), false)
      yield* same("what is remembered", yield* recall(bench, "m"), {
        fingerprint: alone.fingerprint,
        note: alone.note,
        written: null
      })
      yield* rejected(yield* bench.commit(bench.insert(yield* bench.fresh(), { memo: memo("m") })), "Repeated")
      yield* same("to others", yield* recall(bench, "m", 0, `${bench.tenant}-other`), undefined)
      yield* same("new to others", yield* store.remember(`${bench.tenant}-other`, memo("m"), null), true)
      const left = outcomeOf(record, 1, false)
      yield* same("new", yield* store.remember(bench.tenant, memo("n"), left), true)
      yield* same("what is remembered", (yield* recall(bench, "n"))!.written, left)
    })
  },
  {
    name: "of several writes with the same memo exactly one happens, at once or in one batch",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const records = yield* Effect.forEach(Array.from({ length: 8 }), () => bench.fresh())
      const racing = yield* Effect.forEach(
        records.slice(0, 5),
        (record) => bench.commit(bench.insert(record, { memo: memo("race") })),
        { concurrency: "unbounded" }
      )
      const batch = yield* store.commit(
        records.slice(5).map((record) => [bench.insert(record, { memo: memo("batch") })] as const)
      )
      yield* same("how many happen", racing.filter(Result.isSuccess).length, 1)
      for (const result of racing.filter(Result.isFailure)) yield* rejected(result, "Repeated")
      const there = yield* store.get(records.map(({ key }) => key))
      yield* same("what is stored", there.map((stored) => stored !== undefined), [
        ...racing.map(Result.isSuccess),
        true,
        false,
        false
      ])
      yield* written(batch[0]!)
      for (const result of batch.slice(1)) yield* rejected(result, "Repeated")
    })
  },
  {
    name: "updates with memos and without in one batch are told apart",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const records = yield* Effect.forEach(Array.from({ length: 4 }), () => bench.given())
      const change = (index: number, more: Partial<RecordStore.Update>) =>
        [bench.update(records[index]!, { patch: edits(bench, records[index]!)[0]!, ...more })] as const
      yield* store.remember(bench.tenant, memo("there"), null)
      const results = yield* store.commit([
        change(0, { memo: memo("a") }),
        change(1, {}),
        change(2, { memo: memo("there") }),
        change(3, { memo: memo("a") })
      ])
      yield* written(results[0]!)
      yield* written(results[1]!)
      yield* rejected(results[2]!, "Repeated")
      yield* rejected(results[3]!, "Repeated")
      const present = yield* store.get(records.map(({ key }) => key))
      yield* same("the versions", present.map((stored) => stored!.version), [2, 2, 1, 1])
      yield* same("what is remembered", (yield* recall(bench, "a"))!.written, outcomeOf(records[0]!, 2, true))
    })
  },
  {
    name: "to a rehearsal memos mean nothing",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.fresh()
      const rehearsal = bench.insert(record, { dry: true, memo: memo("m") })
      yield* written(yield* bench.commit(rehearsal))
      yield* same("what is remembered", yield* recall(bench, "m"), undefined)
      yield* store.remember(bench.tenant, memo("m"), null)
      yield* written(yield* bench.commit(rehearsal))
      if (!patches(bench.kind)) return
      const given = yield* bench.given()
      const update = bench.update(given, { patch: edits(bench, given)[0]!, dry: true })
      yield* written(yield* bench.commit({ ...update, memo: memo("m") }))
      yield* written(yield* bench.commit({ ...update, memo: memo("n") }))
      yield* same("what is remembered", yield* recall(bench, "n"), undefined)
    })
  },
  {
    name: "an event with a memo is appended once, and no memo is kept of one that is refused",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const log = yield* EventLog.EventLog
      const { state } = yield* bench.given()
      const event = (id: string, name?: string, more: Partial<EventLog.Append> = {}): EventLog.Append => ({
        tenant: bench.tenant,
        id,
        task_id: state["task_id"],
        agent_id: state["agent_id"],
        created_at: author(1).at,
        content: id,
        ...(name === undefined ? undefined : { memo: memo(name) }),
        ...more
      })
      const results = yield* log.append([
        event("a", "m"),
        event("b"),
        event("c", "m"),
        event("d", "n", { agent_id: idOf(999_999) }),
        event("e", "n"),
        event("f", "m", { task_id: idOf(999_999) })
      ])
      const answers = results.map((result) =>
        Result.isSuccess(result) ? [result.success.id, result.success.sequence_id] : result.failure._tag
      )
      yield* same("the results", answers, [["a", 1], ["b", 2], "Repeated", "NotAssigned", ["e", 3], "Repeated"])
      yield* same("what is stored", yield* log.get({ tenant: bench.tenant, id: "c" }), undefined)
      const left = (id: string, version: number) => ({ kind: "Event", id, version, changed: true })
      yield* same("what is remembered", (yield* recall(bench, "m"))!.written, left("a", 1))
      yield* same("what is remembered", (yield* recall(bench, "n"))!.written, left("e", 3))
      const racing = yield* Effect.forEach(
        ["u", "v", "w", "x"],
        (id) => log.append([event(id, "race")]),
        { concurrency: "unbounded" }
      )
      yield* same("how many happen", racing.flat().filter(Result.isSuccess).length, 1)
      const all = yield* log.read({ tenant: bench.tenant, task_id: state["task_id"], after: 0, limit: 100 })
      yield* same("the numbers", all.map(({ sequence_id }) => sequence_id), [1, 2, 3, 4])
    })
  }
]
