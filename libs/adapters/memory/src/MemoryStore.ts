/**
 * The two ports of the domain in memory: the reference that every other store must equal. Everything is lost when the
 * layer closes.
 *
 * @since 0.1.0
 */
import { EventLog, kinds as allKinds, type RecordKind, RecordStore } from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { append, read } from "./MemoryLog.ts"
import { type Entry, lookUp, nameOf, select, type State } from "./MemoryState.ts"
import { write } from "./MemoryWrite.ts"

/**
 * Provides both ports over the kinds given, by default the project's own.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  kinds: ReadonlyArray<RecordKind.RecordKind> = allKinds
): Layer.Layer<RecordStore.RecordStore | EventLog.EventLog> =>
  Layer.effectContext(Effect.sync(() => {
    const state: State = {
      kinds: new Map(kinds.map((kind) => [kind.kind.name, kind])),
      entries: new Map(),
      events: new Map()
    }
    return Context.make(RecordStore.RecordStore, recordStore(state)).pipe(
      Context.add(EventLog.EventLog, eventLog(state))
    )
  }))

const recordStore = (state: State): RecordStore.RecordStore["Service"] => ({
  commit: (commits) => Effect.sync(() => commits.map((commit) => execute(state, commit))),
  get: (keys) => Effect.sync(() => keys.map((key) => stored(lookUp(state, key)))),
  find: ({ kind, limit, order, tenant, where }) =>
    Effect.sync(() => {
      for (const field of [...Object.keys(where), ...order.map(({ field }) => field), "id"]) {
        requireField(state, kind, field)
      }
      return select(state, kind, tenant)
        .filter((entry) => Object.keys(where).every((field) => entry.state[field] === where[field]))
        .sort(comparing([...order, { field: "id", direction: "asc" }]))
        .slice(0, limit)
        .map((entry) => stored(entry)!)
    }),
  history: (key, { before = Infinity, limit }) =>
    Effect.sync(() =>
      (lookUp(state, key)?.history ?? []).filter(({ version }) => version < before).toReversed().slice(0, limit)
    ),
  past: (key, version) => Effect.sync(() => past(lookUp(state, key), version)),
  ping: Effect.void
})

const eventLog = (state: State): EventLog.EventLog["Service"] => ({
  append: (events) => Effect.sync(() => events.map((event) => append(state, event))),
  get: ({ id, tenant }) => Effect.sync(() => state.events.get(nameOf(tenant, id))),
  read: (query) => Effect.sync(() => read(state, query))
})

const past = (entry: Entry | undefined, version: number): RecordStore.Past | undefined => {
  if (entry === undefined || version > entry.version) return undefined
  const base = entry.snapshots.findLast((snapshot) => snapshot.version <= version)
  // A history has every version from 1 on.
  return base && { base, revisions: entry.history.slice(base.version, version) }
}

/** Executes the writes of a commit in order; when one is rejected, those before it are taken back. */
const execute = (state: State, commit: RecordStore.Commit): RecordStore.CommitResult => {
  const before = commit.map(({ key }) => lookUp(state, key))
  const written: Array<RecordStore.Written> = []
  for (const step of commit) {
    const result = write(state, step)
    if (Result.isFailure(result)) {
      commit.forEach(({ key }, i) => restore(state, key, before[i]))
      return Result.fail(result.failure)
    }
    written.push(result.success)
  }
  return Result.succeed(written)
}

const restore = (state: State, { id, kind, tenant }: RecordStore.RecordKey, entry: Entry | undefined): void => {
  if (entry === undefined) state.entries.delete(nameOf(kind, tenant, id))
  else state.entries.set(nameOf(kind, tenant, id), entry)
}

const requireField = ({ kinds }: State, name: string, field: string): void => {
  const kind = kinds.get(name)?.kind
  if (kind === undefined) throw new Error(`There is no kind ${name}`)
  if (!Object.hasOwn(kind.fields, field)) throw new Error(`${name} has no field ${field}`)
}

const stored = (entry: Entry | undefined): RecordStore.Stored | undefined =>
  entry && { version: entry.version, state: entry.state }

/** Orders by fields, nulls last when ascending as in SQL, text by code point as a database does. */
const comparing = (order: RecordStore.Query["order"]) => (a: Entry, b: Entry): number => {
  for (const { direction, field } of order) {
    const x = a.state[field]
    const y = b.state[field]
    if (x === y) continue
    const before = x === null ? false : y === null ? true : typeof x === "string" ? byCodePoint(x, y) < 0 : x < y
    return before === (direction === "asc") ? -1 : 1
  }
  return 0
}

/** UTF-16 code units and code points order text differently beyond U+D7FF. */
const byCodePoint = (a: string, b: string): number => {
  for (let i = 0; i < a.length && i < b.length;) {
    const x = a.codePointAt(i)!
    const y = b.codePointAt(i)!
    if (x !== y) return x - y
    i += x > 0xffff ? 2 : 1
  }
  return a.length - b.length
}
