/**
 * The import of files.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { codes, type Ending } from "./Ending.ts"
import * as Input from "./Input.ts"
import * as Loader from "./Loader.ts"
import * as Progress from "./Progress.ts"
import * as Rejects from "./Rejects.ts"
import * as Remote from "./Remote.ts"
import * as Spool from "./Spool.ts"

/**
 * How an import is done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Loader.Options, Omit<Input.Options, "onBytes"> {
  /** Where rejects go. */
  readonly rejects: string | undefined
  /** The folder below which records wait. */
  readonly spool: string | undefined
}

/**
 * Imports files into the store, and says what was done.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = (
  files: ReadonlyArray<string>,
  options: Options
): Effect.Effect<Ending, Loader.Failure, Loader.Services> => {
  const sizes = files.map(Input.sizeOf)
  let bytes = 0
  const sources = async function*() {
    for (const file of files) {
      for await (const pieces of Input.pieces(file, { ...options, onBytes: (count) => void (bytes += count) })) {
        yield pieces.map((piece): Rejects.Origin => ({ file, piece }))
      }
    }
  }
  return loaded("imported", sources(), files, options, () => ({
    bytes,
    ...(sizes.includes(undefined) ? undefined : { totalBytes: sizes.reduce<number>((sum, size) => sum + size!, 0) })
  }))
}

/**
 * Loads what a server shows into the store, and says what was done and how it was made sure that nothing was missed.
 *
 * @category operations
 * @since 0.1.0
 */
export const fromServer = (
  address: string,
  options: Omit<Options, "format" | "maxRecordBytes"> & Remote.Options
): Effect.Effect<Ending, Loader.Failure, Loader.Services> => {
  const lists: Array<string> = []
  const sources = Remote.records(address, { ...options, onList: (sentence) => void lists.push(sentence) })
  return Effect.map(loaded("fetched", sources, [], options, () => ({})), (ending) => ({
    ...ending,
    lines: [...ending.lines, ...lists.map((sentence) => `  ${sentence}`)],
    data: { ...ending.data, lists }
  }))
}

const loaded = (
  done: string,
  sources: AsyncGenerator<ReadonlyArray<Rejects.Origin>>,
  files: ReadonlyArray<string>,
  options: Loader.Options & Pick<Options, "rejects" | "spool">,
  read: () => Omit<Progress.State, "records">
): Effect.Effect<Ending, Loader.Failure, Loader.Services> =>
  Effect.scoped(Effect.gen(function*() {
    const rejects = yield* Rejects.open(options.rejects, files)
    const spool = yield* Effect.acquireRelease(
      Effect.sync(() => Spool.open(options.spool)),
      (spool) => Effect.sync(() => spool.close())
    )
    const counts: Loader.Counts = { added: 0, present: 0, read: 0, byKind: new Map() }
    yield* Progress.show(done, () => ({ records: counts.added + counts.present, ...read() }))
    yield* Loader.load(sources, rejects, spool, counts, options)
    return summary(counts, rejects, options.rejects)
  }))

/**
 * Summarises a load.
 *
 * @category conversions
 * @since 0.1.0
 */
export const summary = (counts: Loader.Counts, rejects: Rejects.Rejects, path: string | undefined): Ending => {
  const { added, byKind, present, read } = counts
  const rejected = rejects.count()
  const where = path === undefined ? "--rejects FILE keeps them" : `in ${path}`
  return {
    code: rejected === 0 ? codes.clean : codes.left,
    lines: [
      `${read} records read: ${added} added, ${present} there already, ${rejected} rejected`,
      ...[...byKind].map(([kind, count]) => `  ${kind}: ${count} added`),
      ...(rejected === 0 ? [] : [`rejected (${where}):`]),
      ...rejects.reasons().slice(0, 10).map(([reason, count]) => `  ${count} × ${reason}`)
    ],
    data: { read, added, present, rejected, byKind: Object.fromEntries(byKind) }
  }
}
