/**
 * The export of a store into a file.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { closeSync, createWriteStream, fsyncSync, openSync, renameSync, rmSync } from "node:fs"
import type { Writable } from "node:stream"
import { finished } from "node:stream/promises"
import { createGzip } from "node:zlib"
import * as ArchiveLine from "./ArchiveLine.ts"
import { codes, type Ending } from "./Ending.ts"
import { InputFailed } from "./Input.ts"
import * as Progress from "./Progress.ts"
import type * as Source from "./Source.ts"

/**
 * Writes everything that a source gives as lines; to the standard output without a file. A file is whole or not there:
 * it gets its name at the end. One whose name ends in `.gz` is compressed.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = (pull: Source.Pull, file: string | undefined): Effect.Effect<Ending, Source.Failure> =>
  Effect.scoped(Effect.gen(function*() {
    let records = 0
    yield* Progress.show("exported", () => ({ records }))
    const write = yield* Effect.acquireRelease(
      Effect.sync(() => writing(file)),
      (write, exit) => Effect.promise(() => exit._tag === "Success" ? Promise.resolve() : write.discard())
    )
    while (true) {
      const page = yield* pull
      if (page.length === 0) break
      yield* attempt(() => write.write(page.map((record) => `${ArchiveLine.write(record)}\n`).join("")))
      records += page.length
    }
    yield* attempt(write.end)
    return {
      code: codes.clean,
      lines: file === undefined ? [] : [`${records} records exported to ${file}`],
      data: { records }
    }
  }))

const attempt = (what: () => Promise<void>): Effect.Effect<void, InputFailed> =>
  Effect.tryPromise({
    try: what,
    catch: (error) => new InputFailed({ message: `The file cannot be written: ${(error as Error).message}` })
  })

const writing = (file: string | undefined) => {
  const part = file === undefined ? undefined : `${file}.${process.pid}.part`
  const target: Writable = part === undefined ? process.stdout : createWriteStream(part)
  const stream = file?.endsWith(".gz") === true ? createGzip() : target
  if (stream !== target) stream.pipe(target)
  // A failure of the disk is told to whoever writes next.
  let failure: Error | undefined
  let resume = () => {}
  const drained = () => new Promise<void>((resolve) => (resume = resolve))
  stream.on("drain", () => resume())
  target.on("error", (error: Error) => {
    failure = error
    resume()
  })
  return {
    write: async (text: string): Promise<void> => {
      if (failure !== undefined) throw failure
      if (!stream.write(text)) await drained()
      if (failure !== undefined) throw failure
    },
    end: async (): Promise<void> => {
      if (part === undefined) return
      stream.end()
      await finished(target)
      const descriptor = openSync(part, "r+")
      fsyncSync(descriptor)
      closeSync(descriptor)
      renameSync(part, file!)
    },
    discard: async (): Promise<void> => {
      if (part === undefined) return
      stream.destroy()
      target.destroy()
      rmSync(part, { force: true })
    }
  }
}
