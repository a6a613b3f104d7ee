/**
 * The ports of the domain in memory: the reference that every other store must equal. Everything is lost when the
 * layer closes.
 *
 * @since 0.1.0
 */
import {
  EventLog,
  kinds as allKinds,
  type Memo,
  RecordArchive,
  type RecordKind,
  RecordQuery,
  RecordStore
} from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as MemoryArchive from "./MemoryArchive.ts"
import { MemoryEntries, nameOf } from "./MemoryEntries.ts"
import { append, read } from "./MemoryLog.ts"
import * as MemoryMemos from "./MemoryMemos.ts"
import { type Entry, holdings, type State } from "./MemoryState.ts"
import { write } from "./MemoryWrite.ts"

/**
 * Provides the ports over the kinds given, by default the project's own.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  kinds: ReadonlyArray<RecordKind.RecordKind> = allKinds
): Layer.Layer<RecordStore.RecordStore | EventLog.EventLog | RecordArchive.RecordArchive> =>
  Layer.effectContext(Effect.sync(() => {
    const state: State = {
      kinds: new Map(kinds.map((kind) => [kind.kind.name, kind])),
      entries: new MemoryEntries(kinds),
      events: new Map(),
      memos: new Map()
    }
    return Context.make(RecordStore.RecordStore, recordStore(state)).pipe(
      Context.add(EventLog.EventLog, eventLog(state)),
      Context.add(RecordArchive.RecordArchive, MemoryArchive.make(state))
    )
  }))

const recordStore = (state: State): RecordStore.RecordStore["Service"] => ({
  commit: (commits) => Effect.sync(() => commits.map((commit) => execute(state, commit))),
  get: (keys) => Effect.sync(() => keys.map((key) => stored(state.entries.get(key)))),
  find: (query) => Effect.sync(() => RecordQuery.find(holdings(state), query)),
  count: (selection, field) => Effect.sync(() => RecordQuery.count(holdings(state), selection, field)),
  reach: (asked) => Effect.sync(() => RecordQuery.reach(holdings(state), asked)),
  history: (key, { before = Infinity, limit, moved }) =>
    Effect.sync(() =>
      (state.entries.get(key)?.history ?? []).filter(({ moves, version }) =>
        version < before && (moved === undefined || version === 1 || Object.hasOwn(moves, moved))
      ).toReversed().slice(0, limit)
    ),
  past: (key, version) => Effect.sync(() => past(state.entries.get(key), version)),
  recall: (keys, at) => Effect.sync(() => keys.map((key) => MemoryMemos.recall(state, key, at))),
  remember: (tenant, memo, written) =>
    Effect.sync(() => {
      const isNew = MemoryMemos.isNew(state, tenant, memo)
      if (isNew) MemoryMemos.keep(state, tenant, memo, written)
      return isNew
    }),
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
  const revisions = base && entry.history.slice(base.version, version)
  return revisions === undefined || revisions.some(({ redacted }) => redacted) ? undefined : { base: base!, revisions }
}

/** Executes the writes of a commit in order; when one is rejected, or dry, all are taken back. */
const execute = (state: State, commit: RecordStore.Commit): RecordStore.CommitResult => {
  const named = RecordStore.named(commit)
  const dry = named.some(({ dry }) => dry === true)
  const repeated = named.find(({ key, memo }) =>
    memo !== undefined && !dry && !MemoryMemos.isNew(state, key.tenant, memo)
  )
  if (repeated !== undefined) return Result.fail({ _tag: "Repeated", key: repeated.key })
  return state.entries.attempt((back) => {
    const takeBack = reversal(state, named, back)
    const written: Array<RecordStore.Written> = []
    for (const step of commit) {
      for (const one of step._tag === "Each" ? writesOf(state, step) : [step]) {
        const result = write(state, one)
        if (Result.isFailure(result)) {
          takeBack()
          return Result.fail(result.failure)
        }
        if (one === step) written.push(result.success)
      }
    }
    if (dry) takeBack()
    else named.forEach(({ key, memo }, i) => memo && MemoryMemos.keep(state, key.tenant, memo, left(key, written[i]!)))
    return Result.succeed(written)
  })
}

/** The writes for each record, one after the other. All are in memory anyway, so they are not read in parts. */
function* writesOf(state: State, { of, writes }: RecordStore.Each): Generator<RecordStore.Write> {
  const found = RecordQuery.find(holdings(state), { ...of, limit: Infinity })
  for (const [at, record] of found.entries()) yield* writes(record, at)
}

const left = ({ id, kind }: RecordStore.RecordKey, { changed, version }: RecordStore.Written): Memo.Outcome => ({
  kind,
  id,
  version,
  changed
})

/** Gives what takes a commit back, with its events: of a cleaning it is not known which it touches. */
const reversal = (
  { events }: State,
  commit: ReadonlyArray<RecordStore.Write>,
  takeBack: () => void
): () => void => {
  if (!commit.some((step) => step._tag === "Update" && step.redact)) return takeBack
  const before = new Map(events)
  return () => {
    takeBack()
    before.forEach((event, name) => events.set(name, event))
  }
}

const stored = (entry: Entry | undefined): RecordStore.Stored | undefined =>
  entry && { version: entry.version, state: entry.state }
