/**
 * The way of records from sources into a store.
 *
 * @since 0.1.0
 */
import { RecordArchive, type RecordStore } from "@emend/domain"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type { ChangeNumbers } from "./ChangeNumbers.ts"
import * as Flaw from "./Flaw.ts"
import { failure, type InputFailed } from "./Input.ts"
import * as Reading from "./Reading.ts"
import type { Origin, Rejects } from "./Rejects.ts"
import * as Resolution from "./Resolution.ts"
import type { Spool } from "./Spool.ts"

/**
 * So many records were refused that the run was given up.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooManyRejects extends Data.TaggedError("TooManyRejects")<{ readonly message: string }> {}

/**
 * How a load is done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Reading.Options {
  /** How many records go to the store at once, if they are not {@link batchBytes} before. */
  readonly batch: number
  /** With one more reject than this the load is given up; a negative number is no limit. */
  readonly maxRejects: number
}

/**
 * So many bytes of records go to the store at once, however few they are.
 *
 * @category limits
 * @since 0.1.0
 */
export const batchBytes = 16_777_216

/**
 * What a load did so far.
 *
 * @category models
 * @since 0.1.0
 */
export interface Counts {
  added: number
  present: number
  read: number
  /** Records that were added, by kind. */
  readonly byKind: Map<string, number>
}

/**
 * What a load needs.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = RecordArchive.RecordArchive | ChangeNumbers

/**
 * Why a load ends early. What was put stays, and the same load goes on from there.
 *
 * @category errors
 * @since 0.1.0
 */
export type Failure = RecordStore.StoreUnavailable | TooManyRejects | InputFailed

/** Kinds that refer to nothing go on at once; the others wait in this order. */
const waiting = RecordArchive.archivedKinds.filter(({ references }) => references !== undefined)
  .map(({ kind }) => kind.name)

/**
 * Loads records, each after those that it refers to, whatever their order. While a batch is on its way to the store the
 * next one is read.
 *
 * @category operations
 * @since 0.1.0
 */
export const load = Effect.fnUntraced(function*(
  sources: AsyncGenerator<ReadonlyArray<Origin>>,
  rejects: Rejects,
  spool: Spool,
  counts: Counts,
  options: Options
): Effect.fn.Return<void, Failure, Services> {
  const out = yield* sink(rejects, counts, options)
  const take = (origins: ReadonlyArray<Origin>) => {
    for (const origin of origins) {
      counts.read++
      const item = Reading.read(origin.piece, options)
      if (Result.isFailure(item)) rejects.add(origin, item.failure)
      else if (waiting.includes(item.success.record.key.kind)) spool.add(item.success.record.key.kind, origin)
      else out.add(item.success.record.key.kind, { ...item.success, origin })
    }
  }
  yield* each(sources, (origins) => {
    take(origins)
    return out.flush(options.batch)
  })
  yield* out.flush(1)
  for (const kind of waiting) {
    yield* each(spool.read(kind), (origins) => {
      for (const origin of origins) {
        const item = Reading.read(origin.piece, options)
        if (Result.isSuccess(item)) out.add(kind, { ...item.success, origin })
      }
      return out.flush(options.batch)
    })
    yield* out.flush(1)
  }
  yield* out.settle
})

/**
 * A source is given so many milliseconds to close: one that waits for a silent pipe hears of it only when something comes.
 */
const closingTime = 1000

const closed = (source: AsyncGenerator<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, closingTime)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    source.return(undefined).then(done, done)
  })

/** Runs an effect for everything that comes, one after the other. */
const each = <A, E, R>(
  source: AsyncGenerator<A>,
  use: (value: A) => Effect.Effect<void, E, R>
): Effect.Effect<void, E | InputFailed, R> =>
  Effect.gen(function*() {
    while (true) {
      const next = yield* Effect.tryPromise({
        try: () => source.next(),
        catch: failure
      })
      if (next.done === true) return
      yield* use(next.value)
    }
  }).pipe(Effect.ensuring(Effect.promise(() => closed(source))))

interface Held {
  readonly items: Array<Resolution.Read>
  bytes: number
}

const sizeOf = ({ origin: { piece } }: Resolution.Read): number =>
  "text" in piece
    ? piece.text.length
    : "row" in piece
    ? Object.values(piece.row).reduce((sum, cell) => sum + cell.length, 0)
    : piece.bytes.length

/** Takes the first of what is held: so many, or as many as reach the limit of bytes. */
const taken = (held: Held, batch: number): ReadonlyArray<Resolution.Read> => {
  let [count, bytes] = [0, 0]
  while (count < Math.min(batch, held.items.length) && bytes < batchBytes) bytes += sizeOf(held.items[count++]!)
  held.bytes -= bytes
  return held.items.splice(0, count)
}

/** Gathers records by kind and puts them, one batch at a time, in the order in which they came. */
const sink = Effect.fnUntraced(function*(rejects: Rejects, counts: Counts, { batch, maxRejects }: Options) {
  const archive = yield* RecordArchive.RecordArchive
  const held = new Map<string, Held>()
  let underway: Fiber.Fiber<void, Failure> | undefined

  const put = Effect.fnUntraced(function*(
    kind: string,
    items: ReadonlyArray<Resolution.Read>,
    attempts = 10
  ): Effect.fn.Return<void, RecordStore.StoreUnavailable, Services> {
    const resolved = yield* Resolution.resolve(kind, items)
    const parcels: Array<RecordArchive.Parcel> = []
    const reads: Array<Resolution.Read> = []
    for (const [i, one] of resolved.entries()) {
      if ("flaw" in one) rejects.add(one.origin, one.flaw)
      else {
        parcels.push(one.parcel)
        reads.push(items[i]!)
      }
    }
    const again: Array<Resolution.Read> = []
    for (const [i, result] of (yield* archive.put(parcels)).entries()) {
      if (Result.isSuccess(result)) {
        counts[result.success]++
        if (result.success === "added") counts.byKind.set(kind, (counts.byKind.get(kind) ?? 0) + 1)
      } // Somebody else took the number of what goes along meanwhile: it gets another one.
      else if (result.failure.key.kind !== kind && attempts > 1) again.push(reads[i]!)
      else rejects.add(reads[i]!.origin, Flaw.ofRejection(result.failure))
    }
    if (again.length > 0) yield* put(kind, again, attempts - 1)
  })

  const settle = Effect.suspend(() => {
    const before = underway
    underway = undefined
    return before === undefined ? Effect.void : Fiber.join(before)
  })

  return {
    add: (kind: string, item: Resolution.Read): void => {
      const own = held.get(kind) ?? { items: [], bytes: 0 }
      own.items.push(item)
      own.bytes += sizeOf(item)
      held.set(kind, own)
    },
    /** Sends on what has so many records, or the limit of bytes. */
    flush: (least: number): Effect.Effect<void, Failure, Services> =>
      Effect.gen(function*() {
        if (maxRejects >= 0 && rejects.count() > maxRejects) {
          yield* settle
          return yield* new TooManyRejects({ message: `More than ${maxRejects} records were refused` })
        }
        for (const [kind, own] of held) {
          while (own.items.length > 0 && (own.items.length >= least || own.bytes >= batchBytes)) {
            const next = taken(own, batch)
            yield* settle
            underway = yield* Effect.forkChild(put(kind, next))
          }
        }
        if (least === 1) yield* settle
      }),
    settle
  }
})
