/**
 * What every store keeps when writes come together: in one commit, or commits in one batch.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Generate from "../Generate.ts"
import { at, author, idOf, rejected, written } from "./Bench.ts"
import { changes, type Fact, patches, same } from "./Fact.ts"
import { blind } from "./Updates.ts"

/** Updates of which each changes the state that the one before left. */
const chain = ({ kind, sample }: Parameters<Fact["holds"]>[0], state: Generate.Row, length: number) => {
  const steps: Array<{ readonly patch: Generate.Row; readonly after: Generate.Row }> = []
  let present = state
  for (const raw of sample(Generate.patch(kind.kind), 200)) {
    const patch = blind(kind, raw)
    const applied = kind.kind.apply(present, patch)
    if (applied === present || steps.length === length) continue
    present = { ...applied, [kind.touched!]: at(steps.length + 1) }
    steps.push({ patch, after: present })
  }
  return steps
}

/** The facts about commits and batches. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "an empty batch is answered with nothing",
    holds: Effect.fnUntraced(function*() {
      const store = yield* RecordStore.RecordStore
      yield* same("the answer", yield* store.commit([]), [])
      yield* same("the records of no keys", yield* store.get([]), [])
    })
  },
  {
    name: "the writes of a commit happen together or not at all",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const one = yield* bench.given()
      const two = yield* bench.given()
      const made = yield* bench.fresh()
      const [{ after, patch }] = chain(bench, one.state, 1) as [{ patch: Generate.Row; after: Generate.Row }]
      const change = bench.update(one, { patch })
      const missing = bench.update({ ...one, key: { ...one.key, id: idOf(999_999) } }, {})
      const stale = bench.update(two, { versions: [7] })
      const taken = bench.insert({ ...made, key: two.key, state: { ...made.state, id: two.key.id } })
      yield* rejected(yield* bench.commit(bench.insert(made), change, missing), "Missing")
      yield* rejected(yield* bench.commit(change, bench.insert(made), stale), "Stale")
      yield* rejected(yield* bench.commit(change, taken), "Taken")
      yield* same("what is stored", yield* store.get([one.key, two.key, made.key]), [
        { version: 1, state: one.state },
        { version: 1, state: two.state },
        undefined
      ])
      yield* same("how much history", (yield* store.history(one.key, { limit: 10 })).length, 1)
      const both = yield* written(yield* bench.commit(change, bench.insert(made)))
      yield* same("what the writes left", both, [
        { version: 2, state: after, changed: true },
        { version: 1, state: made.state, changed: true }
      ])
    })
  },
  {
    name: "what is written for each record that is selected is written for all of them, in order, or for none",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const main = yield* bench.given()
      const records = yield* Effect.forEach(Array.from({ length: 5 }), () => bench.given())
      const made = yield* Effect.forEach(records, () => bench.fresh())
      const ids = records.map(({ key }) => key.id).sort().toReversed()
      const steps = new Map(records.map(({ key, state }) => [key.id, chain(bench, state, 1)[0]!]))
      const each = (versions: (at: number) => number): RecordStore.Each => ({
        _tag: "Each",
        of: {
          kind: bench.kind.kind.name,
          tenant: bench.tenant,
          where: { id: ids },
          order: [{ field: "id", direction: "desc" }],
          fields: ["id"]
        },
        writes: ({ state: { id } }, at) => [
          bench.insert(made[at]!),
          bench.update(records.find(({ key }) => key.id === id)!, {
            patch: steps.get(id)!.patch,
            versions: [versions(at)],
            author: author(at, String(at))
          })
        ]
      })
      const keys = [...records, ...made].map(({ key }) => key)
      const before = yield* store.get(keys)
      const touch = bench.update(main, { patch: chain(bench, main.state, 1)[0]!.patch })
      const stale = yield* rejected(yield* bench.commit(touch, each((at) => at === 3 ? 7 : 1)), "Stale")
      yield* same("the record that is told", stale.key.id, ids[3])
      yield* same("what is stored after a refusal", yield* store.get([main.key, ...keys]), [
        { version: 1, state: main.state },
        ...before
      ])
      yield* written(yield* bench.commit({ ...touch, dry: true }, each(() => 1)))
      yield* same("what is stored after a rehearsal", yield* store.get(keys), before)
      yield* rejected(yield* bench.commit(touch, each(() => 1), bench.update(main, { versions: [7] })), "Stale")
      yield* same("what is stored after a later refusal", yield* store.get(keys), before)

      const left = yield* written(yield* bench.commit(touch, each(() => 1), bench.update(main, {})))
      yield* same("the answers to the writes that are named", left.map(({ changed, version }) => [version, changed]), [
        [2, true],
        [2, false]
      ])
      for (const [at, id] of ids.entries()) {
        const { key } = records.find(({ key }) => key.id === id)!
        const [last, ...rest] = yield* store.history(key, { limit: 10 })
        yield* same("the last revision", [last!.version, last!.reason, rest.length], [2, String(at), 1])
        const touched = { [bench.kind.touched!]: author(at).at }
        const { state } = yield* bench.present(key)
        yield* same("a record", { ...state, ...touched }, { ...steps.get(id)!.after, ...touched })
      }
      yield* same(
        "what was inserted",
        yield* store.get(made.map(({ key }) => key)),
        made.map(({ state }) => ({
          version: 1,
          state
        }))
      )
    })
  },
  {
    name: "a commit may insert a record and others that refer to it",
    concerns: ({ references }) => references !== undefined,
    holds: Effect.fnUntraced(function*(bench) {
      const record = yield* bench.fresh()
      const writes: Array<RecordStore.Write> = []
      const renamed: Record<string, unknown> = {}
      for (const [index, [field, kind]] of Object.entries(bench.kind.references!).entries()) {
        const referred = yield* bench.present({ kind, tenant: bench.tenant, id: record.state[field] })
        const key = { kind, tenant: `${bench.tenant}-new`, id: idOf(5_000 + index) }
        writes.push(bench.insert({ key, state: { ...referred.state, id: key.id } }))
        renamed[field] = key.id
      }
      const key = { ...record.key, tenant: `${bench.tenant}-new` }
      const state = { ...record.state, ...renamed }
      const left = yield* written(yield* bench.commit(writes[0]!, ...writes.slice(1), bench.insert({ key, state })))
      yield* same("what the last write left", left.at(-1), { version: 1, state, changed: true })
    })
  },
  {
    name: "results come in order, and a commit that is refused never touches its neighbours",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const records = yield* Effect.forEach(Array.from({ length: 6 }), () => bench.given())
      const made = yield* bench.fresh()
      const nobody = { ...records[0]!, key: { ...records[0]!.key, id: idOf(999_999) } }
      const changed = records.map((record) => chain(bench, record.state, 1)[0]!)
      const change = (index: number, more?: Partial<RecordStore.Update>) =>
        bench.update(records[index]!, { patch: changed[index]!.patch, ...more })
      const taken = bench.insert({ ...made, key: records[5]!.key, state: { ...made.state, id: records[5]!.key.id } })
      const results = yield* store.commit([
        [change(3)],
        [bench.update(nobody, {})],
        [change(0)],
        [change(1, { versions: [9] })],
        [bench.insert(made)],
        [taken],
        [change(2)]
      ])
      yield* same("how many results", results.length, 7)
      for (const [place, index] of [[0, 3], [2, 0], [6, 2]] as const) {
        yield* same("what a write left", yield* written(results[place]!), [
          { version: 2, state: changed[index]!.after, changed: true }
        ])
      }
      yield* rejected(results[1]!, "Missing")
      yield* rejected(results[3]!, "Stale")
      yield* same("what the insert left", yield* written(results[4]!), [
        { version: 1, state: made.state, changed: true }
      ])
      yield* rejected(results[5]!, "Taken")
      yield* same("what is stored", yield* store.get(records.map(({ key }) => key)), [
        { version: 2, state: changed[0]!.after },
        { version: 1, state: records[1]!.state },
        { version: 2, state: changed[2]!.after },
        { version: 2, state: changed[3]!.after },
        { version: 1, state: records[4]!.state },
        { version: 1, state: records[5]!.state }
      ])
    })
  },
  {
    name: "commits of the same record in one batch take effect in order",
    concerns: patches,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.fresh()
      const other = yield* bench.given()
      const steps = chain(bench, record.state, 5)
      const bystander = chain(bench, other.state, 1)[0]!
      const results = yield* store.commit([
        [bench.insert(record)],
        ...steps.map(({ patch }, index): RecordStore.Commit => [
          bench.update(record, { patch, versions: [index + 1], author: author(index + 1) })
        ]),
        [bench.update(record, { versions: [1] })],
        [bench.update(other, { patch: bystander.patch })]
      ])
      for (const [index, { after }] of steps.entries()) {
        yield* same("what a write left", yield* written(results[index + 1]!), [
          { version: index + 2, state: after, changed: true }
        ])
      }
      yield* same("the record that is told", (yield* rejected(results[steps.length + 1]!, "Stale")).record, {
        version: steps.length + 1,
        state: steps.at(-1)!.after
      })
      yield* same("what is stored", yield* bench.present(record.key), {
        version: steps.length + 1,
        state: steps.at(-1)!.after
      })
      yield* same(
        "the history",
        (yield* store.history(record.key, { limit: 10 })).map(({ version }) => version),
        Array.from({ length: steps.length + 1 }, (_, index) => steps.length + 1 - index)
      )
    })
  },
  {
    name: "an id inserted twice in one batch belongs to the first",
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const first = yield* bench.fresh()
      const second = yield* bench.fresh({ id: first.key.id })
      const results = yield* store.commit([
        [bench.insert(first)],
        [bench.insert(second)],
        [bench.insert(second, { ifAbsent: true })]
      ])
      yield* written(results[0]!)
      yield* same("the clash", (yield* rejected(results[1]!, "Taken")).fields, ["id"])
      yield* same("what the last left", yield* written(results[2]!), [
        { version: 1, state: first.state, changed: false }
      ])
    })
  },
  {
    name: "concurrent updates of one record are all in its history, one version each",
    concerns: changes,
    holds: Effect.fnUntraced(function*(bench) {
      const store = yield* RecordStore.RecordStore
      const record = yield* bench.given()
      const patches = bench.sample(Generate.patch(bench.kind.kind), 24).map((raw) => blind(bench.kind, raw))
      const results = yield* Effect.forEach(
        patches,
        (patch) => bench.commit(bench.update(record, { patch, author: author(1) })),
        { concurrency: "unbounded" }
      )
      const left = (yield* Effect.forEach(results, written)).flat()
      const versions = left.filter(({ changed }) => changed).map(({ version }) => version).sort((a, b) => a - b)
      yield* same("the versions", versions, versions.map((_, index) => index + 2))
      const present = yield* bench.present(record.key)
      const history = yield* store.history(record.key, { limit: 100 })
      yield* same("the history", history.map(({ version }) => version), [...versions.toReversed(), 1])
      for (const [at, { changed, version }] of left.entries()) {
        if (!changed) continue
        const kept = history.find((revision) => revision.version === version)!.patch
        yield* same("what was asked for", kept, bench.kind.kind.normalise(patches[at]!))
      }
      const inOrder = history.toReversed().slice(1).map(({ patch }) => patch)
      yield* same(
        "the state",
        present.state,
        {
          ...inOrder.reduce(bench.kind.kind.apply, record.state),
          [bench.kind.touched!]: present.state[bench.kind.touched!]
        }
      )
    })
  }
]
