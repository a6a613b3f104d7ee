/** Three exports as teams have them, of any size, the same for the same seed, and what a store must hold after each. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { board } from "./BoardExport.ts"
import { agents } from "./AgentsExport.ts"
import { whole } from "./WholeExport.ts"

export interface Export {
  readonly name: string
  readonly files: ReadonlyArray<string>
  readonly flags: ReadonlyArray<string>
  /** The lines of an export of a store that holds just this, in no order. */
  readonly expected: ReadonlyArray<string>
}

/** Writes lines into a file, some thousands at a time, compressed where its name ends in .gz. */
export const write = (file: string, lines: Iterable<string>, between = "\n", around: readonly [string, string] = ["", "\n"]) => {
  const descriptor = openSync(file, "w")
  const put = (text: string) => void writeSync(descriptor, file.endsWith(".gz") ? gzipSync(text) : Buffer.from(text))
  let held: Array<string> = []
  let first = true
  for (const line of lines) {
    held.push(`${first ? around[0] : between}${line}`)
    first = false
    if (held.length < 5000) continue
    put(held.join(""))
    held = []
  }
  put(`${first ? around[0] : ""}${held.join("")}${around[1]}`)
  closeSync(descriptor)
}

export const exports = (folder: string, records: number, seed: number): ReadonlyArray<Export> =>
  [agents, board, whole].map((make, at) => {
    const own = join(folder, String(at))
    mkdirSync(own, { recursive: true })
    return make(own, records, seed + at)
  })
