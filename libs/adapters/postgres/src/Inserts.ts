/**
 * Inserts of one kind, executed as one statement.
 *
 * @since 0.1.0
 */
import { Json, type RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import * as Attempts from "./Attempts.ts"
import { isImpatient, type Run, texts } from "./Database.ts"
import * as Encoded from "./Encoded.ts"
import * as InsertStatement from "./InsertStatement.ts"
import * as Memos from "./Memos.ts"
import * as Relation from "./Relation.ts"
import type { Outcome } from "./Updates.ts"

/**
 * Executes inserts of different records of one kind, and answers each, in order. With `skips`, another transaction that
 * does not end soon is not waited for: it may be in the way of one of them, none of them is done, and each is answered by
 * `undefined`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Execute {
  (run: Run, inserts: ReadonlyArray<RecordStore.Insert>): Effect.Effect<ReadonlyArray<Outcome>, SqlError>
  (
    run: Run,
    inserts: ReadonlyArray<RecordStore.Insert>,
    skips: boolean
  ): Effect.Effect<ReadonlyArray<Outcome | undefined>, SqlError>
}

/** What stood in an insert's way is gone before it can be told. */
const gone = Symbol("gone")

/**
 * Prepares the execution of the inserts of a kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  relation: Relation.Relation,
  relations: ReadonlyMap<string, Relation.Relation>
): Execute => {
  const statements = [false, true].map((remembers) =>
    [false, true].map((waits) => InsertStatement.make(relation, { remembers, waits }))
  )
  const question = InsertStatement.explain(relation, relations)

  const insert = (run: Run, inserts: ReadonlyArray<RecordStore.Insert>, waits: boolean) => {
    const remembers = inserts.some(({ memo }) => memo !== undefined)
    const encoded = inserts.map((insert) => Encoded.of(insert, encode))
    return run(statements[Number(remembers)]![Number(waits)]!, [
      texts(inserts.map(({ key }) => key.tenant)),
      texts(inserts.map(({ key }) => key.id)),
      texts(encoded.map(({ json }) => json)),
      texts(inserts.map(({ author }) => author.at)),
      texts(inserts.map(({ author }) => author.by)),
      texts(inserts.map(({ author }) => author.reason)),
      ...(remembers ? Memos.parameters(inserts.map(({ memo }) => memo), encoded.map(({ note }) => note)) : [])
    ])
  }

  /** A statement that met a clash cannot see the record of another that was in flight: the next one can. */
  const explain = (run: Run, write: RecordStore.Insert, found: string): Effect.Effect<Outcome, SqlError> => {
    const { ifAbsent, key, memo } = write
    let flaw = found
    const told = Effect.gen(function*(): Effect.fn.Return<Outcome, SqlError | typeof gone> {
      const [row] = yield* run(question, [key.tenant, key.id, Encoded.of(write, encode).json])
      if (row![1] !== null) {
        if (!ifAbsent) return Result.fail({ _tag: "Taken", key, fields: ["id"] })
        const present = { version: row![1] as number, state: Relation.read(relation, row!, 2), changed: false }
        const { id, kind, tenant } = key
        const left = { kind, id, version: present.version, changed: false }
        return memo === undefined || (yield* Memos.remember(run, tenant, memo, left))
          ? Result.succeed(present)
          : Result.fail({ _tag: "Repeated", key })
      }
      const [why, place] = ((row![0] as string | null) ?? flaw).split(":")
      if (why === "taken") {
        return Result.fail({ _tag: "Taken", key, fields: relation.kind.unique![Number(place)]!.fields })
      }
      const field = relation.attributes[Number(place)]?.field ?? ""
      if (why === "dangling") return Result.fail({ _tag: "Dangling", key, field })
      if (why === "large") return Result.fail({ _tag: "TooLarge", key, field, limit: Json.maxBytes })
      flaw = (yield* insert(run, [write], true))[0]![1] as string
      return flaw === "done" ? inserted(write) : yield* Effect.fail(gone)
    })
    return Effect.catch(Attempts.again(told, (error) => error === gone), (error) =>
      error === gone
        ? Effect.die(new Error(`An insert of ${key.kind} ${key.id} was refused again and again for no reason`))
        : Effect.fail(error))
  }

  return Effect.fnUntraced(function*(run: Run, inserts: ReadonlyArray<RecordStore.Insert>, skips = false) {
    const rows = yield* Effect.catch(
      insert(run, inserts, !skips),
      (error) => skips && isImpatient(error) ? Effect.succeed(undefined) : Effect.fail(error)
    )
    if (rows === undefined) return inserts.map(() => undefined)
    const outcomes: Array<Outcome> = inserts.map(inserted)
    for (const [ordinal, flaw] of rows) {
      const at = (ordinal as number) - 1
      if (flaw !== "done") outcomes[at] = yield* explain(run, inserts[at]!, flaw as string)
    }
    return outcomes
  }) as Execute
}

/**
 * Encodes an insert. What JSON cannot write is a `TypeError`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const encode = ({ memo, state }: RecordStore.Insert): Encoded.Encoded => Encoded.make(state, null, memo)

const inserted = ({ state }: RecordStore.Insert): Outcome => Result.succeed({ version: 1, state, changed: true })
