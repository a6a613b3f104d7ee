/** Stores with one fault each: the contract finds it, so none of what it demands is demanded in vain. */
import { Caller, EventLog, RecordStore } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import { ServiceContract, StoreContract } from "@emend/testkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { type Fault, type Faults, updating, writing } from "./faults/Fault.ts"
import { lossFaults } from "./faults/LossFaults.ts"

const faults: Faults = {
  ...lossFaults,
  "a demand on the version is not heard": {
    records: updating(({ versions: _, ...update }) => update),
    finds: "a stale writer is told the present record and nothing is written"
  },
  "a demand on a field is not heard": {
    records: updating(({ where: _, ...update }) => update),
    finds: "a demand on a field that does not hold is stale, one that holds is not, and null is a value"
  },
  "moves are left out": {
    records: updating(({ assign: _, ...update }) => update),
    finds: "assigned fields are written, and the history says from what to what"
  },
  "cursors go back and forth": {
    records: updating((update) => ({ ...update, backwards: "join" })),
    finds: "an earlier entry is refused under reject, with both positions, and nothing is written"
  },
  "the key __proto__ gets lost": {
    records: writing((write) =>
      JSON.parse(JSON.stringify(write, (_, value) => {
        if (typeof value !== "object" || value === null || Array.isArray(value)) return value
        return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "__proto__"))
      }))
    ),
    finds: "an inserted record is read back with the same values at version 1, awkward ones too"
  },
  "the writes of a commit are commits of their own": {
    records: (records) => ({
      commit: (commits) =>
        Effect.forEach(
          commits,
          (commit) =>
            Effect.map(records.commit(RecordStore.named(commit).map((write) => [write] as const)), (results) =>
              results.find(Result.isFailure) ?? Result.succeed(results.flatMap((result) =>
                Result.getOrThrow(result)
              )))
        )
    }),
    finds: "the writes of a commit happen together or not at all"
  },
  "what is written for each record leaves one out": {
    records: (records) => ({
      commit: (commits) =>
        records.commit(commits.map(([first, ...rest]): RecordStore.Commit => [
          first,
          ...rest.map((step) =>
            step._tag === "Each"
              ? { ...step, writes: (found: RecordStore.Stored, at: number) => at === 2 ? [] : step.writes(found, at) }
              : step
          )
        ]))
    }),
    finds: "what is written for each record that is selected is written for all of them, in order, or for none"
  },
  "what is written for each record is not taken back": {
    records: (records) => ({
      commit: (commits) =>
        Effect.forEach(commits, ([first, ...rest]) =>
          Effect.gen(function*() {
            for (const step of rest) {
              if (step._tag !== "Each") continue
              const found = yield* records.find({ ...step.of, limit: 1 })
              for (const write of found.flatMap(step.writes)) yield* records.commit([[write]])
            }
            const [result] = yield* records.commit([[first, ...rest]])
            return result!
          }))
    }),
    finds: "what is written for each record that is selected is written for all of them, in order, or for none"
  },
  "a batch runs backwards": {
    records: (records) => ({
      commit: (commits) => Effect.map(records.commit(commits.toReversed()), (results) => results.toReversed())
    }),
    finds: "commits of the same record in one batch take effect in order"
  },
  "one refused commit refuses its batch": {
    records: (records) => ({
      commit: (commits) =>
        Effect.map(records.commit(commits), (results) => {
          const refused = results.find(Result.isFailure)
          return refused === undefined ? results : results.map(() => refused)
        })
    }),
    finds: "results come in order, and a commit that is refused never touches its neighbours"
  },
  "reads forget who is asking": {
    records: (records) => ({
      get: (keys) => records.get(keys.map((key) => ({ ...key, tenant: key.tenant.replace(/-other$/, "") })))
    }),
    finds: "another tenant sees nothing, and may use the same ids"
  },
  "a history forgets its last entry": {
    records: (records) => ({
      history: (key, page) => Effect.map(records.history(key, page), (revisions) => revisions.slice(1))
    }),
    finds: "replaying a history gives every state the record had, and the present one"
  },
  "a history has no pages": {
    records: (records) => ({ history: (key) => records.history(key, { limit: 1_000 }) }),
    finds: "a history is read in pages"
  },
  "edges are followed however many there are": {
    records: (records) => ({ reach: (asked) => records.reach({ ...asked, limit: Infinity }) }),
    finds: "a step with which too many edges would be followed is left out as a whole, and that is told"
  },
  "edges are followed beyond the target": {
    records: (records) => ({ reach: ({ target: _, ...asked }) => records.reach(asked) }),
    finds: "edges are followed for as many steps as asked, up to the one that reaches the target or enough"
  },
  "a dry run that writes": {
    records: updating(({ dry: _, ...update }) => update),
    finds: "a dry write is answered as the real one would be, and writes nothing"
  },
  "a dry write is not looked at": {
    records: (records) => ({
      commit: (commits) =>
        Effect.map(
          records.commit(commits),
          (results) =>
            results.map((result, at) =>
              commits[at]!.some((write) => write._tag === "Update" && write.dry) ? Result.succeed([]) : result
            )
        )
    }),
    finds: "a dry write is refused as the real one would be"
  },
  "one dry write makes its whole batch dry": {
    records: (records) => ({
      commit: (commits) => {
        const dry = commits.flat().some((write) => write._tag === "Update" && write.dry === true)
        return records.commit(
          commits.map((
            [first, ...rest]
          ): RecordStore.Commit => [first._tag === "Update" ? { ...first, dry } : first, ...rest])
        )
      }
    }),
    finds: "dry writes and others of one batch are told apart"
  },
  "the way to a version lacks its last step": {
    records: (records) => ({
      past: (key, version) =>
        Effect.map(records.past(key, version), (past) => past && { ...past, revisions: past.revisions.slice(0, -1) })
    }),
    finds: "what leads to a version gives the record as it was"
  },
  "a history has no whole states but the first": {
    records: (records) => ({
      past: Effect.fnUntraced(function*(key, version) {
        const past = yield* records.past(key, 1)
        const history = yield* records.history(key, { before: version + 1, limit: version - 1 })
        return past && { base: past.base, revisions: history.toReversed() }
      })
    }),
    finds: "however long a history is, few revisions lead to a version"
  },
  "null is any value to a query": {
    records: (records) => ({
      find: (query) =>
        records.find({
          ...query,
          where: Object.fromEntries(Object.entries(query.where ?? {}).filter(([, values]) => !values.includes(null)))
        })
    }),
    finds: "records are found by all the values named, null among them, and ordered by fields and then by id"
  },
  "a page goes on from the values of the last record and not from its id": {
    records: (records) => ({
      find: ({ after, ...query }) =>
        records.find({
          ...query,
          ...(after && { after: { ...after, id: query.order?.[0]?.direction === "desc" ? "" : "~" } })
        })
    }),
    finds: "pages that go on from the last record neither skip nor repeat any, in every order"
  },
  "of several values only the first is asked for": {
    records: (records) => ({
      find: (query) =>
        records.find({
          ...query,
          where: Object.fromEntries(Object.entries(query.where ?? {}).map(([field, [value]]) => [field, [value!]]))
        })
    }),
    finds: "records are selected that have one of several values, null among them, in each of several fields"
  },
  "an object contains another that has the same keys": {
    records: (records) => ({
      find: ({ contains = {}, ...query }) =>
        records.find({
          ...query,
          contains: Object.fromEntries(
            Object.entries(contains).map(([field, part]) => [
              field,
              Object.fromEntries(Object.entries(part).filter(([, value]) => typeof value !== "object"))
            ])
          )
        })
    }),
    finds: "records are selected whose objects contain an object, at any depth"
  },
  "what a record refers to is not looked at": {
    records: (records) => ({ find: ({ refers: _, ...query }) => records.find(query) }),
    finds: "records are selected by what they refer to, and by what refers to them"
  },
  "records are given with all their fields": {
    records: (records) => ({ find: ({ fields: _, ...query }) => records.find(query) }),
    finds: "records are given with the fields asked for, in any order, and with no others"
  },
  "null is not counted": {
    records: (records) => ({
      count: (selection, field) =>
        Effect.map(records.count(selection, field), (counts) => counts.filter(({ value }) => value !== null))
    }),
    finds: "records are counted by the values of a field, in the order of the values"
  },
  "deleted records are listed": {
    records: (records) => ({ find: (query) => records.find({ ...query, deleted: true }) }),
    finds: "deleted records are in no list, and a place among them can be gone on from"
  },
  "events are read again from where a reader stands": {
    log: (log) => ({ read: (query) => log.read({ ...query, after: query.after - 1 }) }),
    finds: "events are read in order from after a number on, up to a limit, of one agent or of all"
  },
  "events lose what they hold when it is null": {
    log: (log) => ({
      append: (events) => log.append(events.map((event) => ({ ...event, content: event.content ?? {} })))
    }),
    finds: "an event holds any JSON value, and is seen by its own tenant only"
  }
}

const broken = (fault: Partial<Fault>) =>
  Effect.runPromise(
    Effect.gen(function*() {
      const records = yield* RecordStore.RecordStore
      const log = yield* EventLog.EventLog
      const faulty = Context.make(RecordStore.RecordStore, { ...records, ...fault.records?.(records, log) }).pipe(
        Context.add(EventLog.EventLog, { ...log, ...fault.log?.(log) })
      )
      return yield* Effect.provide(
        StoreContract.check(fault.finds === undefined ? {} : { only: [fault.finds] }),
        faulty
      )
    }).pipe(Effect.provide(MemoryStore.layer()))
  )

test("a store without a fault breaks nothing", async () => {
  expect(await broken({})).toStrictEqual([])
})

for (const [name, fault] of Object.entries(faults)) {
  test(`${name}: found`, async () => {
    expect((await broken(fault)).map((one) => one.fact)).toContain(fault.finds)
  })
}

test("the faults that cost users their data stand in the README, each with the fact that finds it", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  const told = Object.entries(faults).filter(([name]) =>
    Object.hasOwn(lossFaults, name) || name === "a dry run that writes"
  )
  expect(told.length).toBeGreaterThan(8)
  for (const [name, { finds }] of told) expect(readme).toContain(`| ${name.split(":")[0]} | ${finds} |`)
})

test("between two servers, a store that hears no demand on the version is found by the races", async () => {
  const deaf = Layer.effectContext(Effect.gen(function*() {
    const records = yield* RecordStore.RecordStore
    const faulty = updating(({ versions: _, where: __, ...update }) => update)(records)
    return Context.make(RecordStore.RecordStore, { ...records, ...faulty }).pipe(
      Context.add(EventLog.EventLog, yield* EventLog.EventLog)
    )
  })).pipe(Layer.provide(MemoryStore.layer()))
  const red = (store: Layer.Layer<RecordStore.RecordStore | EventLog.EventLog>) =>
    Effect.runPromise(
      Effect.filter(Object.entries(ServiceContract.races["Board"]!), ([sentence, fact]) =>
        Effect.exit(Effect.provideService(fact, Caller, { tenant: sentence, subject: "tester" })).pipe(
          Effect.map(Exit.isFailure)
        )).pipe(
          Effect.map((found) =>
            found.map(([sentence]) =>
              sentence
            )
          ),
          Effect.provide(ServiceContract.crowded(2, store))
        )
    )
  expect(await red(MemoryStore.layer())).toEqual([])
  expect(await red(deaf)).toEqual(expect.arrayContaining([
    "of many concurrent claims exactly one wins",
    "a restore and changes at the same time come one after the other"
  ]))
})
