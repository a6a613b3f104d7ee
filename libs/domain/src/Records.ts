/**
 * The use cases that every kind of record has, written once over the store port.
 *
 * @since 0.1.0
 */
import type { Patch } from "@emend/algebra"
import type { Declare, Kind } from "@emend/algebra/schema"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Caller } from "./Caller.ts"
import { type CommitRefusal, refusal } from "./CommitRefusal.ts"
import { type Authoring, type Conditions, demanded, meets, type UpdateConditions } from "./Conditions.ts"
import { whole } from "./Lists.ts"
import * as Once from "./Once.ts"
import * as Past from "./Past.ts"
import * as Rebase from "./Rebase.ts"
import type { PathConflict } from "./Rebase.ts"
import { isDeleted, type RecordKind } from "./RecordKind.ts"
import {
  type Commit,
  type Insert,
  type RecordStore,
  type Rejection,
  type Stored,
  type Update,
  type Write,
  type Written
} from "./RecordStore.ts"
import type { StoreUnavailable } from "./RecordStore.ts"
import {
  RebaseConflict,
  RecordMissing,
  type RevisionRedacted,
  TooContended,
  VersionMismatch,
  type VersionUnknown
} from "./Refusals.ts"
import type { Authorship, Revision, Row } from "./Revision.ts"
import * as Since from "./Since.ts"
import { timestamp } from "./Text.ts"
import * as Turns from "./Turns.ts"

export { type CommitRefusal, refusal } from "./CommitRefusal.ts"
export { type Authoring, type Conditions, demanded, meets, type UpdateConditions } from "./Conditions.ts"

/**
 * A record as it is now: its version, from 1, and its state.
 *
 * @category models
 * @since 0.1.0
 */
export interface Saved<S> {
  readonly version: number
  readonly state: S
}

/**
 * A record that was made. After a dry run it is the record as it would be, and `changes` is the number of its fields
 * that hold something.
 *
 * @category models
 * @since 0.1.0
 */
export interface Created<S> extends Saved<S> {
  readonly changes?: number
}

/**
 * A record after a change was asked for, and whether that changed anything. After a dry run it is the record as it
 * would be, at the version that it has, and `changes` is the number of paths that would change.
 *
 * @category models
 * @since 0.1.0
 */
export interface Changed<S> extends Saved<S> {
  readonly changed: boolean
  readonly changes?: number
}

/**
 * Which part of a history to read: at most `limit` entries (default 50), newest first, from below version `before`.
 *
 * @category models
 * @since 0.1.0
 */
export interface HistoryPage {
  readonly before?: number
  readonly limit?: number
}

/**
 * Gives the part of a history that a page names, in numbers that a store can count with.
 *
 * @category conversions
 * @since 0.1.0
 */
export const part = (
  { before, limit = 50 }: HistoryPage
): { readonly before?: number; readonly limit: number } => ({
  limit: whole(limit),
  ...(before === undefined ? undefined : { before: whole(Math.ceil(before)) })
})

/**
 * A change that the domain asks a store for, without the key and the author.
 *
 * @category models
 * @since 0.1.0
 */
export type Change = Omit<Update, "_tag" | "key" | "author" | "patch" | "dry" | "memo"> & {
  readonly patch?: Row
  /** Writes that belong to the change: they happen with it or not at all. */
  readonly along?: ReadonlyArray<Write>
}

/**
 * What an answer says beside the record, where a decision found that out: it is remembered with an idempotency key, so
 * it holds names and ids and never values of the record.
 *
 * @category models
 * @since 0.1.0
 */
export interface Noted<N extends Row> {
  readonly note?: N
}

/**
 * What a decision about a record, taken anew a bounded number of times, can be refused for.
 *
 * @category errors
 * @since 0.1.0
 */
export type DecisionRefusal = CommitRefusal | TooContended

/**
 * What an update can be refused for.
 *
 * @category errors
 * @since 0.1.0
 */
export type UpdateRefusal = DecisionRefusal | VersionUnknown | RevisionRedacted | RebaseConflict

/**
 * The use cases of one kind of record, for the services to build on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Records<Fs extends Declare.Fields, S = Patch.State<Fs>> {
  readonly find: (id: string) => Effect.Effect<Saved<S>, RecordMissing | StoreUnavailable>
  /** Inserts a record, with what belongs to it and what must be there before it, all or nothing. */
  readonly create: (
    state: S,
    conditions: Authoring,
    along?: ReadonlyArray<Write>,
    before?: ReadonlyArray<Write>
  ) => Effect.Effect<Created<S>, CommitRefusal>
  /** Executes a change blindly: one round trip, no read first. A dry run reads the record as well. */
  readonly change: (
    id: string,
    change: Change,
    conditions: Conditions
  ) => Effect.Effect<Changed<S>, Rejection | RevisionRedacted | StoreUnavailable>
  /** Reads, decides and commits against the version read; decides anew when another writer was faster. */
  readonly decide: <E, R, N extends Row>(
    id: string,
    conditions: Conditions,
    decision: (present: Saved<S>) => Effect.Effect<Change & Noted<N>, E, R>
  ) => Effect.Effect<Changed<S> & Required<Noted<N>>, E | DecisionRefusal, R>
  /** What the present request left when it was carried out before, under its idempotency key. */
  readonly again: Effect.Effect<(Changed<S> & Noted<Row>) | undefined, RevisionRedacted | StoreUnavailable>
  /** Remembers, where the present request has an idempotency key, that it met a record and changed nothing. */
  readonly leave: (present: Saved<S>) => Effect.Effect<void, StoreUnavailable>
  /** What was committed to a record since a version. */
  readonly since: (
    id: string,
    present: Saved<S>,
    version: number
  ) => Effect.Effect<Since.Since, VersionUnknown | RevisionRedacted | StoreUnavailable>
  /** The paths at which `patch` cannot be carried over what was committed since and led to `present`. */
  readonly conflicts: (patch: Row, present: Saved<S>, since: Since.Since) => ReadonlyArray<PathConflict>
  readonly update: (
    id: string,
    draft: Kind.Draft<Fs>,
    conditions: UpdateConditions,
    settings?: Pick<Update, "backwards">
  ) => Effect.Effect<Changed<S>, UpdateRefusal>
  readonly history: (
    id: string,
    page?: HistoryPage
  ) => Effect.Effect<ReadonlyArray<Revision>, RecordMissing | StoreUnavailable>
}

/**
 * How often a change is tried anew when other processes were faster. Each time another one succeeded, and each process
 * tries one change of a record at a time: of n equally fast ones, a change is lost so often in a row with the chance
 * ((n - 1) / n) ^ 64.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxAttempts = 64

/**
 * Gives the use cases of one kind of record.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Fs extends Declare.Fields>(
  store: RecordStore["Service"],
  recordKind: RecordKind,
  kind: Kind.Kind<string, Fs>
): Records<Fs> => {
  type S = Patch.State<Fs>
  const name = kind.name
  const keyOf = (id: string) => Effect.map(Caller, ({ tenant }) => ({ kind: name, tenant, id }))
  const find = Effect.fnUntraced(function*(id: string) {
    const key = yield* keyOf(id)
    const [found] = yield* store.get([key])
    if (found === undefined || isDeleted(recordKind, found.state)) {
      return yield* new RecordMissing({ kind: name, id })
    }
    return found
  })

  const commit = (commit: Commit) => Effect.flatMap(store.commit([commit]), ([result]) => Effect.fromResult(result!))

  const again: Records<Fs>["again"] = Effect.flatMap(keyOf(""), (key) => Once.again<S>(store, recordKind, key))
  const leave: Records<Fs>["leave"] = (present) =>
    Effect.flatMap(keyOf((present.state as Row)["id"]), (key) => Once.leave(store, key, present.version))

  const create = Effect.fnUntraced(function*(
    state: S,
    { dryRun, reason }: Authoring,
    along: ReadonlyArray<Write> = [],
    before: ReadonlyArray<Write> = []
  ): Effect.fn.Return<Created<S>, CommitRefusal> {
    const first = yield* again
    if (first !== undefined) return saved<S>(first)
    const row = state as Row
    const { subject } = yield* Caller
    const memo = yield* Once.memo({})
    const insert: Insert = {
      _tag: "Insert",
      key: yield* keyOf(row["id"]),
      state: row,
      author: { at: row[recordKind.touched!], by: subject, reason: reason ?? null },
      ...(dryRun === true ? { dry: true } : undefined),
      ...(memo === undefined ? undefined : { memo })
    }
    // It has the insert in it: that a list of this form is never empty its type does not tell.
    const written = yield* commit([...before, insert, ...along] as unknown as Commit).pipe(
      Effect.mapError((rejection) => refusal(recordKind, rejection))
    )
    const made = saved<S>(written[before.length]!)
    return dryRun === true
      ? { ...made, changes: filled(row) }
      : made
  })

  // This is the way of every update, so what it needs of the context is read at once.
  const change = <N extends Row>(
    id: string,
    { along = [], note, patch = {}, ...rest }: Change & Noted<N>,
    conditions: Conditions
  ): Effect.Effect<Changed<S> & Required<Noted<N>>, Rejection | RevisionRedacted | StoreUnavailable> =>
    Effect.contextWith((context: Context.Context<never>): ReturnType<typeof change<N>> => {
      type Left = Changed<S> & Required<Noted<N>>
      const attempt = Context.get(context, Once.Attempt)
      if (attempt?.first !== undefined) return Effect.map(again, (first) => first as Left)
      const { subject, tenant } = Context.get(context, Caller)
      const versions = demanded(conditions)
      const author: Authorship = {
        at: timestamp(Context.get(context, Clock.Clock).currentTimeNanosUnsafe()),
        by: subject,
        reason: conditions.reason ?? null
      }
      const update: Update = {
        _tag: "Update",
        key: { kind: name, tenant, id },
        patch,
        ...rest,
        ...(rest.versions === undefined && versions !== undefined ? { versions } : undefined),
        author,
        ...(attempt === undefined ? undefined : { memo: { ...attempt.memo, note: note ?? {} } })
      }
      const left = conditions.dryRun === true
        ? rehearse(update)
        : Effect.map(commit([update, ...along]), ([first]) => changed<S>(first!))
      return (note === undefined ? left : Effect.map(left, (changed) => ({ ...changed, note }))) as Effect.Effect<
        Left,
        Rejection | StoreUnavailable
      >
    })

  const rehearse = Effect.fnUntraced(function*(update: Update) {
    // What it would be and what it is are read one after the other: once more, as long as others write in between.
    while (true) {
      const [before] = yield* store.get([update.key])
      const [written] = yield* commit([{ ...update, dry: true }])
      const version = written!.version - Number(written!.changed)
      if (before?.version !== version) continue
      const changes = Past.distance(recordKind, before.state, written!.state)
      return { ...changed<S>(written!), version, changes } as Changed<S>
    }
  })

  const decided = Effect.fnUntraced(function*<E, R, N extends Row>(
    id: string,
    conditions: Conditions,
    decision: (present: Saved<S>) => Effect.Effect<Change & Noted<N>, E, R>
  ) {
    const first = yield* again
    if (first !== undefined) return first as Changed<S> & Required<Noted<N>>
    let found = yield* find(id)
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (!meets(found, conditions)) {
        return yield* new VersionMismatch({ kind: name, id, present: found.version, demanded: demanded(conditions)! })
      }
      const intent = yield* decision(saved<S>(found))
      const result = yield* Effect.result(change(id, { ...intent, versions: [found.version] }, conditions))
      if (Result.isSuccess(result)) return result.success
      if (result.failure._tag !== "Stale") return yield* refusal(recordKind, result.failure, conditions)
      found = result.failure.record
    }
    return yield* new TooContended({ kind: name, id, attempts: maxAttempts })
  })

  const turns = Turns.of(store)
  const decide: Records<Fs>["decide"] = (id, conditions, decision) =>
    Effect.flatMap(keyOf(id), ({ tenant }) => turns(JSON.stringify([tenant, id]))(decided(id, conditions, decision)))

  const since = (id: string, present: Saved<S>, version: number) =>
    Effect.flatMap(keyOf(id), (key) => Since.read(store, recordKind, key, present as Stored, version))

  const conflicts = (patch: Row, present: Saved<S>, { base, committed }: Since.Since): ReadonlyArray<PathConflict> =>
    Rebase.conflicts(recordKind.kind, { base, theirs: present.state as Row, committed, patch })

  const update = (
    id: string,
    draft: Kind.Draft<Fs>,
    conditions: UpdateConditions,
    settings: Pick<Update, "backwards"> = {}
  ): Effect.Effect<Changed<S>, UpdateRefusal> => {
    const { rebaseFrom } = conditions
    const intent: Change = { patch: kind.normalise(draft.patch) as Row, advance: draft.advance, ...settings }
    if (rebaseFrom === undefined) {
      return Effect.mapError(
        change(id, intent, conditions),
        (rejection) => refusal(recordKind, rejection, conditions)
      )
    }
    return decide(id, conditions, (present) =>
      Effect.gen(function*() {
        const found = conflicts(intent.patch!, present, yield* since(id, present, rebaseFrom))
        if (found.length === 0) return intent
        return yield* new RebaseConflict({ kind: name, id, present: present.version, conflicts: found })
      }))
  }

  const history = Effect.fnUntraced(function*(id: string, page: HistoryPage = {}) {
    yield* find(id)
    return yield* store.history(yield* keyOf(id), part(page))
  })

  return {
    find: (id) => Effect.map(find(id), saved<S>),
    create,
    change,
    decide,
    again,
    leave,
    since,
    conflicts,
    update,
    history
  }
}

/**
 * Counts the fields of a record that hold something.
 *
 * @category queries
 * @since 0.1.0
 */
export const filled = (state: Row): number => Object.values(state).filter((value) => value !== null).length

const saved = <S>({ state, version }: Stored): Saved<S> => ({ version, state: state as S })
const changed = <S>(written: Written): Changed<S> => ({ ...saved<S>(written), changed: written.changed })
