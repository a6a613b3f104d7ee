/**
 * The file of what was not taken.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { isUtf8 } from "node:buffer"
import { closeSync, fstatSync, ftruncateSync, openSync, statSync, writeFileSync } from "node:fs"
import type { Flaw } from "./Flaw.ts"
import { InputFailed } from "./Input.ts"
import { isObject, parsed } from "./Reading.ts"
import * as Shape from "./Shape.ts"
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
 * the record as `record`; as `text` where it is no JSON object, and as `bytes` (base64) where it is no text. The file is there
 * from the beginning, and is empty where nothing was left.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rejects {
  readonly add: (origin: Origin, flaw: Flaw) => void
  readonly count: () => number
  /** How many there are for each reason; the most frequent first. */
  readonly reasons: () => ReadonlyArray<readonly [reason: string, count: number]>
}

/**
 * Opens a file of rejects while the scope is open; without one they are only counted. What an earlier run left in it is
 * gone with the first reject, and where all was done. Fails where it cannot be written, or is itself an input.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (
  path: string | undefined,
  inputs: ReadonlyArray<string>
): Effect.Effect<Rejects, InputFailed, Scope.Scope> =>
  Effect.gen(function*() {
    let count = 0
    const reasons = new Map<string, number>()
    const file = path === undefined ? undefined : yield* Effect.acquireRelease(
      attempt(path, () => opened(path, inputs)),
      (file, exit) =>
        Effect.sync(() => {
          if (count === 0 && exit._tag === "Success") emptied(file)
          closeSync(file)
        })
    )
    return {
      add: (origin, { kind, reason }) => {
        const name = `${kind ?? "?"}: ${reason.slice(0, 160)}`
        if (reasons.has(name) || reasons.size < 100) reasons.set(name, (reasons.get(name) ?? 0) + 1)
        if (file !== undefined) {
          if (count === 0) emptied(file)
          const { file: from, piece } = origin
          const line = JSON.stringify({ file: from, line: piece.line, kind, reason, ...content(piece) })
          try {
            // All of it: one write may take a part, where the disk is nearly full.
            writeFileSync(file, `${line}\n`)
          } catch (error) {
            throw unwritable(path!, error)
          }
        }
        count++
      },
      count: () => count,
      reasons: () => [...reasons].sort(([, a], [, b]) => b - a)
    }
  })

const unwritable = (path: string, error: unknown): InputFailed =>
  new InputFailed({ message: `The rejects file ${path} cannot be written: ${(error as Error).message}` })

const attempt = <A>(path: string, what: () => A): Effect.Effect<A, InputFailed> =>
  Effect.try({ try: what, catch: (error) => unwritable(path, error) })

const opened = (path: string, inputs: ReadonlyArray<string>): number => {
  const there = statSync(path, { throwIfNoEntry: false })
  const isInput = inputs.some((input) => {
    const one = statSync(input, { throwIfNoEntry: false })
    return one !== undefined && there?.isFile() === true && one.ino === there.ino && one.dev === there.dev
  })
  if (isInput) throw new Error("it is read by this very run; name another one")
  return openSync(path, "a")
}

const emptied = (file: number): void => {
  if (fstatSync(file).isFile()) ftruncateSync(file)
}

const content = (piece: Piece): object => {
  if ("row" in piece) return { record: Shape.ofRow(piece.row, parsed).value }
  if ("flaw" in piece) {
    if (piece.bytes.length === 0) return {}
    return isUtf8(piece.bytes) ? { text: piece.bytes.toString() } : { bytes: piece.bytes.toString("base64") }
  }
  // A record that is written anew must be the same: what a parser changes stays as it was written.
  const value = parsed(piece.text)
  return Result.isSuccess(value) && isObject(value.success) ? { record: value.success } : { text: piece.text }
}
