/**
 * One write of a commit, executed on the records in memory.
 *
 * @internal
 */
import type { Cursor } from "@emend/algebra"
import { Equality } from "@emend/algebra"
import { Json, RecordKind, type RecordStore, Redaction, type Revision, Snapshot } from "@emend/domain"
import * as Result from "effect/Result"
import { type Entry, frozen, lookUp, nameOf, select, type State } from "./MemoryState.ts"

type Outcome = Result.Result<RecordStore.Written, RecordStore.Rejection>
type Cursors = Readonly<Record<string, { readonly advance: Cursor.Cursor }>>

/** Executes one write, or says why not. */
export const write = (state: State, step: RecordStore.Write): Outcome =>
  step._tag === "Insert"
    ? insert(state, { ...step, state: copy(step.state) })
    : step.redact === true
    ? clean(state, step)
    : update(state, { ...step, patch: copy(step.patch), assign: copy(step.assign ?? {}) })

/** Takes a value as its JSON, as every store does: what a caller changes in place afterwards is not stored. */
const copy = (value: Revision.Row): Revision.Row => JSON.parse(JSON.stringify(value))

const insert = (state: State, { author, ifAbsent, key, state: row }: RecordStore.Insert): Outcome => {
  const kind = state.kinds.get(key.kind)!
  const present = lookUp(state, key)
  if (present !== undefined) {
    return ifAbsent
      ? Result.succeed({ version: present.version, state: present.state, changed: false })
      : Result.fail({ _tag: "Taken", key, fields: ["id"] })
  }
  for (const [field, target] of Object.entries(kind.references ?? {})) {
    if (row[field] !== null && lookUp(state, { kind: target, tenant: key.tenant, id: row[field] }) === undefined) {
      return Result.fail({ _tag: "Dangling", key, field })
    }
  }
  const clash = taken(state, kind, key, row)
  if (clash !== undefined) return Result.fail({ _tag: "Taken", key, fields: clash })
  const flaw = tooLarge(kind, row)
  if (flaw !== undefined) return Result.fail({ _tag: "TooLarge", key, field: flaw, limit: Json.maxBytes })
  const history: ReadonlyArray<Revision.Revision> = kind.touched === undefined
    ? []
    : [{ ...author, version: 1, initial: row, patch: {}, inverse: {}, moves: {} }]
  return keep(state, { key, version: 1, state: row, history, snapshots: [{ version: 1, state: row }] })
}

const update = (state: State, step: RecordStore.Update): Outcome => {
  const { assign = {}, author, key, patch, versions, where = {} } = step
  const kind = state.kinds.get(key.kind)!
  const present = lookUp(state, key)
  if (present === undefined || (!step.redact && RecordKind.isDeleted(kind, present.state))) {
    return Result.fail({ _tag: "Missing", key })
  }
  const before = present.state
  const demanded = (versions === undefined || versions.includes(present.version)) &&
    Object.keys(where).every((field) => where[field]!.includes(before[field]))
  if (!demanded) return Result.fail({ _tag: "Stale", key, record: { version: present.version, state: before } })

  const cursors = resolve(state, kind, step, before)
  if (Result.isFailure(cursors)) return Result.fail(cursors.failure)
  const asked = kind.kind.normalise({ ...patch, ...cursors.success })
  const moves = Object.fromEntries(
    Object.keys(assign).filter((field) => !Equality.same(before[field], assign[field]))
      .map((field) => [field, { from: before[field], to: assign[field] }])
  )
  const applied = kind.kind.apply(before, asked)
  if (applied === before && Object.keys(moves).length === 0) {
    return Result.succeed({ version: present.version, state: before, changed: false })
  }
  const touched = kind.touched!
  const at = before[touched] > author.at ? before[touched] : author.at
  const after = {
    ...applied,
    ...Object.fromEntries(Object.keys(moves).map((field) => [field, assign[field]])),
    [touched]: at
  }
  const clash = taken(state, kind, key, after)
  if (clash !== undefined) return Result.fail({ _tag: "Taken", key, fields: clash })
  const flaw = tooLarge(kind, after, before)
  if (flaw !== undefined) return Result.fail({ _tag: "TooLarge", key, field: flaw, limit: Json.maxBytes })
  const version = present.version + 1
  const revision = {
    ...author,
    at,
    version,
    initial: null,
    patch: asked,
    inverse: kind.kind.invert(before, asked),
    moves
  }
  // What a snapshot takes is asked only where the smallest state would have one.
  const due = version % Snapshot.every === 0 && Snapshot.isDue(version, Json.textBytes(after))
  const snapshots = due ? [...present.snapshots, { version, state: after }] : present.snapshots
  return keep(state, { key, version, state: after, history: [...present.history, revision], snapshots })
}

/** Cleans a record with all that refers to it, where anything was written since it was cleaned last. */
const clean = (state: State, step: RecordStore.Update): Outcome => {
  const { author, dry, key } = step
  const referring = referringTo(state, key)
  const events = entriesOf(state, key).filter(([, { content }]) => content !== null)
  const written = [lookUp(state, key), ...referring].flatMap((entry) => entry?.history ?? [])
  if (events.length === 0 && written.every(({ redacted }) => redacted)) {
    return update(state, { ...step, patch: {}, assign: {} })
  }
  const outcome = update(state, clearing(state, step))
  if (Result.isFailure(outcome) || dry) return outcome
  redact(state, key, outcome)
  for (const { key } of referring) {
    redact(state, key, update(state, clearing(state, { _tag: "Update", key, patch: {}, author, redact: true })))
  }
  for (const [name, event] of events) state.events.set(name, frozen({ ...event, content: null }))
  return outcome
}

const clearing = (state: State, step: RecordStore.Update): RecordStore.Update => {
  const { assign, patch } = Redaction.clearing(state.kinds.get(step.key.kind)!)
  return { ...step, patch: { ...copy(step.patch), ...patch }, assign: { ...copy(step.assign ?? {}), ...assign } }
}

/**
 * Redacts the history of a record; the change by which it was cleared keeps its reason. Of its whole states there stay
 * the present one, and what was clean before.
 */
const redact = (state: State, key: RecordStore.RecordKey, cleared: Outcome): void => {
  const own = Result.isSuccess(cleared) && cleared.success.changed ? cleared.success.version : undefined
  const kind = state.kinds.get(key.kind)!
  const entry = lookUp(state, key)!
  const { history, snapshots, state: present, version } = entry
  keep(state, {
    ...entry,
    history: history.map((revision) => {
      if (revision.redacted) return revision
      const { reason, ...rest } = Redaction.redacted(kind, revision)
      return { ...rest, reason: revision.version === own ? revision.reason : reason }
    }),
    snapshots: [
      ...snapshots.filter((one) => one.version < version && history[one.version - 1]!.redacted),
      { version, state: present }
    ]
  })
}

/** The records with content that refer to a record. */
const referringTo = ({ entries, kinds }: State, { id, kind, tenant }: RecordStore.RecordKey): ReadonlyArray<Entry> =>
  [...entries.values()].filter((entry) => {
    const { content, references = {} } = kinds.get(entry.key.kind)!
    return content !== undefined && entry.key.tenant === tenant &&
      Object.keys(references).some((field) => references[field] === kind && entry.state[field] === id)
  })

/** The entries of a record's log, by their names. */
const entriesOf = ({ events, kinds }: State, { id, kind, tenant }: RecordStore.RecordKey) => {
  const log = kinds.get(kind)!.content?.log
  return [...events].filter(([name, event]) =>
    log !== undefined && event[log] === id && name === nameOf(tenant, event.id)
  )
}

const keep = (state: State, entry: Entry): Outcome => {
  const { id, kind, tenant } = entry.key
  state.entries.set(nameOf(kind, tenant, id), frozen({ ...entry, key: { id, kind, tenant } }))
  return Result.succeed({ version: entry.version, state: entry.state, changed: true })
}

/** Finds the log entries that cursors advance to. A step back is dropped or refused, as the write demands; no step is dropped. */
const resolve = (
  state: State,
  kind: RecordKind.RecordKind,
  { advance = {}, backwards = "reject", key }: RecordStore.Update,
  before: Revision.Row
): Result.Result<Cursors, RecordStore.Rejection> => {
  const cursors: Record<string, { readonly advance: Cursor.Cursor }> = {}
  for (const [field, id] of Object.entries(advance)) {
    const event = state.events.get(nameOf(key.tenant, id)) as Revision.Row | undefined
    const scope: ReadonlyArray<string> = kind.kind.fields[field].scope
    if (event === undefined || scope.some((name) => event[name] !== before[name])) {
      return Result.fail({ _tag: "UnknownEntry", key, field, id })
    }
    const given = { sequence: event["sequence_id"], id }
    const present = before[field] as Cursor.Cursor | null
    if (present !== null && given.sequence <= present.sequence) {
      if (backwards === "reject" && given.sequence < present.sequence) {
        return Result.fail({ _tag: "Backwards", key, field, present, given })
      }
    } else cursors[field] = { advance: given }
  }
  return Result.succeed(cursors)
}

/** The first set of unique fields whose values another record has. */
const taken = (
  state: State,
  kind: RecordKind.RecordKind,
  key: RecordStore.RecordKey,
  row: Revision.Row
): ReadonlyArray<string> | undefined =>
  kind.unique?.find(({ among, fields }) =>
    fields.every((field) => row[field] !== null) &&
    (among === "all" || !RecordKind.isDeleted(kind, row)) &&
    select(state, key.kind, key.tenant).some((other) =>
      other.key.id !== key.id &&
      (among === "all" || !RecordKind.isDeleted(kind, other.state)) &&
      fields.every((field) => other.state[field] === row[field])
    )
  )?.fields

/** The first field whose new JSON value is larger than what is stored. */
const tooLarge = (kind: RecordKind.RecordKind, after: Revision.Row, before?: Revision.Row): string | undefined =>
  Object.keys(kind.kind.fields).find((field) =>
    typeof after[field] === "object" && after[field] !== null && after[field] !== before?.[field] &&
    Json.textBytes(after[field]) > Json.maxBytes
  )
