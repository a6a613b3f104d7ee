/**
 * The use cases that every kind of record has, written once over the store port.
 *
 * @since 0.1.0
 */
import type { Patch } from "@emend/algebra"
import type { Declare, Kind } from "@emend/algebra/schema"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Caller } from "./Caller.ts"
import { type CommitRefusal, refusal } from "./CommitRefusal.ts"
import { type Conditions, demanded, meets, type Reason, type UpdateConditions } from "./Conditions.ts"
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
import { RebaseConflict, RecordMissing, TooContended, VersionMismatch, VersionUnknown } from "./Refusals.ts"
import { type Authorship, effect, type Revision, type Row } from "./Revision.ts"
import { timestamp } from "./Text.ts"

export { type CommitRefusal, refusal } from "./CommitRefusal.ts"
export { type Conditions, meets, type Reason, type UpdateConditions } from "./Conditions.ts"

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
 * A record after a change was asked for, and whether that changed anything.
 *
 * @category models
 * @since 0.1.0
 */
export interface Changed<S> extends Saved<S> {
  readonly changed: boolean
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
 * A change that the domain asks a store for, without the key and the author.
 *
 * @category models
 * @since 0.1.0
 */
export type Change = Omit<Update, "_tag" | "key" | "author" | "patch"> & {
  readonly patch?: Row
  /** Writes that belong to the change: they happen with it or not at all. */
  readonly along?: ReadonlyArray<Write>
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
export type UpdateRefusal = DecisionRefusal | VersionUnknown | RebaseConflict

/**
 * The use cases of one kind of record, for the services to build on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Records<Fs extends Declare.Fields, S = Patch.State<Fs>> {
  readonly find: (id: string) => Effect.Effect<Saved<S>, RecordMissing | StoreUnavailable>
  /** Inserts a record, with what belongs to it, all or nothing. */
  readonly create: (
    state: S,
    options?: Reason & { readonly along?: ReadonlyArray<Write> }
  ) => Effect.Effect<Saved<S>, CommitRefusal>
  /** Executes a change blindly: one round trip, no read first. */
  readonly change: (
    id: string,
    change: Change,
    conditions: Conditions
  ) => Effect.Effect<Changed<S>, Rejection | StoreUnavailable>
  /** Reads, decides and commits against the version read; decides anew when another writer was faster. */
  readonly decide: <E, R>(
    id: string,
    conditions: Conditions,
    decision: (present: Saved<S>) => Effect.Effect<Change, E, R>
  ) => Effect.Effect<Changed<S>, E | DecisionRefusal, R>
  /** The revisions of a record after a version, newest first. */
  readonly since: (
    id: string,
    present: Saved<S>,
    version: number
  ) => Effect.Effect<ReadonlyArray<Revision>, VersionUnknown | StoreUnavailable>
  /** The paths at which `patch` cannot be carried over the revisions `since`, newest first, that led to `present`. */
  readonly conflicts: (
    patch: Row,
    present: Saved<S>,
    since: ReadonlyArray<Revision>
  ) => ReadonlyArray<PathConflict>
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

/** How often a decision is made anew when others were faster. */
const maxAttempts = 16

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
  const author = (reason: string | undefined): Effect.Effect<Authorship> =>
    Effect.gen(function*() {
      const { subject } = yield* Caller
      return { at: timestamp(yield* Clock.currentTimeNanos), by: subject, reason: reason ?? null }
    })

  const find = Effect.fnUntraced(function*(id: string) {
    const key = yield* keyOf(id)
    const [found] = yield* store.get([key])
    if (found === undefined || isDeleted(recordKind, found.state)) {
      return yield* new RecordMissing({ kind: name, id })
    }
    return found
  })

  const commit = Effect.fnUntraced(function*(commit: Commit) {
    const [result] = yield* store.commit([commit])
    return yield* Effect.fromResult(result!)
  })

  const create = Effect.fnUntraced(function*(
    state: S,
    { along = [], reason }: Reason & { readonly along?: ReadonlyArray<Write> } = {}
  ) {
    const row = state as Row
    const { subject } = yield* Caller
    const insert: Insert = {
      _tag: "Insert",
      key: yield* keyOf(row["id"]),
      state: row,
      author: { at: row[recordKind.touched!], by: subject, reason: reason ?? null }
    }
    const [written] = yield* commit([insert, ...along]).pipe(
      Effect.mapError((rejection) => refusal(recordKind, rejection))
    )
    return saved<S>(written!)
  })

  const change = Effect.fnUntraced(
    function*(id: string, { along = [], patch = {}, ...rest }: Change, conditions: Conditions) {
      const versions = demanded(conditions)
      const update: Update = {
        _tag: "Update",
        key: yield* keyOf(id),
        patch,
        ...rest,
        ...(rest.versions === undefined && versions !== undefined ? { versions } : undefined),
        author: yield* author(conditions.reason)
      }
      const [written] = yield* commit([update, ...along])
      return changed<S>(written!)
    }
  )

  const decide = Effect.fnUntraced(function*<E, R>(
    id: string,
    conditions: Conditions,
    decision: (present: Saved<S>) => Effect.Effect<Change, E, R>
  ) {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const found = yield* find(id)
      if (!meets(found, conditions)) {
        return yield* new VersionMismatch({ kind: name, id, present: found.version, demanded: demanded(conditions)! })
      }
      const decided = yield* decision(saved<S>(found))
      const result = yield* Effect.result(change(id, { ...decided, versions: [found.version] }, conditions))
      if (Result.isSuccess(result)) return result.success
      if (result.failure._tag !== "Stale") return yield* refusal(recordKind, result.failure, conditions)
    }
    return yield* new TooContended({ kind: name, id, attempts: maxAttempts })
  })

  const since = Effect.fnUntraced(function*(id: string, present: Saved<S>, version: number) {
    if (version < 1 || version > present.version) {
      return yield* new VersionUnknown({ kind: name, id, present: present.version, given: version })
    }
    const page = { before: present.version + 1, limit: present.version - version }
    return page.limit === 0 ? [] : yield* store.history(yield* keyOf(id), page)
  })

  const conflicts = (patch: Row, present: Saved<S>, since: ReadonlyArray<Revision>): ReadonlyArray<PathConflict> => {
    const oldestFirst = since.toReversed().map((revision) => effect(recordKind, revision))
    return Rebase.conflicts(recordKind.kind, {
      base: since.reduce<Row>((state, { inverse }) => recordKind.kind.apply(state, inverse), present.state as Row),
      theirs: present.state as Row,
      committed: recordKind.kind.combineAll(oldestFirst),
      patch
    })
  }

  const update = Effect.fnUntraced(function*(
    id: string,
    draft: Kind.Draft<Fs>,
    conditions: UpdateConditions,
    settings: Pick<Update, "backwards"> = {}
  ): Effect.fn.Return<Changed<S>, UpdateRefusal> {
    const { rebaseFrom } = conditions
    const intent: Change = { patch: kind.normalise(draft.patch) as Row, advance: draft.advance, ...settings }
    if (rebaseFrom !== undefined) {
      return yield* decide(id, conditions, (present) =>
        Effect.gen(function*() {
          const found = conflicts(intent.patch!, present, yield* since(id, present, rebaseFrom))
          if (found.length === 0) return intent
          return yield* new RebaseConflict({ kind: name, id, present: present.version, conflicts: found })
        }))
    }
    return yield* change(id, intent, conditions).pipe(
      Effect.mapError((rejection) => refusal(recordKind, rejection, conditions))
    )
  })

  const history = Effect.fnUntraced(function*(id: string, page: HistoryPage = {}) {
    yield* find(id)
    return yield* store.history(yield* keyOf(id), { ...page, limit: page.limit ?? 50 })
  })

  return {
    find: (id) => Effect.map(find(id), saved<S>),
    create,
    change,
    decide,
    since,
    conflicts,
    update,
    history
  }
}

const saved = <S>({ state, version }: Stored): Saved<S> => ({ version, state: state as S })
const changed = <S>(written: Written): Changed<S> => ({ ...saved<S>(written), changed: written.changed })
