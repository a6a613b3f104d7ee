/**
 * What a write leaves of a record, for stores that keep whole states. It is pure: a store gives what it holds, and keeps
 * what comes of it. A database that computes states by itself needs none of this.
 *
 * @since 0.1.0
 */
import type { Cursor } from "@emend/algebra"
import { Equality } from "@emend/algebra"
import * as Result from "effect/Result"
import type { Event } from "./EventLog.ts"
import * as Json from "./Json.ts"
import { isDeleted, type RecordKind } from "./RecordKind.ts"
import type { Insert, RecordKey, Rejection, Stored, Update, Write, Written } from "./RecordStore.ts"
import type { Revision, Row } from "./Revision.ts"
import * as Snapshot from "./Snapshot.ts"

/**
 * What a store holds at one moment.
 *
 * @category models
 * @since 0.1.0
 */
export interface Holdings {
  /** The kinds by name. */
  readonly kinds: ReadonlyMap<string, RecordKind>
  /** The record of a key, deleted ones included. */
  readonly record: (key: RecordKey) => Stored | undefined
  /**
   * The records of a kind and a tenant, deleted ones included. With `having`, those suffice that have these values in
   * these fields, so that an index can be used; more of them do no harm.
   */
  readonly records: (kind: string, tenant: string, having?: Row) => Iterable<Stored>
  /** The entry of the tenant's log with an id. */
  readonly entry: (tenant: string, id: string) => Event | undefined
}

/**
 * What a write leaves, and what there is to keep: the state, the revision, and whether the state is kept whole in the
 * history as well. Where nothing changed there is nothing to keep.
 *
 * @category models
 * @since 0.1.0
 */
export interface Change extends Written {
  /** Null where nothing changed, and for a kind without a history. */
  readonly revision: Revision | null
  readonly isSnapshot: boolean
}

type Outcome = Result.Result<Change, Rejection>

/**
 * Carries out one write: what it leaves, or why it is refused. For an update with `redact`, see `Cleaning`.
 *
 * @category operations
 * @since 0.1.0
 */
export const write = (holdings: Holdings, step: Write): Outcome =>
  step._tag === "Insert"
    ? insert(holdings, { ...step, state: copy(step.state) })
    : update(holdings, { ...step, patch: copy(step.patch), assign: copy(step.assign ?? {}) })

/** Takes a value as its JSON, as every store does: what a caller changes in place afterwards is not stored. */
const copy = (value: Row): Row => JSON.parse(JSON.stringify(value))

const insert = (holdings: Holdings, { author, ifAbsent, key, state }: Insert): Outcome => {
  const kind = holdings.kinds.get(key.kind)!
  const present = holdings.record(key)
  if (present !== undefined) {
    return ifAbsent ? Result.succeed(unchanged(present)) : Result.fail({ _tag: "Taken", key, fields: ["id"] })
  }
  for (const [field, target] of Object.entries(kind.references ?? {})) {
    const id = state[field]
    if (id !== null && holdings.record({ kind: target, tenant: key.tenant, id }) === undefined) {
      return Result.fail({ _tag: "Dangling", key, field })
    }
  }
  const flaw = flawOf(holdings, kind, key, state)
  if (flaw !== undefined) return Result.fail(flaw)
  const revision = kind.touched === undefined
    ? null
    : { ...author, version: 1, initial: state, patch: {}, inverse: {}, moves: {} }
  return Result.succeed({ version: 1, state, changed: true, revision, isSnapshot: true })
}

const update = (holdings: Holdings, step: Update): Outcome => {
  const { assign = {}, author, key, patch } = step
  const recordKind = holdings.kinds.get(key.kind)!
  const { kind, touched } = recordKind
  const present = holdings.record(key)
  if (present === undefined || (!step.redact && isDeleted(recordKind, present.state))) {
    return Result.fail({ _tag: "Missing", key })
  }
  if (!meets(step, present)) {
    return Result.fail({ _tag: "Stale", key, record: { version: present.version, state: present.state } })
  }
  const before = present.state
  const cursors = advanced(holdings, recordKind, step, before)
  if (Result.isFailure(cursors)) return Result.fail(cursors.failure)
  const asked = kind.normalise({ ...patch, ...cursors.success })
  const moved = Object.keys(assign).filter((field) => !Equality.same(before[field], assign[field]))
  const applied = kind.apply(before, asked)
  if (applied === before && moved.length === 0) return Result.succeed(unchanged(present))
  const at = before[touched!] > author.at ? before[touched!] : author.at
  const state = {
    ...applied,
    ...Object.fromEntries(moved.map((field) => [field, assign[field]])),
    [touched!]: at
  }
  const flaw = flawOf(holdings, recordKind, key, state, before)
  if (flaw !== undefined) return Result.fail(flaw)
  const version = present.version + 1
  const moves = Object.fromEntries(moved.map((field) => [field, { from: before[field], to: assign[field] }]))
  const revision = { ...author, at, version, initial: null, patch: asked, inverse: kind.invert(before, asked), moves }
  // What a snapshot takes is asked only where the smallest state would have one.
  const isSnapshot = version % Snapshot.every === 0 && Snapshot.isDue(version, Json.textBytes(state))
  return Result.succeed({ version, state, changed: true, revision, isSnapshot })
}

const unchanged = ({ state, version }: Stored): Change => ({
  version,
  state,
  changed: false,
  revision: null,
  isSnapshot: false
})

const meets = ({ versions, where = {} }: Update, { state, version }: Stored): boolean =>
  (versions === undefined || versions.includes(version)) &&
  Object.keys(where).every((field) => where[field]!.includes(state[field]))

/** The cursors that an update advances. A step back is dropped or refused, as it demands; no step is dropped. */
const advanced = (
  { entry }: Holdings,
  { kind }: RecordKind,
  { advance = {}, backwards = "reject", key }: Update,
  before: Row
): Result.Result<Row, Rejection> => {
  const cursors: Record<string, { readonly advance: Cursor.Cursor }> = {}
  for (const [field, id] of Object.entries(advance)) {
    const found = entry(key.tenant, id) as Row | undefined
    const scope: ReadonlyArray<string> = kind.fields[field].scope
    if (found === undefined || scope.some((name) => found[name] !== before[name])) {
      return Result.fail({ _tag: "UnknownEntry", key, field, id })
    }
    const given = { sequence: found["sequence_id"], id }
    const present = before[field] as Cursor.Cursor | null
    if (present === null || given.sequence > present.sequence) cursors[field] = { advance: given }
    else if (backwards === "reject" && given.sequence < present.sequence) {
      return Result.fail({ _tag: "Backwards", key, field, present, given })
    }
  }
  return Result.succeed(cursors)
}

/** Why a state cannot be stored: it has what belongs to another record, or it is too large. */
const flawOf = (
  { records }: Holdings,
  recordKind: RecordKind,
  key: RecordKey,
  state: Row,
  before?: Row
): Rejection | undefined => {
  const taken = recordKind.unique?.find(({ among, fields }) => {
    const counts = (row: Row) => among === "all" || !isDeleted(recordKind, row)
    if (fields.some((field) => state[field] === null) || !counts(state)) return false
    const having = Object.fromEntries(fields.map((field) => [field, state[field]]))
    return Iterator.from(records(key.kind, key.tenant, having)).some(({ state: other }) =>
      other["id"] !== key.id && counts(other) && fields.every((field) => other[field] === state[field])
    )
  })
  if (taken !== undefined) return { _tag: "Taken", key, fields: taken.fields }
  const field = Object.keys(recordKind.kind.fields).find((field) =>
    typeof state[field] === "object" && state[field] !== null && state[field] !== before?.[field] &&
    Json.textBytes(state[field]) > Json.maxBytes
  )
  return field === undefined ? undefined : { _tag: "TooLarge", key, field, limit: Json.maxBytes }
}
