/**
 * Bulk updates.
 *
 * @since 0.1.0
 */
import { RecordStore, Text } from "@emend/domain"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { codes, type Ending } from "./Ending.ts"
import * as Input from "./Input.ts"
import { TooManyRejects } from "./Loader.ts"
import * as Progress from "./Progress.ts"
import * as Rejects from "./Rejects.ts"
import * as Runs from "./Runs.ts"
import * as UpdateLine from "./UpdateLine.ts"

/**
 * How updates are applied.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly tenant: string
  readonly kind: string | undefined
  /** Who changes the records. */
  readonly by: string
  /** Tells what would change, and writes nothing. */
  readonly dryRun: boolean
  /**
   * Names what is done, so that it is done once for 24 hours; the content of the files without it. What comes by the
   * standard input or another pipe is read once: it has no content to be known by, and is done once only under a name.
   */
  readonly run: string | undefined
  readonly maxRecordBytes: number
  readonly rejects: string | undefined
  readonly maxRejects: number
}

interface Counts {
  read: number
  applied: number
  writes: number
  changed: number
  unchanged: number
  repeated: number
}

/**
 * So many bytes of updates are gathered before they go to the store.
 *
 * @category limits
 * @since 0.1.0
 */
export const windowBytes = 33_554_432

const commitsAtOnce = 1024

/**
 * Applies the updates of files, and says what was done.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = (
  files: ReadonlyArray<string>,
  options: Options
): Effect.Effect<Ending, RecordStore.StoreUnavailable | TooManyRejects | Input.InputFailed, RecordStore.RecordStore> =>
  Effect.scoped(Effect.gen(function*() {
    const rejects = yield* Rejects.open(options.rejects, files)
    const counts: Counts = { read: 0, applied: 0, writes: 0, changed: 0, unchanged: 0, repeated: 0 }
    const sizes = files.map(Input.sizeOf)
    let bytes = 0
    yield* Progress.show("read", () => ({
      records: counts.read,
      bytes,
      ...(sizes.includes(undefined) ? undefined : { totalBytes: sizes.reduce<number>((sum, size) => sum + size!, 0) })
    }))
    const application = options.run ?? (sizes.includes(undefined) ? undefined : yield* contentOf(files))
    const flush = flushing(rejects, counts, application, files, options)
    const runs = Runs.make()
    let held = 0
    for (const file of files) {
      const { maxRecordBytes } = options
      const source = Input.pieces(file, { format: "ndjson", maxRecordBytes, onBytes: (count) => void (bytes += count) })
      while (true) {
        const next = yield* Effect.tryPromise({ try: () => source.next(), catch: Input.failure })
        if (next.done === true) break
        for (const piece of next.value) {
          counts.read++
          const update = UpdateLine.read(piece, options.kind)
          if (Result.isFailure(update)) rejects.add({ file, piece }, update.failure)
          else {
            runs.add({ update: update.success, origin: { file, piece } })
            held += "text" in piece ? piece.text.length : 0
          }
        }
        if (held < windowBytes) continue
        yield* flush(runs.take())
        held = 0
      }
    }
    yield* flush(runs.take())
    return summary(counts, rejects, options)
  }))

/** The hash of all files, by which the same ones are known again. */
const contentOf = (files: ReadonlyArray<string>): Effect.Effect<string, Input.InputFailed> =>
  Effect.tryPromise({
    try: async () => {
      const hash = createHash("sha256")
      for (const file of files) {
        for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
        hash.update("\0")
      }
      return hash.digest("hex")
    },
    catch: Input.failure
  })

const flushing = (
  rejects: Rejects.Rejects,
  counts: Counts,
  application: string | undefined,
  files: ReadonlyArray<string>,
  options: Options
) => {
  const { by, dryRun, maxRejects, tenant } = options
  const commit = Effect.fnUntraced(function*(runs: ReadonlyArray<Runs.Run>) {
    const store = yield* RecordStore.RecordStore
    const now = yield* Clock.currentTimeNanos
    const [at, expires] = [Text.timestamp(now), Text.timestamp(now + 86_400_000_000_000n)]
    const writes = runs.map((run) =>
      Runs.write(run, tenant, { at, by }, {
        ...(dryRun ? { dry: true } : application === undefined ? undefined : {
          memo: Runs.memo(application, files, run, at, expires)
        })
      })
    )
    return yield* store.commit(writes.map((write) => [write]))
  })
  const settle = Effect.fnUntraced(function*(runs: ReadonlyArray<Runs.Run>) {
    for (const [i, result] of (yield* commit(runs)).entries()) {
      const run = runs[i]!
      if (Result.isSuccess(result)) {
        counts.writes++
        counts.applied += run.origins.length
        counts[result.success[0]!.changed ? "changed" : "unchanged"]++
      } else if (result.failure._tag === "Repeated") counts.repeated += run.origins.length
      else if (run.origins.length === 1) {
        rejects.add(run.origins[0]!, { kind: run.first.kind, reason: reasonOf(result.failure) })
      } // What is refused as one may be allowed in part: each for itself, in order.
      else {
        for (const origin of run.origins) {
          // Its line was read before; only its text was kept.
          const update = Result.getOrThrow(UpdateLine.read(origin.piece, options.kind))
          yield* settle([Runs.alone({ origin, update })])
        }
      }
    }
  }) as (runs: ReadonlyArray<Runs.Run>) => Effect.Effect<void, RecordStore.StoreUnavailable, RecordStore.RecordStore>
  return Effect.fnUntraced(function*(runs: ReadonlyArray<Runs.Run>) {
    for (let from = 0; from < runs.length; from += commitsAtOnce) {
      yield* settle(runs.slice(from, from + commitsAtOnce))
      if (maxRejects >= 0 && rejects.count() > maxRejects) {
        return yield* new TooManyRejects({ message: `More than ${maxRejects} updates were refused` })
      }
    }
  })
}

const reasonOf = (rejection: RecordStore.Rejection): string => {
  switch (rejection._tag) {
    case "Missing":
      return "There is no such record, or it is deleted"
    case "Stale":
      return `The record has version ${rejection.record.version}`
    case "Taken":
      return `Another record has the same ${rejection.fields.join(" and ")}`
    case "Dangling":
      return `${rejection.field} names a record that does not exist`
    case "UnknownEntry":
      return `${rejection.field} names no event of this task and agent`
    case "Backwards":
      return `${rejection.field} would go back from ${rejection.present.sequence} to ${rejection.given.sequence}`
    case "TooLarge":
      return `${rejection.field} would be larger than ${rejection.limit} bytes`
    case "Repeated":
      return "This was done before"
    case "Refused":
      return rejection.reason
  }
}

const summary = (counts: Counts, rejects: Rejects.Rejects, { dryRun, rejects: path }: Options): Ending => {
  const rejected = rejects.count()
  const { applied, changed, read, repeated, unchanged, writes } = counts
  const verb = dryRun ? "would be applied" : "applied"
  return {
    code: rejected === 0 ? codes.clean : codes.left,
    lines: [
      `${read} updates read: ${applied} ${verb} in ${writes} writes, ${repeated} done before, ${rejected} rejected`,
      `${changed} writes ${dryRun ? "would change" : "changed"} a record, ${unchanged} nothing`,
      ...(rejected === 0 ? [] : [`rejected (${path === undefined ? "--rejects FILE keeps them" : `in ${path}`}):`]),
      ...rejects.reasons().slice(0, 10).map(([reason, count]) => `  ${count} × ${reason}`)
    ],
    data: { ...counts, rejected, dryRun }
  }
}
