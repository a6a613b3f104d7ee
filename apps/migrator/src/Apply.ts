/**
 * Bulk updates.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import * as Application from "./Application.ts"
import { codes, type Ending } from "./Ending.ts"
import * as Input from "./Input.ts"
import { TooManyRejects } from "./Loader.ts"
import * as Progress from "./Progress.ts"
import * as Rejects from "./Rejects.ts"
import * as Runs from "./Runs.ts"
import * as UpdateLine from "./UpdateLine.ts"
import type * as Verbs from "./Verbs.ts"
import * as Writing from "./Writing.ts"

/**
 * How updates are applied.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends UpdateLine.Defaults {
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
  /** Instead of {@link windowLength}. What is composed depends on it: an application that goes on needs the same. */
  readonly windowLength?: number
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
 * So much text of updates is gathered before they go to the store, in UTF-16 code units.
 *
 * @category limits
 * @since 0.1.0
 */
export const windowLength = 50_331_648

const commitsAtOnce = 1024

/** So many lanes are written side by side: one is made ready while the store is busy with another. */
const lanes = 2

/**
 * Why an application ends early. What was applied stays, and the same one goes on from there.
 *
 * @category errors
 * @since 0.1.0
 */
export type Failure = RecordStore.StoreUnavailable | TooManyRejects | Input.InputFailed

/**
 * Applies the updates of files to the records of a store's tenant, on behalf of `by`, and says what was done.
 *
 * @category operations
 * @since 0.1.0
 */
export const toStore = (
  files: ReadonlyArray<string>,
  { by, tenant, ...options }: Options & { readonly by: string; readonly tenant: string }
): Effect.Effect<Ending, Failure, Verbs.Services | RecordStore.RecordStore> =>
  run(
    files,
    options,
    (more) => Writing.intoStore({ ...more, by, tenant }),
    (application) => Application.begin(tenant, application, options)
  )

/**
 * Applies the updates of files by the services, such as those of a server elsewhere: who asks, and whose the records are,
 * they know.
 *
 * @category operations
 * @since 0.1.0
 */
export const toServices = (
  files: ReadonlyArray<string>,
  options: Options
): Effect.Effect<Ending, Failure, Verbs.Services> => run(files, options, Writing.byVerbs)

const run = <R>(
  files: ReadonlyArray<string>,
  options: Options,
  way: (options: Writing.Options) => Writing.Writing<R>,
  begin: (application: string) => Effect.Effect<void, Failure, R> = () => Effect.void
): Effect.Effect<Ending, Failure, R> =>
  Effect.scoped(Effect.gen(function*() {
    const rejects = yield* Rejects.open(options.rejects, files)
    const counts: Counts = { read: 0, applied: 0, writes: 0, changed: 0, unchanged: 0, repeated: 0 }
    const sizes = files.map(Input.sizeOf)
    let bytes = 0
    yield* Progress.show("read", () => ({
      records: counts.read,
      since: `${counts.applied + counts.repeated} of them applied`,
      bytes,
      ...(sizes.includes(undefined) ? undefined : { totalBytes: sizes.reduce<number>((sum, size) => sum + size!, 0) })
    }))
    const application = options.run ?? (sizes.includes(undefined) ? undefined : yield* contentOf(files))
    const { dryRun, maxRecordBytes, windowLength: window = windowLength } = options
    if (application !== undefined && !dryRun) yield* begin(application)
    const name = application === undefined ? undefined : (run: Runs.Run) => Runs.nameOf(application, run)
    // The lines were read before; only their texts were kept.
    const apart = (run: Runs.Run) =>
      Runs.origins(run).map(({ piece }) =>
        Runs.alone({ source: run.source, ...piece, update: Result.getOrThrow(UpdateLine.read(piece, options)) })
      )
    const bound = bounding(rejects, options)
    const flush = flushing(rejects, counts, way({ dryRun, name, apart }), bound)
    const runs = Runs.make()
    let held = 0
    // What was read is written while what follows is read. The order of the updates of a record is kept: each window is
    // written behind the one before.
    let writing = yield* Effect.forkChild(Effect.void as ReturnType<typeof flush>)
    const pass = Effect.fnUntraced(function*() {
      yield* Fiber.join(writing)
      writing = yield* Effect.forkChild(flush(runs.take()))
      held = 0
    })
    for (const [at, file] of files.entries()) {
      const source = { file, at }
      const pieces = Input.pieces(file, { format: "ndjson", maxRecordBytes, onBytes: (count) => void (bytes += count) })
      while (true) {
        const next = yield* Effect.raceFirst(
          Effect.tryPromise({ try: () => pieces.next(), catch: Input.failure }),
          // What writing fails by ends the run at once, also while it waits for more to read.
          Effect.andThen(Fiber.join(writing), Effect.never)
        )
        if (next.done === true) break
        for (const piece of next.value) {
          counts.read++
          const update = UpdateLine.read(piece, options)
          if (Result.isFailure(update)) rejects.add({ file, piece }, update.failure)
          else if ("text" in piece) {
            runs.add({ update: update.success, source, line: piece.line, text: piece.text })
            held += piece.text.length
          }
          // After each update: in what pieces a source comes must not matter for what is composed.
          if (held >= window) yield* pass()
        }
        yield* bound
      }
    }
    yield* pass()
    yield* Fiber.join(writing)
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

/** Fails where there are too many rejects. */
const bounding = (rejects: Rejects.Rejects, { maxRejects }: Options): Effect.Effect<void, TooManyRejects> =>
  Effect.suspend(() =>
    maxRejects >= 0 && rejects.count() > maxRejects
      ? Effect.fail(new TooManyRejects({ message: `More than ${maxRejects} updates were refused` }))
      : Effect.void
  )

const flushing = <R>(
  rejects: Rejects.Rejects,
  counts: Counts,
  write: Writing.Writing<R>,
  bound: Effect.Effect<void, TooManyRejects>
) => {
  const tell: Writing.Tell = (run, outcome) => {
    switch (outcome._tag) {
      case "Done":
        counts.writes++
        counts.applied += run.places.length
        counts[outcome.changed ? "changed" : "unchanged"]++
        return
      case "Repeated":
        counts.repeated += run.places.length
        return
      case "Refused":
        for (const origin of Runs.origins(run)) rejects.add(origin, { kind: run.first.kind, reason: outcome.reason })
    }
  }
  const inTurn = Effect.fnUntraced(function*(runs: ReadonlyArray<Runs.Run>) {
    for (let from = 0; from < runs.length; from += commitsAtOnce) {
      yield* write(runs.slice(from, from + commitsAtOnce), tell)
      yield* bound
    }
  })
  return (runs: ReadonlyArray<Runs.Run>) => Effect.forEach(divided(runs), inTurn, { concurrency: lanes, discard: true })
}

/** Divides runs into lanes: all of a record are in one, in their order. */
const divided = (runs: ReadonlyArray<Runs.Run>): ReadonlyArray<ReadonlyArray<Runs.Run>> => {
  const out: ReadonlyArray<Array<Runs.Run>> = Array.from({ length: lanes }, () => [])
  const laneOf = new Map<string, number>()
  for (const run of runs) {
    const record = Runs.recordOf(run.first)
    const lane = laneOf.get(record) ?? laneOf.size % lanes
    laneOf.set(record, lane)
    out[lane]!.push(run)
  }
  return out
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
