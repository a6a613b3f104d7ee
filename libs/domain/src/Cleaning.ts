/**
 * What a cleaning leaves of a record, of all that refers to it and of its log, for stores that keep whole states. It is
 * pure, see `RecordWrite`.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { Event } from "./EventLog.ts"
import type { RecordKey, Rejection, Update, Written } from "./RecordStore.ts"
import { type Holdings, write } from "./RecordWrite.ts"
import * as Redaction from "./Redaction.ts"
import type { Revision } from "./Revision.ts"

/**
 * What a store holds at one moment, and what it held before.
 *
 * @category models
 * @since 0.1.0
 */
export interface Archive extends Holdings {
  /** The whole history of a record, oldest first. */
  readonly history: (key: RecordKey) => ReadonlyArray<Revision>
  /** The entries of the log of a record, which name it in this field. */
  readonly entries: (log: "task_id", key: RecordKey) => ReadonlyArray<Event>
}

/**
 * What is left of a record: its present state, which is to be kept whole in the history too, and its history. Of the
 * states that were kept whole, those at the versions of `gone` go.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cleaned {
  readonly key: RecordKey
  readonly written: Written
  readonly history: ReadonlyArray<Revision>
  readonly gone: ReadonlyArray<number>
}

/**
 * What is left of everything that a cleaning reaches; of entries of logs, only those that change.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cleaning {
  readonly written: Written
  readonly records: ReadonlyArray<Cleaned>
  readonly entries: ReadonlyArray<Event>
}

/**
 * Carries out an update with `redact`. Where nothing was written since the record was cleaned last, nothing is.
 *
 * @category operations
 * @since 0.1.0
 */
export const clean = (archive: Archive, step: Update): Result.Result<Cleaning, Rejection> => {
  const { author, key } = step
  const { history, kinds, records } = archive
  const referring = Redaction.referring(kinds.values(), key.kind).flatMap(({ field, kind }) =>
    Array.from(records(kind, key.tenant, { [field]: key.id }), ({ state }) => state)
      .filter((state) => state[field] === key.id)
      .map((state): RecordKey => ({ kind, tenant: key.tenant, id: state["id"] }))
  )
  const log = kinds.get(key.kind)!.content?.log
  const entries = log === undefined ? [] : archive.entries(log, key).filter(({ content }) => content !== null)
  const isClean = [key, ...referring].every((one) => history(one).every(({ redacted }) => redacted))
  if (isClean && entries.length === 0) {
    const outcome = write(archive, { ...step, patch: {}, assign: {} })
    return Result.map(outcome, ({ changed, state, version }) => ({
      written: { version, state, changed },
      records: [],
      entries: []
    }))
  }
  return Result.gen(function*() {
    const own = yield* cleaned(archive, step)
    const others: Array<Cleaned> = []
    for (const key of referring) {
      others.push(yield* cleaned(archive, { _tag: "Update", key, patch: {}, author, redact: true }))
    }
    return {
      written: own.written,
      records: [own, ...others],
      entries: entries.map((entry) => ({ ...entry, content: null }))
    }
  })
}

const cleaned = (archive: Archive, step: Update): Result.Result<Cleaned, Rejection> => {
  const kind = archive.kinds.get(step.key.kind)!
  const { assign, patch } = Redaction.clearing(kind)
  const clearing = { ...step, patch: { ...step.patch, ...patch }, assign: { ...step.assign, ...assign } }
  return Result.map(write(archive, clearing), ({ changed, revision, state, version }) => {
    const before = archive.history(step.key)
    const after = revision === null ? before : [...before, revision]
    return {
      key: step.key,
      written: { version, state, changed },
      history: Redaction.redactedAll(kind, after, revision?.version),
      gone: before.filter(({ redacted }) => !redacted).map(({ version }) => version)
    }
  })
}
