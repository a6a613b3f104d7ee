/**
 * The problems that are refusals of the use cases: what a server says by it, a client reads back.
 *
 * @since 0.1.0
 */
import { Refusals } from "@emend/domain"
import type { Code } from "./Problem.ts"

/**
 * The refusals by the code of their problem. The facts of such a problem are the fields of the refusal; a `message` is
 * its detail.
 *
 * @category models
 * @since 0.1.0
 */
export const refusalsByCode = {
  "record-missing": Refusals.RecordMissing,
  "version-mismatch": Refusals.VersionMismatch,
  "version-unknown": Refusals.VersionUnknown,
  "rebase-conflict": Refusals.RebaseConflict,
  "transition-refused": Refusals.TransitionRefused,
  "status-refused": Refusals.StatusRefused,
  redacted: Refusals.RevisionRedacted,
  "cycle-refused": Refusals.CycleRefused,
  "graph-too-large": Refusals.GraphTooLarge,
  "already-taken": Refusals.AlreadyTaken,
  "reference-unknown": Refusals.ReferenceUnknown,
  "cursor-backwards": Refusals.CursorBackwards,
  "malformed-cursor": Refusals.CursorMalformed,
  "too-contended": Refusals.TooContended
} as const satisfies { readonly [C in Code]?: unknown }

/**
 * A refusal that is said by a problem.
 *
 * @category models
 * @since 0.1.0
 */
export type Coded = InstanceType<(typeof refusalsByCode)[keyof typeof refusalsByCode]>

const codesByTag = new Map(
  Object.entries(refusalsByCode).map(([code, { identifier }]) => [identifier, code as keyof typeof refusalsByCode])
)

/**
 * Gives the code of the problem that says a refusal.
 *
 * @category queries
 * @since 0.1.0
 */
export const codeOf = ({ _tag }: Coded): keyof typeof refusalsByCode => codesByTag.get(_tag)!

/**
 * Gives the names of the facts of a refusal.
 *
 * @category queries
 * @since 0.1.0
 */
export const factNames = (code: keyof typeof refusalsByCode): ReadonlyArray<string> =>
  Object.keys(refusalsByCode[code].fields).filter((name) => name !== "_tag" && name !== "message")
