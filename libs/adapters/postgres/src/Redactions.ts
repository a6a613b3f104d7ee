/**
 * Cleanings of records, each executed as several statements of one transaction.
 *
 * @since 0.1.0
 */
import { type RecordStore, Redaction } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import { bigints, type Run, texts } from "./Database.ts"
import * as RedactStatement from "./RedactStatement.ts"
import type { Relation } from "./Relation.ts"
import type * as Updates from "./Updates.ts"

/**
 * Cleans a record, on a connection with a transaction.
 *
 * @category models
 * @since 0.1.0
 */
export type Execute = (run: Run, write: RecordStore.Update) => Effect.Effect<Updates.Outcome, SqlError>

/**
 * Prepares the cleaning of the records of a kind, which needs the updates of every kind that refers to it.
 *
 * The record is locked first, against all who refer to it: whoever appended to its log or made a record that refers to
 * it is done by then and seen, or comes afterwards. What refers to it is locked by its own update. Each statement that
 * follows sees what was committed until then, so that nothing of it is left.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  relation: Relation,
  relations: ReadonlyMap<string, Relation>,
  updates: ReadonlyMap<string, Updates.Execute>
): Execute => {
  const { name } = relation.kind.kind
  const referring = [...relations.values()].flatMap((of): ReadonlyArray<RedactStatement.Referring> =>
    of.kind.content === undefined
      ? []
      : Object.entries(of.kind.references ?? {}).flatMap(([field, to]) => to === name ? [{ relation: of, field }] : [])
  )
  if (relation.kind.content === undefined) {
    return () => Effect.die(new Error(`${name} has no content to clean`))
  }
  const lock = RedactStatement.lock(relation)
  const remains = RedactStatement.remains(relation, referring)
  const histories = RedactStatement.histories(relation)
  const entries = RedactStatement.entries(relation)
  const others = referring.map((one) => ({
    kind: one.relation.kind,
    ids: RedactStatement.referringIds(one),
    histories: RedactStatement.histories(one.relation)
  }))
  const update = (run: Run, kind: string, writes: ReadonlyArray<RecordStore.Update>) =>
    writes.length === 0 ? Effect.succeed([]) : updates.get(kind)!(run, writes)

  return Effect.fnUntraced(function*(run, write) {
    const { author, key: { id, tenant } } = write
    yield* run(lock, [tenant, id])
    const [[dirty]] = (yield* run(remains, [tenant, id])) as [[boolean]]
    const [outcome] = yield* update(run, name, [
      dirty ? merged(write, Redaction.clearing(relation.kind)) : { ...write, patch: {}, assign: {} }
    ])
    if (!dirty || write.dry || Result.isFailure(outcome!)) return outcome!
    for (const { histories, ids, kind } of others) {
      const found = (yield* run(ids, [tenant, id])).map(([one]) => one as string)
      const outcomes = yield* update(
        run,
        kind.kind.name,
        found.map((one) => ({
          _tag: "Update",
          key: { kind: kind.kind.name, tenant, id: one },
          author,
          redact: true,
          ...Redaction.clearing(kind)
        }))
      )
      yield* run(histories, [tenant, texts(found), bigints(outcomes.map(cleared))])
    }
    yield* run(histories, [tenant, texts([id]), bigints([cleared(outcome!)])])
    if (entries !== undefined) yield* run(entries, [tenant, id])
    return outcome!
  })
}

/** The version that an update led to; 0, which is none, where it changed nothing. */
const cleared = (outcome: Updates.Outcome): number =>
  Result.isSuccess(outcome) && outcome.success.changed ? outcome.success.version : 0

const merged = (
  write: RecordStore.Update,
  { assign, patch }: ReturnType<typeof Redaction.clearing>
): RecordStore.Update => ({
  ...write,
  patch: { ...write.patch, ...patch },
  assign: { ...write.assign, ...assign }
})
