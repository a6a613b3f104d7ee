/** A store with one fault, made of a right one. */
import type { EventLog, RecordStore } from "@emend/domain"

export type Records = RecordStore.RecordStore["Service"]
export type Log = EventLog.EventLog["Service"]

export interface Fault {
  /** The fact that must turn red. */
  readonly finds: string
  readonly records?: (records: Records, log: Log) => Partial<Records>
  readonly log?: (log: Log) => Partial<Log>
}

export type Faults = Readonly<Record<string, Fault>>

/** Executes other writes than those asked for. */
export const writing =
  (change: (write: RecordStore.Write) => RecordStore.Write) => (records: Records): Partial<Records> => ({
    commit: (commits) =>
      records.commit(commits.map(([first, ...rest]): RecordStore.Commit => [
        change(first),
        ...rest.map((step) => step._tag === "Each" ? step : change(step))
      ]))
  })

export const updating = (change: (update: RecordStore.Update) => RecordStore.Update) =>
  writing((write) => (write._tag === "Update" ? change(write) : write))
