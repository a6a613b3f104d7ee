/**
 * Records that wait on the disk for those that they refer to.
 *
 * @since 0.1.0
 */
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Origin } from "./Rejects.ts"
import * as Splitter from "./Splitter.ts"

/**
 * Keeps records by their kind, in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Spool {
  readonly add: (kind: string, origin: Origin) => void
  readonly read: (kind: string) => AsyncGenerator<ReadonlyArray<Origin>>
  /** Removes everything. */
  readonly close: () => void
}

/**
 * Opens a spool in a folder of its own below the one given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (below = tmpdir()): Spool => {
  const folder = mkdtempSync(join(below, "emend-spool-"))
  const files = new Map<string, { readonly descriptor: number; held: Array<string>; size: number }>()
  const flush = (kind: string) => {
    const file = files.get(kind)!
    if (file.held.length > 0) writeFileSync(file.descriptor, file.held.join(""))
    file.held = []
    file.size = 0
  }
  return {
    add: (kind, origin) => {
      let file = files.get(kind)
      if (file === undefined) {
        const path = join(folder, kind)
        file = { descriptor: openSync(path, "w+"), held: [], size: 0 }
        files.set(kind, file)
        // It lives as long as it is open: of a run that is killed nothing stays on the disk.
        rmSync(path)
      }
      const line = `${JSON.stringify(origin)}\n`
      file.held.push(line)
      file.size += line.length
      if (file.size > 262_144) flush(kind)
    },
    read: async function*(kind) {
      const file = files.get(kind)
      if (file === undefined) return
      flush(kind)
      const splitter = Splitter.lines(Infinity)
      const origins = (pieces: ReadonlyArray<Splitter.Piece>) =>
        pieces.flatMap((piece) => "text" in piece ? [JSON.parse(piece.text) as Origin] : [])
      const from = { fd: file.descriptor, start: 0, autoClose: false, highWaterMark: 262_144 }
      const chunks = createReadStream("", from) as AsyncIterable<Buffer>
      for await (const chunk of chunks) yield origins(splitter.feed(chunk))
      yield origins(splitter.end())
    },
    close: () => {
      for (const { descriptor } of files.values()) closeSync(descriptor)
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
