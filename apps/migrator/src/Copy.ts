/**
 * The copy of one store into another.
 *
 * @since 0.1.0
 */
import { RecordArchive } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as ArchiveLine from "./ArchiveLine.ts"
import type { Ending } from "./Ending.ts"
import * as Flaw from "./Flaw.ts"
import { summary } from "./Import.ts"
import { type Counts, TooManyRejects } from "./Loader.ts"
import * as Progress from "./Progress.ts"
import * as Rejects from "./Rejects.ts"
import type * as Source from "./Source.ts"

/**
 * How a copy is done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** What the source is called in the file of rejects. */
  readonly name: string
  readonly rejects: string | undefined
  readonly maxRejects: number
}

/**
 * Puts everything that a source gives into the store. Sources give what is referred to before what refers to it.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = (
  pull: Source.Pull,
  { maxRejects, name, rejects: path }: Options
): Effect.Effect<Ending, Source.Failure | TooManyRejects, RecordArchive.RecordArchive> =>
  Effect.scoped(Effect.gen(function*() {
    const archive = yield* RecordArchive.RecordArchive
    const rejects = yield* Rejects.open(path, [name.replace(/^file:/, "")])
    const counts: Counts = { added: 0, present: 0, read: 0, byKind: new Map() }
    yield* Progress.show("copied", () => ({ records: counts.added + counts.present }))
    while (true) {
      const records = yield* pull
      if (records.length === 0) return summary(counts, rejects, path)
      const results = yield* archive.put(records.map((record) => ({ record })))
      for (const [i, result] of results.entries()) {
        const record = records[i]!
        const { kind } = record.key
        counts.read++
        if (Result.isFailure(result)) {
          const piece = { line: counts.read, text: ArchiveLine.write(record) }
          rejects.add({ file: name, piece }, Flaw.ofRejection(result.failure))
        } else counts[result.success]++
        if (Result.isSuccess(result) && result.success === "added") {
          counts.byKind.set(kind, (counts.byKind.get(kind) ?? 0) + 1)
        }
      }
      if (maxRejects >= 0 && rejects.count() > maxRejects) {
        return yield* new TooManyRejects({ message: `More than ${maxRejects} records were refused` })
      }
    }
  }))
