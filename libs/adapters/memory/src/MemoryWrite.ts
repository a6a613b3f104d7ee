/**
 * One write of a commit, executed on the records in memory.
 *
 * @internal
 */
import { Cleaning, type RecordStore, RecordWrite } from "@emend/domain"
import * as Result from "effect/Result"
import { nameOf } from "./MemoryEntries.ts"
import { archive, type Entry, frozen, holdings, type State } from "./MemoryState.ts"

type Outcome = Result.Result<RecordStore.Written, RecordStore.Rejection>

/** Executes one write, or says why not. */
export const write = (state: State, step: RecordStore.Write): Outcome =>
  step._tag === "Update" && step.redact === true ? clean(state, step) : keep(state, step)

const keep = (state: State, step: RecordStore.Write): Outcome =>
  Result.map(RecordWrite.write(holdings(state), step), ({ isSnapshot, revision, ...written }) => {
    const { history = [], snapshots = [] } = state.entries.get(step.key) ?? {}
    const stored = { version: written.version, state: written.state }
    if (written.changed) {
      put(state, {
        ...stored,
        key: step.key,
        history: revision === null ? history : [...history, revision],
        snapshots: isSnapshot ? [...snapshots, stored] : snapshots
      })
    }
    return written
  })

const put = (state: State, entry: Entry): void => {
  const { id, kind, tenant } = entry.key
  state.entries.set(frozen({ ...entry, key: { id, kind, tenant } }))
}

/** Cleans a record with all that refers to it, where anything was written since it was cleaned last. */
const clean = (state: State, step: RecordStore.Update): Outcome =>
  Result.map(Cleaning.clean(archive(state), step), ({ entries, records, written }) => {
    for (const { gone, history, key, written: { state: row, version } } of records) {
      const kept = state.entries.get(key)!.snapshots.filter((one) =>
        one.version < version && !gone.includes(one.version)
      )
      put(state, { key, version, state: row, history, snapshots: [...kept, { version, state: row }] })
    }
    for (const entry of entries) state.events.set(nameOf(step.key.tenant, entry.id), frozen(entry))
    return written
  })
