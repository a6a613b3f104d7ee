/** What is kept in memory. */
import type { Cleaning, EventLog, RecordKind, RecordStore, RecordWrite, Revision } from "@emend/domain"
import { type MemoryEntries, nameOf } from "./MemoryEntries.ts"
import type { Kept } from "./MemoryMemos.ts"

/** One record: its present state, and its history, oldest first. */
export interface Entry extends RecordStore.Stored {
  readonly key: RecordStore.RecordKey
  readonly history: ReadonlyArray<Revision.Revision>
  /** Whole states at some of the versions, oldest first. */
  readonly snapshots: ReadonlyArray<RecordStore.Stored>
}

/** All records, and all events and memos by their tenant's name for them. */
export interface State {
  readonly kinds: ReadonlyMap<string, RecordKind.RecordKind>
  readonly entries: MemoryEntries
  readonly events: Map<string, EventLog.Event>
  readonly memos: Map<string, Kept>
}

/**
 * Freezes a value with everything in it, which is given to callers as it is: none of them changes what is kept. What is
 * frozen already is so to its depth.
 */
export const frozen = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

/** What is held, as the domain asks for it. */
export const holdings = (state: State): RecordWrite.Holdings => ({
  kinds: state.kinds,
  record: (key) => state.entries.get(key),
  records: (kind, tenant, having) => state.entries.of(kind, tenant, having),
  entry: (tenant, id) => state.events.get(nameOf(tenant, id))
})

/** The same with what was before. */
export const archive = (state: State): Cleaning.Archive => ({
  ...holdings(state),
  history: (key) => state.entries.get(key)?.history ?? [],
  entries: (log, { id, tenant }) =>
    [...state.events].filter(([name, event]) => event[log] === id && name === nameOf(tenant, event.id))
      .map(([, event]) => event)
})
