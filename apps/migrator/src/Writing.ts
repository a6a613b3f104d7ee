/**
 * The ways of runs of updates to where they are written: many at once into a store, or one by one through the use cases.
 *
 * @since 0.1.0
 */
import { Caller, IdempotencyKey, type Memo, RecordStore, Text } from "@emend/domain"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Outcome } from "./Outcome.ts"
import * as Refused from "./Refused.ts"
import * as Runs from "./Runs.ts"
import { algebras } from "./Step.ts"
import * as Verbs from "./Verbs.ts"

/**
 * Is told what became of a run. One that was refused as a whole is told update by update.
 *
 * @category models
 * @since 0.1.0
 */
export type Tell = (run: Runs.Run, outcome: Outcome) => void

/**
 * Writes each run as one, those of each record in their order. What is refused as one may be allowed in part: then each
 * update is written for itself, before what comes behind it.
 *
 * @category models
 * @since 0.1.0
 */
export type Writing<R> = (
  runs: ReadonlyArray<Runs.Run>,
  tell: Tell
) => Effect.Effect<void, RecordStore.StoreUnavailable, R>

/**
 * How runs are written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly dryRun: boolean
  /** Names a run, so that it is done once for 24 hours; without a name it is done whenever it comes. */
  readonly name: ((run: Runs.Run) => string) | undefined
  /** Makes a run of each update of one. */
  readonly apart: (run: Runs.Run) => ReadonlyArray<Runs.Run>
}

const atOnce = 16
const lifetimeNanos = 86_400_000_000_000n

/**
 * Writes by the use cases: one request each, of one record in order, of several records at once. What was done before, or
 * refused, is known by its name.
 *
 * @category constructors
 * @since 0.1.0
 */
export const byVerbs = ({ apart, dryRun, name }: Options): Writing<Verbs.Services> => {
  const one = (run: Runs.Run) =>
    Effect.suspend(() => {
      let repeated = false
      const key = name && {
        scope: "apply",
        key: name(run),
        request: null,
        onRepeat: Effect.sync(() => void (repeated = true))
      }
      return Verbs.carryOut(Runs.joined(run), { dryRun }).pipe(
        Effect.provideService(IdempotencyKey, key),
        Effect.map((outcome): Outcome => repeated && outcome._tag === "Done" ? { _tag: "Repeated" } : outcome)
      )
    })
  return (runs, tell) => {
    const inOrder = (those: ReadonlyArray<Runs.Run>): ReturnType<Writing<Verbs.Services>> =>
      Effect.forEach(
        those,
        (run) =>
          Effect.flatMap(one(run), (outcome) =>
            outcome._tag === "Refused" && run.places.length > 1
              ? inOrder(apart(run))
              : Effect.sync(() => tell(run, outcome))),
        { discard: true }
      )
    const records = Map.groupBy(runs, (run) => Runs.recordOf(run.first))
    return Effect.forEach(records.values(), inOrder, { concurrency: atOnce, discard: true })
  }
}

/**
 * Writes into a store: what the algebra alone decides in one batch, and the rest by the use cases.
 *
 * @category constructors
 * @since 0.1.0
 */
export const intoStore = (
  { by, tenant, ...options }: Options & { readonly by: string; readonly tenant: string }
): Writing<Verbs.Services | RecordStore.RecordStore> => {
  const batch = batched(options, tenant, by)
  const verbs = byVerbs(options)
  return Effect.fnUntraced(function*(runs, tell) {
    for (const [i, phase] of phases(runs).entries()) {
      if (i % 2 === 0) yield* batch(phase, tell)
      else yield* Effect.provideService(verbs(phase, tell), Caller, { tenant, subject: by })
    }
  })
}

/**
 * Runs in phases, batches and use cases by turns, so that those of each record stay in their order. Behind a run of
 * several a record's next phase begins, as those may have to be written each for itself.
 */
const phases = (runs: ReadonlyArray<Runs.Run>): ReadonlyArray<ReadonlyArray<Runs.Run>> => {
  const found: Array<Array<Runs.Run>> = []
  const open = new Map<string, number>()
  for (const run of runs) {
    const name = Runs.recordOf(run.first)
    const turn = run.first.step._tag === "Update" ? 0 : 1
    const least = open.get(name) ?? 0
    const phase = least % 2 === turn ? least : least + 1
    open.set(name, run.places.length === 1 ? phase : phase + 1)
    while (found.length <= phase) found.push([])
    found[phase]!.push(run)
  }
  return found
}

const batched = ({ apart, dryRun, name }: Options, tenant: string, by: string): Writing<RecordStore.RecordStore> => {
  const memoOf = (run: Runs.Run, made: string, expires: string): Omit<Memo.Memo, "note"> | undefined => {
    if (name === undefined || dryRun) return undefined
    const id = name(run)
    return { id, fingerprint: id, made, expires }
  }

  const before = ({ note }: Memo.Remembered): Outcome =>
    typeof note["refused"] === "string" ? { _tag: "Refused", reason: note["refused"] } : { _tag: "Repeated" }

  const outcomeOf = Effect.fnUntraced(function*(
    result: RecordStore.CommitResult,
    memo: Omit<Memo.Memo, "note"> | undefined
  ): Effect.fn.Return<Outcome, RecordStore.StoreUnavailable, RecordStore.RecordStore> {
    if (Result.isSuccess(result)) return { _tag: "Done", changed: result.success[0]!.changed }
    const store = yield* RecordStore.RecordStore
    if (result.failure._tag === "Repeated" && memo !== undefined) {
      // Somebody else does the same at the same time.
      const [found] = yield* store.recall([{ tenant, id: memo.id }], memo.made)
      return found === undefined ? { _tag: "Repeated" } : before(found)
    }
    const reason = Refused.byStore(result.failure)
    // Once more, it might be allowed after all that came behind it: it is refused for as long as the rest is known.
    if (memo !== undefined) yield* store.remember(tenant, { ...memo, note: { refused: reason } }, null)
    return { _tag: "Refused", reason }
  })

  const batch: Writing<RecordStore.RecordStore> = (runs, tell) =>
    Effect.gen(function*() {
      if (runs.length === 0) return
      const store = yield* RecordStore.RecordStore
      const now = yield* Clock.currentTimeNanos
      const [at, expires] = [Text.timestamp(now), Text.timestamp(now + lifetimeNanos)]
      const memos = runs.map((run) => memoOf(run, at, expires))
      // What was done before is found at once. Left to the store, it would be refused write by write.
      const named = memos.flatMap((memo) => memo === undefined ? [] : [{ tenant, id: memo.id }])
      const known = named.length === 0 ? [] : yield* store.recall(named, at)
      const fresh = runs.flatMap((_, i) => known[i] === undefined ? [i] : [])
      const results = yield* store.commit(
        fresh.map((i) => [write(runs[i]!, { tenant, by, at, dryRun, memo: memos[i] })])
      )
      const outcomes: Array<Outcome | undefined> = known.map((found) => found && before(found))
      yield* Effect.forEach(
        results,
        (result, n) =>
          Effect.map(outcomeOf(result, memos[fresh[n]!]), (outcome) => void (outcomes[fresh[n]!] = outcome)),
        { concurrency: atOnce, discard: true }
      )
      const refused: Array<Runs.Run> = []
      for (const [i, run] of runs.entries()) {
        const outcome = outcomes[i]!
        if (outcome._tag === "Refused" && run.places.length > 1) refused.push(...apart(run))
        else tell(run, outcome)
      }
      if (refused.length > 0) yield* batch(refused, tell)
    })
  return batch
}

const write = (
  run: Runs.Run,
  { at, by, dryRun, memo, tenant }: {
    readonly tenant: string
    readonly by: string
    readonly at: string
    readonly dryRun: boolean
    readonly memo: Omit<Memo.Memo, "note"> | undefined
  }
): RecordStore.Update => {
  const { id, kind, reason, step, version } = Runs.joined(run)
  if (step._tag !== "Update") throw new Error("Only what the algebra decides is written in batches")
  return {
    _tag: "Update",
    key: { kind, tenant, id },
    patch: algebras.get(kind)!.normalise(step.draft.patch),
    ...(Object.keys(step.draft.advance).length > 0 && { advance: step.draft.advance }),
    ...(version !== undefined && { versions: [version] }),
    author: { at, by, reason },
    ...(dryRun && { dry: true }),
    ...(memo !== undefined && { memo: { ...memo, note: {} } })
  }
}
