/**
 * One write of a commit, executed on the records in memory.
 *
 * @internal
 */
import { type RecordStore, RecordWrite, Redaction } from "@emend/domain"
import * as Result from "effect/Result"
import { type Entry, frozen, holdings, lookUp, nameOf, select, type State } from "./MemoryState.ts"

type Outcome = Result.Result<RecordStore.Written, RecordStore.Rejection>

/** Executes one write, or says why not. */
export const write = (state: State, step: RecordStore.Write): Outcome =>
  step._tag === "Update" && step.redact === true ? clean(state, step) : keep(state, step)

const keep = (state: State, step: RecordStore.Write): Outcome =>
  Result.map(RecordWrite.write(holdings(state), step), ({ isSnapshot, revision, ...written }) => {
    const { id, kind, tenant } = step.key
    const { history = [], snapshots = [] } = lookUp(state, step.key) ?? {}
    const stored = { version: written.version, state: written.state }
    if (written.changed) {
      put(state, {
        ...stored,
        key: { id, kind, tenant },
        history: revision === null ? history : [...history, revision],
        snapshots: isSnapshot ? [...snapshots, stored] : snapshots
      })
    }
    return written
  })

const put = (state: State, entry: Entry): void => {
  const { id, kind, tenant } = entry.key
  state.entries.set(nameOf(kind, tenant, id), frozen(entry))
}

/** Cleans a record with all that refers to it, where anything was written since it was cleaned last. */
const clean = (state: State, step: RecordStore.Update): Outcome => {
  const { author, dry, key } = step
  const referring = referringTo(state, key)
  const events = entriesOf(state, key).filter(([, { content }]) => content !== null)
  const written = [lookUp(state, key), ...referring].flatMap((entry) => entry?.history ?? [])
  if (events.length === 0 && written.every(({ redacted }) => redacted)) {
    return keep(state, { ...step, patch: {}, assign: {} })
  }
  const outcome = keep(state, RecordWrite.clearing(state, step))
  if (Result.isFailure(outcome) || dry) return outcome
  redact(state, key, outcome)
  for (const { key } of referring) {
    const clearing = RecordWrite.clearing(state, { _tag: "Update", key, patch: {}, author, redact: true })
    redact(state, key, keep(state, clearing))
  }
  for (const [name, event] of events) state.events.set(name, frozen({ ...event, content: null }))
  return outcome
}

/** Redacts the history of a record. Of its whole states there stay the present one, and what was clean before. */
const redact = (state: State, key: RecordStore.RecordKey, cleared: Outcome): void => {
  const own = Result.isSuccess(cleared) && cleared.success.changed ? cleared.success.version : undefined
  const entry = lookUp(state, key)!
  const { history, snapshots, state: present, version } = entry
  put(state, {
    ...entry,
    history: Redaction.redactedAll(state.kinds.get(key.kind)!, history, own),
    snapshots: [
      ...snapshots.filter((one) => one.version < version && history[one.version - 1]!.redacted),
      { version, state: present }
    ]
  })
}

/** The records with content that refer to a record. */
const referringTo = (state: State, { id, kind, tenant }: RecordStore.RecordKey): ReadonlyArray<Entry> =>
  Redaction.referring(state.kinds.values(), kind).flatMap((by) =>
    select(state, by.kind, tenant).filter((entry) => entry.state[by.field] === id)
  )

/** The entries of a record's log, by their names. */
const entriesOf = ({ events, kinds }: State, { id, kind, tenant }: RecordStore.RecordKey) => {
  const log = kinds.get(kind)!.content?.log
  return [...events].filter(([name, event]) =>
    log !== undefined && event[log] === id && name === nameOf(tenant, event.id)
  )
}
