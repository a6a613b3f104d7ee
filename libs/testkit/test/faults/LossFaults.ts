/** The faults that cost users their data: what was written is lost, doubled, or cannot be told any more. */
import { kinds, RecordStore, Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Faults, type Log, type Records, writing } from "./Fault.ts"

const kindOf = (name: string) => kinds.find(({ kind }) => kind.name === name)!

/** Executes other updates, which depend on what is stored. */
const rewriting = (
  records: Records,
  change: (update: RecordStore.Update) => Effect.Effect<RecordStore.Update, RecordStore.StoreUnavailable>
): Partial<Records> => ({
  commit: (commits) =>
    Effect.forEach(
      commits,
      (commit) =>
        Effect.forEach(
          RecordStore.named(commit),
          (write): Effect.Effect<RecordStore.Write, RecordStore.StoreUnavailable> =>
            write._tag === "Update" && write.redact !== true ? change(write) : Effect.succeed(write)
        ).pipe(
          Effect.flatMap(([first, ...rest]) => records.commit([[first!, ...rest]])),
          Effect.map(([result]) => result!)
        )
    )
})

/** The update that writes a record back as it was before its last change, with what is asked for in it. */
const writtenBack = (records: Records) =>
  Effect.fnUntraced(function*(update: RecordStore.Update) {
    const { key, patch } = update
    const recordKind = kindOf(key.kind)
    const [present] = yield* records.get([key])
    if (present === undefined || present.version === 1) return update
    const past = (yield* records.past(key, present.version - 1))!
    const stale = Revision.replayAll(recordKind, past.base.state, past.revisions)
    const back = recordKind.kind.diff(present.state, recordKind.kind.apply(stale, patch)) as Revision.Row
    const isCursor = (field: string) => recordKind.kind.fields[field].kind === "forward"
    return { ...update, patch: Object.fromEntries(Object.entries(back).filter(([field]) => !isCursor(field))) }
  })

/** The update that puts a cursor where it is told, and looks at nothing else. */
const set = (log: Log) =>
  Effect.fnUntraced(function*({ advance = {}, ...update }: RecordStore.Update) {
    const cursors: Record<string, unknown> = {}
    for (const [field, id] of Object.entries(advance)) {
      const event = yield* log.get({ tenant: update.key.tenant, id })
      if (event !== undefined) cursors[field] = { id, sequence: event.sequence_id }
    }
    return { ...update, assign: { ...update.assign, ...cursors } }
  })

const gap = <A extends { readonly version: number }>(value: A): A => ({
  ...value,
  version: value.version === 1 ? 1 : value.version + 1
})

export const lossFaults: Faults = {
  "a lost update: a record is written back as it was read before the last change": {
    records: (records) => rewriting(records, writtenBack(records)),
    finds: "concurrent updates of one record are all in its history, one version each"
  },
  "a version gap: the second version is 3": {
    records: (records) => ({
      commit: (commits) =>
        Effect.map(records.commit(commits), (results) => results.map(Result.map((written) => written.map(gap)))),
      get: (keys) => Effect.map(records.get(keys), (found) => found.map((one) => one && gap(one))),
      history: (key, page) => Effect.map(records.history(key, page), (revisions) => revisions.map(gap))
    }),
    finds: "an update does to the record what the algebra says, and counts its version when the state changes"
  },
  "a cursor goes back": {
    records: (records, log) => rewriting(records, set(log)),
    finds: "any order of deliveries under join, with repetitions, ends at the latest entry"
  },
  "a partial write: of a refused commit the writes before stay": {
    records: (records) => ({
      commit: (commits) =>
        Effect.forEach(
          commits,
          Effect.fnUntraced(function*([first, ...rest]) {
            const [result] = yield* records.commit([[first, ...rest]])
            if (Result.isFailure(result!)) yield* records.commit([[first]])
            return result!
          })
        )
    }),
    finds: "the writes of a commit happen together or not at all"
  },
  "a list skips the first record of each further page": {
    records: (records) => ({
      find: (query) => Effect.map(records.find(query), (rows) => (query.after === undefined ? rows : rows.slice(1)))
    }),
    finds: "pages that go on from the last record neither skip nor repeat any, in every order"
  },
  "a memo is not looked at": {
    records: writing(({ memo: _, ...write }) => write),
    finds: "an update with a memo happens once: again it is repeated, whatever it asks, and nothing is written"
  },
  "a no-op is in the history": {
    records: (records) => {
      const noops = new Set<string>()
      return {
        commit: (commits) =>
          Effect.tap(records.commit(commits), (results) =>
            Effect.sync(() =>
              results.forEach((result, at) => {
                if (Result.isFailure(result)) return
                result.success.forEach(({ changed }, index) => {
                  if (!changed) noops.add(JSON.stringify(RecordStore.named(commits[at]!)[index]!.key))
                })
              })
            )),
        history: (key, page) =>
          Effect.map(records.history(key, page), (revisions) =>
            noops.has(JSON.stringify(key)) && revisions.length > 0
              ? [{ ...revisions[0]!, version: revisions[0]!.version + 1, patch: {}, inverse: {} }, ...revisions]
              : revisions)
      }
    },
    finds: "an update that changes nothing writes nothing: no version, no time, no history"
  },
  "two events have the same number": {
    log: (log) => ({
      append: (events) =>
        Effect.map(
          log.append(events),
          (results) => results.map(Result.map((event) => ({ ...event, sequence_id: Math.min(event.sequence_id, 2) })))
        )
    }),
    finds: "events are numbered 1, 2, 3 in their task, in the order of the batch, whatever is refused between them"
  }
}
