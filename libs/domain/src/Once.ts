/**
 * How use cases are carried out once under an idempotency key.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Caller } from "./Caller.ts"
import * as ContentHash from "./ContentHash.ts"
import { IdempotencyKey, KeyLifetimeMillis } from "./Idempotency.ts"
import type { Memo, Outcome } from "./Memo.ts"
import type { RecordKind } from "./RecordKind.ts"
import type { RecordKey, RecordStore, StoreUnavailable } from "./RecordStore.ts"
import * as Refusals from "./Refusals.ts"
import { replayAll, type Row } from "./Revision.ts"
import { timestamp } from "./Text.ts"

/** A use case under a key: the memo for its write, and, where it was carried out before, what that left. */
export interface Attempt {
  readonly memo: Omit<Memo, "note">
  readonly first?: Outcome & { readonly note: Row }
}

/** The present attempt; none without a key. */
export const Attempt = Context.Reference<Attempt | undefined>("@emend/domain/Attempt", {
  defaultValue: () => undefined
})

/** Another process was faster with the same request. It is a defect, as it never leaves the use cases of {@link make}. */
export class Repeated extends Data.TaggedError("Repeated") {}

/** Carries a use case out once under each key; without a key it is as it was. */
export type Once = <Given extends ReadonlyArray<any>, A, E, R>(
  name: string,
  useCase: (...given: Given) => Effect.Effect<A, E, R>
) => (
  ...given: Given
) => Effect.Effect<A, E | Refused, R>

type Refused = Refusals.KeyReused | Refusals.KeyInUse | StoreUnavailable

/** The refusals that are the answer for good. None of them holds a value of a record. */
const Lasting = Schema.Union([
  Refusals.RecordMissing,
  Refusals.VersionMismatch,
  Refusals.VersionUnknown,
  Refusals.TransitionRefused,
  Refusals.StatusRefused,
  Refusals.RevisionRedacted,
  Refusals.AlreadyTaken,
  Refusals.ReferenceUnknown,
  Refusals.CursorBackwards,
  Refusals.InputInvalid,
  Refusals.CycleRefused,
  Refusals.GraphTooLarge
])
const isLasting = Schema.is(Lasting)
/** A version that was asked for may be no number of JSON. */
const Kept = Schema.toCodecJson(Lasting)
const encode = Schema.encodeUnknownSync(Kept)
const decode = Schema.decodeUnknownSync(Kept)

/** The memo for a write of the present attempt, with what the answer says beside the record. */
export const memo = (note: Row): Effect.Effect<Memo | undefined> =>
  Effect.map(Attempt, (attempt) => attempt && { ...attempt.memo, note })

/** What the present attempt left when it was carried out before: the record of the kind as it was then. */
export const again = Effect.fnUntraced(function*<S>(
  store: RecordStore["Service"],
  recordKind: RecordKind,
  { kind, tenant }: RecordKey
) {
  const { first } = (yield* Attempt) ?? {}
  if (first === undefined) return undefined
  const { changed, id, note, version } = first
  const past = yield* store.past({ kind, tenant, id }, version)
  if (past === undefined) {
    const [present] = yield* store.get([{ kind, tenant, id }])
    return yield* new Refusals.RevisionRedacted({ kind, id, present: present!.version, given: version })
  }
  const state = replayAll(recordKind, past.base.state, past.revisions) as S
  return { version, state, changed, ...(Object.keys(note).length === 0 ? undefined : { note }) }
})

/** Remembers that the present attempt met a record at a version and changed nothing. */
export const leave = Effect.fnUntraced(function*(
  store: RecordStore["Service"],
  { id, kind, tenant }: RecordKey,
  version: number
) {
  const kept = yield* memo({})
  if (kept === undefined) return
  const isNew = yield* store.remember(tenant, kept, { kind, id, version, changed: false })
  if (!isNew) return yield* Effect.die(new Repeated())
})

/** Prepares use cases over a store. */
export const make = (store: RecordStore["Service"]): Once => {
  const running = new Set<string>()

  const keyed = Effect.fnUntraced(function*<A, E, R>(
    { key, onRepeat = Effect.void, request, scope }: IdempotencyKey,
    name: string,
    useCase: Effect.Effect<A, E, R>
  ) {
    const { subject, tenant } = yield* Caller
    const id = yield* ContentHash.of([subject, scope, key])
    const fingerprint = yield* ContentHash.of([name, JSON.parse(JSON.stringify(request))])

    const attempt: Effect.Effect<A, E | Refused, R> = Effect.gen(function*() {
      const now = yield* Clock.currentTimeNanos
      const made = timestamp(now)
      const expires = timestamp(now + BigInt(yield* KeyLifetimeMillis) * 1_000_000n)
      const memo = { id, fingerprint, made, expires }
      const [found] = yield* store.recall([{ tenant, id }], made)
      if (found === undefined) {
        return yield* useCase.pipe(
          Effect.provideService(Attempt, { memo }),
          Effect.catch((refusal) =>
            isLasting(refusal)
              ? Effect.flatMap(
                store.remember(tenant, { ...memo, note: { refusal: encode(refusal) } }, null),
                (isNew) => isNew ? Effect.fail(refusal) : attempt
              )
              : Effect.fail(refusal)
          ),
          Effect.catchDefect((defect) => defect instanceof Repeated ? attempt : Effect.die(defect))
        )
      }
      const { note, written } = found
      if (found.fingerprint !== fingerprint) return yield* new Refusals.KeyReused({ key })
      yield* onRepeat
      // The use case and what is asked are the same: so are the refusals.
      if (written === null) return yield* Effect.fail(decode(note["refusal"]) as E)
      return yield* Effect.provideService(useCase, Attempt, { memo, first: { ...written, note } })
    })

    const place = JSON.stringify([tenant, id])
    return yield* Effect.suspend((): Effect.Effect<A, E | Refused, R> => {
      if (running.has(place)) return Effect.fail(new Refusals.KeyInUse({ key }))
      running.add(place)
      return Effect.ensuring(attempt, Effect.sync(() => running.delete(place)))
    })
  })

  return <Given extends ReadonlyArray<any>, A, E, R>(
    name: string,
    useCase: (...given: Given) => Effect.Effect<A, E, R>
  ) =>
  (...given: Given) =>
    Effect.flatMap(
      IdempotencyKey,
      (key): Effect.Effect<A, E | Refused, R> => {
        const asIs = useCase(...given)
        if (key === undefined || isRehearsal(given)) return asIs
        // A use case that is a part of another one is carried out once with that.
        return Effect.flatMap(Attempt, (attempt) => attempt === undefined ? keyed(key, name, asIs) : asIs)
      }
    )
}

/** The conditions of a use case come last. A dry run does nothing that could be done twice. */
const isRehearsal = (given: ReadonlyArray<any>): boolean => given.at(-1)?.dryRun === true
