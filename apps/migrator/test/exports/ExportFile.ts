/** An export as files, and how they are written. */
import { closeSync, openSync, writeSync } from "node:fs"
import { gzipSync } from "node:zlib"

export interface Export {
  readonly name: string
  readonly files: ReadonlyArray<string>
  readonly flags: ReadonlyArray<string>
  /** The lines of an export of a store that holds just this, in no order. */
  readonly expected: ReadonlyArray<string>
}

/** Writes lines into a file, some thousands at a time, compressed where its name ends in .gz. */
export const write = (
  file: string,
  lines: Iterable<string>,
  between = "\n",
  around: readonly [string, string] = ["", "\n"]
) => {
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
