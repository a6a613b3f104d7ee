/**
 * The use cases by which a record of any kind is read and led back in time.
 *
 * @since 0.1.0
 */
import type { Declare } from "@emend/algebra/schema"
import * as Effect from "effect/Effect"
import { Caller } from "./Caller.ts"
import { type Conditions, had } from "./Conditions.ts"
import * as Past from "./Past.ts"
import * as Rebase from "./Rebase.ts"
import type { RecordKind } from "./RecordKind.ts"
import type * as Records from "./Records.ts"
import type { RecordStore, Stored, StoreUnavailable } from "./RecordStore.ts"
import { InputInvalid, RebaseConflict, type RecordMissing, RevisionRedacted, VersionUnknown } from "./Refusals.ts"
import { replayAll, reversal, type Revision, type Row } from "./Revision.ts"

/**
 * A record after it was led back, and the fields that were left alone: what no update can take back, such as a status
 * or a cursor.
 *
 * @category models
 * @since 0.1.0
 */
export interface Restored<S> extends Records.Changed<S> {
  readonly leftAlone: ReadonlyArray<string>
}

/**
 * What reading an earlier version can be refused for.
 *
 * @category errors
 * @since 0.1.0
 */
export type PastRefusal = RecordMissing | VersionUnknown | RevisionRedacted | StoreUnavailable

/**
 * The verbs by which every kind of record is read and led back in time.
 *
 * @category models
 * @since 0.1.0
 */
export interface History<S> {
  /** The record as it was at a version. */
  readonly at: (id: string, version: number) => Effect.Effect<Records.Saved<S>, PastRefusal>
  /** What differs between two versions; `to` is the present one unless said. */
  readonly diff: (id: string, from: number, to?: number) => Effect.Effect<Past.Difference, PastRefusal>
  /** Leads a record back to its state at a version by one new update, checked like any other. */
  readonly restore: (
    id: string,
    version: number,
    conditions?: Conditions
  ) => Effect.Effect<Restored<S>, Records.DecisionRefusal | VersionUnknown | RevisionRedacted>
  /**
   * Takes one revision back by one new update, also under later ones; where they left another value, is a conflict.
   * The first revision is the creation, and is not undone.
   */
  readonly undo: (
    id: string,
    revision: number,
    conditions?: Conditions
  ) => Effect.Effect<Restored<S>, Records.UpdateRefusal>
  readonly history: (
    id: string,
    page?: Records.HistoryPage
  ) => Effect.Effect<ReadonlyArray<Revision>, RecordMissing | StoreUnavailable>
}

/**
 * The verbs of {@link History}, and what other use cases build on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Histories<S> extends History<S> {
  /** The record as it was at a version, given the present one. */
  readonly earlier: (
    id: string,
    present: Records.Saved<S>,
    version: number
  ) => Effect.Effect<Records.Saved<S>, VersionUnknown | RevisionRedacted | StoreUnavailable>
  /** The update that takes a revision back, with that revision. */
  readonly reverse: (
    id: string,
    present: Records.Saved<S>,
    revision: number
  ) => Effect.Effect<
    { readonly patch: Row; readonly revision: Revision },
    VersionUnknown | RevisionRedacted | InputInvalid | RebaseConflict | StoreUnavailable
  >
}

/**
 * Gives the use cases over the records of a kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Fs extends Declare.Fields, S>(
  store: RecordStore["Service"],
  recordKind: RecordKind,
  { decide, find, history }: Records.Records<Fs, S>
): Histories<S> => {
  const { name } = recordKind.kind

  const earlier = Effect.fnUntraced(function*(id: string, present: Records.Saved<S>, version: number) {
    if (version === present.version) return present
    if (!had(present, version)) {
      return yield* new VersionUnknown({ kind: name, id, present: present.version, given: version })
    }
    const { tenant } = yield* Caller
    const past = yield* store.past({ kind: name, tenant, id }, version)
    if (past === undefined) {
      return yield* new RevisionRedacted({ kind: name, id, present: present.version, given: version })
    }
    return { version, state: replayAll(recordKind, past.base.state, past.revisions) as S }
  })

  const reverse = Effect.fnUntraced(function*(id: string, present: Records.Saved<S>, number: number) {
    if (number === 1) {
      return yield* new InputInvalid({
        problems: [{ path: ["revision"], message: "Expected a revision after the first, which is the creation" }]
      })
    }
    if (!had(present, number)) {
      return yield* new VersionUnknown({ kind: name, id, present: present.version, given: number })
    }
    const { tenant } = yield* Caller
    const [revision] = yield* store.history({ kind: name, tenant, id }, { before: number + 1, limit: 1 })
    if (revision!.redacted) {
      return yield* new RevisionRedacted({ kind: name, id, present: present.version, given: number })
    }
    const base = (yield* earlier(id, present, number)).state as Row
    const theirs = present.state as Row
    const patch = reversal(recordKind, revision!)
    // What came since counts by what is left of it, so that revisions can be undone one after the other.
    const committed: Row = recordKind.kind.diff(base, theirs)
    const conflicts = Rebase.conflicts(recordKind.kind, { base, theirs, committed, patch })
    if (conflicts.length === 0) return { patch, revision: revision! }
    return yield* new RebaseConflict({ kind: name, id, present: present.version, conflicts })
  })

  const at = Effect.fnUntraced(function*(id: string, version: number) {
    return yield* earlier(id, yield* find(id), version)
  })

  const diff = Effect.fnUntraced(function*(id: string, from: number, to?: number) {
    const present = yield* find(id)
    const before = yield* earlier(id, present, from)
    const after = yield* earlier(id, present, to ?? present.version)
    return Past.difference(recordKind, before as Stored, after as Stored)
  })

  const restore = Effect.fnUntraced(function*(id: string, version: number, conditions: Conditions = {}) {
    const { note, ...changed } = yield* decide(
      id,
      because(conditions, `Restores version ${version}`),
      (present) =>
        Effect.map(earlier(id, present, version), ({ state }) => {
          const { leftAlone, patch } = Past.restoration(recordKind, present.state as Row, state as Row)
          return { patch, note: { leftAlone } }
        })
    )
    return { ...changed, ...note }
  })

  const undo = Effect.fnUntraced(function*(id: string, number: number, conditions: Conditions = {}) {
    const { note, ...changed } = yield* decide(
      id,
      because(conditions, `Undoes revision ${number}`),
      (present) =>
        Effect.map(reverse(id, present, number), ({ patch, revision }) => ({
          patch,
          note: { leftAlone: Past.leftAlone(recordKind, present.state as Row, revision) }
        }))
    )
    return { ...changed, ...note }
  })

  return { earlier, reverse, at, diff, restore, undo, history }
}

/**
 * Gives conditions with a reason for the history, where the caller gave none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const because = <C extends Conditions>(conditions: C, reason: string): C => ({ reason, ...conditions })
