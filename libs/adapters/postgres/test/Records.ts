/** Records and writes of them to test with. */
import { EventLog, RecordStore, type Revision, Text } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

export const tenant = "t"

/** A moment, in seconds from an arbitrary one. */
export const at = (seconds = 0): string => Text.timestamp(1_795_000_000_123_456_000n + BigInt(seconds) * 1_000_000_000n)

export const author = (seconds = 0): Revision.Authorship => ({ at: at(seconds), by: "tester", reason: null })

export const key = (id: string, kind = "Task"): RecordStore.RecordKey => ({ kind, tenant, id })

export const task = (id: string, more: Revision.Row = {}): Revision.Row => ({
  id,
  name: null,
  status: "RUNNING",
  status_reason: null,
  created_at: at(),
  updated_at: at(),
  cleaned_at: null,
  params: null,
  task_metadata: null,
  ...more
})

export const agent = (id: string): Revision.Row => ({ id, name: null, created_at: at() })

export const tracker = (id: string, task_id: string, agent_id: string, more: Revision.Row = {}): Revision.Row => ({
  id,
  agent_id,
  task_id,
  status: null,
  status_reason: null,
  last_processed_event_id: null,
  created_at: at(),
  updated_at: at(),
  ...more
})

export const insert = (kind: string, state: Revision.Row): RecordStore.Insert => ({
  _tag: "Insert",
  key: key(state["id"], kind),
  state,
  author: author()
})

export const update = (id: string, more: Partial<RecordStore.Update>): RecordStore.Update => ({
  _tag: "Update",
  key: key(id),
  patch: {},
  author: author(1),
  ...more
})

export const merge = (set: Revision.Row): Revision.Row => ({ params: { merge: { set } } })

export const commit = (
  ...commits: ReadonlyArray<RecordStore.Commit>
): Effect.Effect<ReadonlyArray<RecordStore.CommitResult>, RecordStore.StoreUnavailable, RecordStore.RecordStore> =>
  Effect.flatMap(RecordStore.RecordStore, (store) => store.commit(commits))

/** Commits each write for itself, all of which must be carried out, and gives what they left. */
export const write = (
  ...writes: ReadonlyArray<RecordStore.Write>
): Effect.Effect<ReadonlyArray<RecordStore.Written>, RecordStore.StoreUnavailable, RecordStore.RecordStore> =>
  Effect.map(
    commit(...writes.map((one) => [one] as const)),
    (results) =>
      results.map((result) => Result.getOrThrowWith(result, (rejection) => new Error(JSON.stringify(rejection)))[0]!)
  )

export const present = (id: string, kind = "Task") =>
  Effect.flatMap(RecordStore.RecordStore, (store) => Effect.map(store.get([key(id, kind)]), ([stored]) => stored!))

export const history = (id: string, kind = "Task") =>
  Effect.flatMap(RecordStore.RecordStore, (store) => store.history(key(id, kind), { limit: 1_000_000 }))

export const event = (id: string, task_id: string, agent_id: string): EventLog.Append => ({
  tenant,
  id,
  task_id,
  agent_id,
  created_at: at(),
  content: { id }
})

export const append = (...events: ReadonlyArray<EventLog.Append>) =>
  Effect.flatMap(EventLog.EventLog, (log) => log.append(events))
