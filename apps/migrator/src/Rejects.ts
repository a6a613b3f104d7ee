/**
 * The file of what was not taken.
 *
 * @since 0.1.0
 */
import { closeSync, openSync, writeSync } from "node:fs"
import type { Flaw } from "./Flaw.ts"
import type { Piece } from "./Splitter.ts"

/**
 * A record of a source with the name of its file.
 *
 * @category models
 * @since 0.1.0
 */
export interface Origin {
  readonly file: string
  readonly piece: Piece
}

/**
 * Takes what was not taken. A line of its file is a JSON object: `file`, `line`, `kind` where it is known, `reason`, and
 * the record as `record`; as `text` where it is no JSON object, and as `bytes` (base64) where it is no text. The file is
 * made with the first of them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rejects {
  readonly add: (origin: Origin, flaw: Flaw) => void
  readonly count: () => number
  /** How many there are for each reason; the most frequent first. */
  readonly reasons: () => ReadonlyArray<readonly [reason: string, count: number]>
  readonly close: () => void
}

/**
 * Opens a file of rejects; without one they are only counted.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (path: string | undefined): Rejects => {
  let file: number | undefined
  let count = 0
  const reasons = new Map<string, number>()
  return {
    add: (origin, { kind, reason }) => {
      count++
      const name = `${kind ?? "?"}: ${reason.slice(0, 160)}`
      if (reasons.has(name) || reasons.size < 100) reasons.set(name, (reasons.get(name) ?? 0) + 1)
      if (path === undefined) return
      file ??= openSync(path, "w")
      const { file: from, piece } = origin
      writeSync(file, `${JSON.stringify({ file: from, line: piece.line, kind, reason, ...content(piece) })}\n`)
    },
    count: () => count,
    reasons: () => [...reasons].sort(([, a], [, b]) => b - a),
    close: () => {
      if (file !== undefined) closeSync(file)
    }
  }
}

const content = (piece: Piece): object => {
  if ("row" in piece) return { record: piece.row }
  if ("flaw" in piece && piece.source !== undefined) return { text: piece.source }
  if ("flaw" in piece) return piece.bytes.length === 0 ? {} : { bytes: piece.bytes.toString("base64") }
  try {
    const value: unknown = JSON.parse(piece.text)
    // A record that is written anew must be the same: what a parser changes stays as it was written.
    const isKept = typeof value === "object" && value !== null && !/\d{16}|\d[eE]/.test(piece.text)
    return isKept ? { record: value } : { text: piece.text }
  } catch {
    return { text: piece.text }
  }
}
