/**
 * What every store keeps when it cleans a record.
 *
 * @since 0.1.0
 */
import { EventLog, RecordStore, Redaction, Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Generate from "../Generate.ts"
import { author, type Bench, type Given, idOf, namesOf, rejected, written } from "./Bench.ts"
import { append } from "./Cursors.ts"
import { type Fact, same } from "./Fact.ts"
import { blind } from "./Updates.ts"

const hasContent: Fact["concerns"] = (kind) => kind.content !== undefined

/** Kinds that have content, a log, and refer to another kind that has them too. */
const follows: Fact["concerns"] = (kind) => hasContent(kind) && namesOf(kind, "forward").length > 0

/** A record with a past. */
const lived = Effect.fnUntraced(function*(bench: Bench) {
  const record = yield* bench.given()
  for (const [step, raw] of bench.sample(Generate.patch(bench.kind.kind), 12).entries()) {
    const patch = blind(bench.kind, raw)
    yield* written(yield* bench.commit(bench.update(record, { patch, author: author(step, "why") })))
  }
  return record
})

const cleaning = (bench: Bench, record: Given, more: Partial<RecordStore.Update> = {}): RecordStore.Update =>
  bench.update(record, { redact: true, author: author(50, "cleaned"), ...more })

/** All that a store has of a record. */
const all = Effect.fnUntraced(function*(key: RecordStore.RecordKey) {
  const store = yield* RecordStore.RecordStore
  return [yield* store.get([key]), yield* store.history(key, { limit: 1_000 }), yield* store.past(key, 1)]
})

/** A record, and the one that it refers to, which has a log with an entry. */
const referring = Effect.fnUntraced(function*(bench: Bench) {
  const record = yield* lived(bench)
  yield* append(bench, record, 1)
  const { state } = record
  const task: Given = { key: { kind: "Task", tenant: bench.tenant, id: state["task_id"] }, state: {} }
  const log = yield* EventLog.EventLog
  const event = log.get({ tenant: bench.tenant, id: "e1" })
  return { record, task, event, whole: Effect.all([all(record.key), all(task.key), event]) }
})

/** The facts about cleaning. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "a cleaning clears the content and redacts the whole history, its own entry too but for its reason",
    concerns: hasContent,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* lived(bench)
      const before = yield* bench.present(record.key)
      const history = yield* store.history(record.key, { limit: 1_000 })
      const [left] = yield* written(yield* bench.commit(cleaning(bench, record)))
      const { assign, patch } = Redaction.clearing(bench.kind)
      const cleared = { ...bench.kind.kind.apply(before.state, patch), ...assign }
      const touched = { [bench.kind.touched!]: left.state[bench.kind.touched!] }
      yield* same("what is left", left.state, { ...cleared, ...touched })
      yield* same("what is stored", yield* bench.present(record.key), { version: left.version, state: left.state })
      const after = yield* store.history(record.key, { limit: 1_000 })
      yield* same(
        "the history",
        after.slice(-history.length),
        history.map((revision) => Redaction.redacted(bench.kind, revision))
      )
      const own = after.slice(0, after.length - history.length)
      yield* same(
        "its own entry",
        own.map(({ reason, redacted }) => [reason, redacted]),
        own.map(() => ["cleaned", true])
      )
      yield* same("how many of it", own.length, left.version - before.version)
    })
  },
  {
    name: "nothing leads to a version before a cleaning, and what follows leads on from there",
    concerns: hasContent,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* lived(bench)
      const [cleaned] = yield* written(yield* bench.commit(cleaning(bench, record)))
      const states = new Map([[cleaned.version, cleaned.state]])
      for (const [step, raw] of bench.sample(Generate.patch(bench.kind.kind), 8).entries()) {
        const patch = blind(bench.kind, raw)
        const [left] = yield* written(yield* bench.commit(bench.update(record, { patch, author: author(60 + step) })))
        states.set(left.version, left.state)
      }
      for (let version = 1; version < cleaned.version; version++) {
        yield* same(`what leads to ${version}`, yield* store.past(record.key, version), undefined)
      }
      for (const [version, state] of states) {
        const { base, revisions } = (yield* store.past(record.key, version))!
        yield* same(`version ${version}`, Revision.replayAll(bench.kind, base.state, revisions), state)
      }
      const [again] = yield* written(yield* bench.commit(cleaning(bench, record, { author: author(90) })))
      for (const version of states.keys()) {
        const known = version === cleaned.version || version === again.version
        yield* same(`what leads to ${version}`, (yield* store.past(record.key, version)) !== undefined, known)
      }
    })
  },
  {
    name: "cleaned again, with nothing written since, a record is as it was",
    concerns: hasContent,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* lived(bench)
      const [cleaned] = yield* written(yield* bench.commit(cleaning(bench, record)))
      const before = yield* all(record.key)
      const [left] = yield* written(yield* bench.commit(cleaning(bench, record, { author: author(99) })))
      yield* same("what is left", left, { version: cleaned.version, state: cleaned.state, changed: false })
      yield* same("what is stored", yield* all(record.key), before)
    })
  },
  {
    name: "a cleaning under a demand that does not hold, a dry one, and one of a record that never was take nothing",
    concerns: hasContent,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* lived(bench)
      const before = yield* all(record.key)
      yield* rejected(yield* bench.commit(cleaning(bench, record, { versions: [99] })), "Stale")
      yield* same("what is stored", yield* all(record.key), before)
      yield* written(yield* bench.commit(cleaning(bench, record, { dry: true })))
      yield* same("what is stored", yield* all(record.key), before)
      const never = { ...record, key: { ...record.key, id: idOf(999_999) } }
      yield* rejected(yield* bench.commit(cleaning(bench, never)), "Missing")
    })
  },
  {
    name: "what refers to a record and the entries of its log are cleaned with it, and with no other",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { event, record, task } = yield* referring(bench)
      const other = yield* bench.given({ agent_id: record.state["agent_id"] })
      yield* append(bench, other, 1, "other")
      const untouched = yield* all(other.key)
      yield* written(yield* bench.commit(cleaning(bench, task)))
      const { assign, patch } = Redaction.clearing(bench.kind)
      const { state } = yield* bench.present(record.key)
      for (const name of [...Object.keys(patch), ...Object.keys(assign)]) yield* same(name, state[name], null)
      const history = yield* store.history(record.key, { limit: 1_000 })
      yield* same("its history", history.every(({ redacted }) => redacted), true)
      yield* same("its entry", (yield* event)!.content, null)
      yield* same("another's record", yield* all(other.key), untouched)
      const log = yield* EventLog.EventLog
      yield* same("another's entry", (yield* log.get({ tenant: bench.tenant, id: "other1" }))!.content, { index: 0 })
    })
  },
  {
    name: "a cleaning in a commit that is refused takes nothing, also not elsewhere",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const { record, task, whole } = yield* referring(bench)
      const before = yield* whole
      const stale = bench.update(record, { versions: [99] })
      yield* rejected(yield* bench.commit(cleaning(bench, task), stale), "Stale")
      yield* same("what is stored", yield* whole, before)
      const store = yield* RecordStore.RecordStore
      const [refused, done] = yield* store.commit([[stale], [cleaning(bench, task)]])
      yield* rejected(refused!, "Stale")
      yield* written(done!)
    })
  }
]
