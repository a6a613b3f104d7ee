/** What is kept in memory. */
import type { Cleaning, EventLog, RecordKind, RecordStore, RecordWrite, Revision } from "@emend/domain"
import type { Kept } from "./MemoryMemos.ts"

/** One record: its present state, and its history, oldest first. */
export interface Entry extends RecordStore.Stored {
  readonly key: RecordStore.RecordKey
  readonly history: ReadonlyArray<Revision.Revision>
  /** Whole states at some of the versions, oldest first. */
  readonly snapshots: ReadonlyArray<RecordStore.Stored>
}

/** All records by {@link nameOf} their key, and all events and memos by their tenant's name for them. */
export interface State {
  readonly kinds: ReadonlyMap<string, RecordKind.RecordKind>
  readonly entries: Map<string, Entry>
  readonly events: Map<string, EventLog.Event>
  readonly memos: Map<string, Kept>
}

/** Names a record or an event. JSON keeps the parts apart, whatever characters they contain. */
export const nameOf = (...parts: ReadonlyArray<string>): string => JSON.stringify(parts)

/**
 * Freezes a value with everything in it, which is given to callers as it is: none of them changes what is kept. What is
 * frozen already is so to its depth.
 */
export const frozen = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

/** Finds a record by its key, deleted ones included. */
export const lookUp = (state: State, { id, kind, tenant }: RecordStore.RecordKey): Entry | undefined =>
  state.entries.get(nameOf(kind, tenant, id))

/** The records of one kind and tenant, deleted ones included. */
export const select = (state: State, kind: string, tenant: string): ReadonlyArray<Entry> =>
  [...state.entries.values()].filter(({ key }) => key.kind === kind && key.tenant === tenant)

/** What is held, as the domain asks for it. */
export const holdings = (state: State): RecordWrite.Holdings => ({
  kinds: state.kinds,
  record: (key) => lookUp(state, key),
  records: (kind, tenant) => select(state, kind, tenant),
  entry: (tenant, id) => state.events.get(nameOf(tenant, id))
})

/** The same with what was before. */
export const archive = (state: State): Cleaning.Archive => ({
  ...holdings(state),
  history: (key) => lookUp(state, key)?.history ?? [],
  entries: (log, { id, tenant }) =>
    [...state.events].filter(([name, event]) => event[log] === id && name === nameOf(tenant, event.id))
      .map(([, event]) => event)
})
