/**
 * What every store keeps of a record's history.
 *
 * @since 0.1.0
 */
import { RecordStore, Revision, Snapshot } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Generate from "../Generate.ts"
import { assignable, author, type Bench, namesOf, written } from "./Bench.ts"
import { append } from "./Cursors.ts"
import { changes, type Fact, patches, same } from "./Fact.ts"
import { blind } from "./Updates.ts"

/** A record with a past: updates, moves and advances, some of them no-ops; and what its states were, by version. */
const lived = Effect.fnUntraced(function*(bench: Bench) {
  const record = yield* bench.given()
  const states = new Map([[1, record.state]])
  const cursors = namesOf(bench.kind, "forward")
  if (cursors.length > 0) yield* append(bench, record, 9)
  const patches = bench.sample(Generate.patch(bench.kind.kind), 30)
  const others = bench.sample(Generate.state(bench.kind.kind), 30)
  for (const [step, raw] of patches.entries()) {
    const names = assignable(bench.kind)
    const moved = names[step % Math.max(names.length, 1)]
    const [left] = yield* written(
      yield* bench.commit(bench.update(record, {
        patch: blind(bench.kind, raw),
        assign: step % 3 === 0 && moved !== undefined ? { [moved]: others[step]![moved] } : {},
        advance: step % 5 === 0 ? Object.fromEntries(cursors.map((name) => [name, `e${1 + step / 5}`])) : {},
        author: author(step, `step ${step}`)
      }))
    )
    states.set(left.version, left.state)
  }
  return { record, states }
})

/** The facts about histories. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "a history is newest first, without gaps, and ends at the present version",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { record, states } = yield* lived(bench)
      const present = yield* bench.present(record.key)
      const history = yield* store.history(record.key, { limit: 1_000 })
      yield* same("the present version", present.version, states.size)
      yield* same(
        "the versions",
        history.map(({ version }) => version),
        Array.from({ length: present.version }, (_, index) => present.version - index)
      )
      yield* same(
        "who and why",
        history.slice(0, -1).every(({ by, reason }) => by === "tester" && reason!.startsWith("step ")),
        true
      )
    })
  },
  {
    name: "replaying a history gives every state the record had, and the present one",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { record, states } = yield* lived(bench)
      let state: Revision.Row | undefined
      for (const revision of (yield* store.history(record.key, { limit: 1_000 })).toReversed()) {
        state = Revision.replay(bench.kind, state, revision)
        yield* same(`the state of version ${revision.version}`, state, states.get(revision.version))
      }
      yield* same("the present state", state, (yield* bench.present(record.key)).state)
    })
  },
  {
    name: "the inverse that a history keeps is what the algebra says, and takes the update back",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { record, states } = yield* lived(bench)
      const { kind } = bench.kind
      for (const { inverse, patch, version } of (yield* store.history(record.key, { limit: 1_000 })).slice(0, -1)) {
        const before = states.get(version - 1)!
        yield* same(`the update of version ${version} in normal form`, patch, kind.normalise(patch))
        yield* same(`the inverse of version ${version}`, inverse, kind.invert(before, patch))
        const names = [...namesOf(bench.kind, "replace"), ...namesOf(bench.kind, "map")]
        const back = kind.apply(states.get(version)!, inverse)
        yield* same(`version ${version} taken back`, names.map((name) => back[name]), names.map((name) => before[name]))
      }
    })
  },
  {
    name: "a history is read in pages",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { record } = yield* lived(bench)
      const whole = yield* store.history(record.key, { limit: 1_000 })
      const paged: Array<Revision.Revision> = []
      for (let before: number | undefined; paged.length < whole.length; before = paged.at(-1)!.version) {
        const page = yield* store.history(record.key, { limit: 4, ...(before === undefined ? undefined : { before }) })
        yield* same("a page", page, whole.slice(paged.length, paged.length + 4))
        paged.push(...page)
      }
      yield* same("below the first", yield* store.history(record.key, { limit: 4, before: 1 }), [])
    })
  },
  {
    name: "of the changes that moved a field, and the creation, a history is read alone, in pages",
    concerns: (kind) => changes(kind) && assignable(kind).length > 0,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { record } = yield* lived(bench)
      const whole = yield* store.history(record.key, { limit: 1_000 })
      for (const moved of assignable(bench.kind)) {
        const expected = whole.filter(({ moves, version }) => version === 1 || moves[moved] !== undefined)
        yield* same(`the moves of ${moved}`, yield* store.history(record.key, { limit: 1_000, moved }), expected)
        const [first, second] = expected
        yield* same("a page", yield* store.history(record.key, { limit: 1, moved }), [first])
        const below = yield* store.history(record.key, { limit: 1, moved, before: first!.version })
        yield* same("the next page", below, second === undefined ? [] : [second])
      }
    })
  },
  {
    name: "what leads to a version gives the record as it was",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const { record, states } = yield* lived(bench)
      const history = (yield* store.history(record.key, { limit: 1_000 })).toReversed()
      for (const [version, state] of states) {
        const past = (yield* store.past(record.key, version))!
        const after = past.revisions
        yield* same(`the state of version ${version}`, Revision.replayAll(bench.kind, past.base.state, after), state)
        yield* same(`the revisions before version ${version}`, after, history.slice(past.base.version, version))
      }
      for (const never of [0, -1, states.size + 1]) {
        yield* same(`what leads to ${never}`, yield* store.past(record.key, never), undefined)
      }
      yield* same("another record", yield* store.past((yield* bench.fresh()).key, 1), undefined)
    })
  },
  {
    name: "however long a history is, few revisions lead to a version",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const states = new Map([[1, record.state]])
      const patches = bench.sample(Generate.patch(bench.kind.kind), 40)
      const last = 2 * Snapshot.every + 3
      for (let step = 0; states.size < last && step < 10 * last; step++) {
        const patch = blind(bench.kind, patches[step % patches.length]!)
        const [left] = yield* written(yield* bench.commit(bench.update(record, { patch, author: author(step) })))
        states.set(left.version, left.state)
      }
      yield* same("the present version", states.size, last)
      for (const version of [1, 2, Snapshot.every - 1, Snapshot.every, Snapshot.every + 1, last - 4, last]) {
        const { base, revisions } = (yield* store.past(record.key, version))!
        yield* same(`few revisions before ${version}`, revisions.length < Snapshot.every, true)
        yield* same(`a base before ${version}`, base, { version: base.version, state: states.get(base.version) })
        const state = Revision.replayAll(bench.kind, base.state, revisions)
        yield* same(`the state of version ${version}`, state, states.get(version))
      }
    })
  }
]
