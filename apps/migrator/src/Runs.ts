/**
 * Updates gathered into runs: neighbours that reach the store as one.
 *
 * @since 0.1.0
 */
import { type Memo, type RecordStore, type Revision } from "@emend/domain"
import { createHash } from "node:crypto"
import type { Origin } from "./Rejects.ts"
import { kinds, type UpdateLine } from "./UpdateLine.ts"

/**
 * An update and where it stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed {
  readonly update: UpdateLine
  readonly origin: Origin
}

/**
 * Updates of one record, in order, that are one write: with the same reason, without a cursor and without a demand.
 *
 * @category models
 * @since 0.1.0
 */
export type Run = ReadonlyArray<Placed>

/**
 * Gathers updates into runs. The order of the updates of each record is kept; of different records it does not count.
 *
 * @category models
 * @since 0.1.0
 */
export interface Runs {
  readonly add: (placed: Placed) => void
  /** Gives all runs and forgets them. */
  readonly take: () => ReadonlyArray<Run>
}

/**
 * Makes an empty gathering.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Runs => {
  let runs: Array<Array<Placed>> = []
  /** The run of each record that may go on. */
  const open = new Map<string, Array<Placed>>()
  return {
    add: (placed) => {
      const { draft, id, kind, reason, version } = placed.update
      const name = `${kind} ${id}`
      const run = open.get(name)
      const isAlone = version !== undefined || Object.keys(draft.advance).length > 0
      if (run !== undefined && !isAlone && run[0]!.update.reason === reason) {
        run.push(placed)
        return
      }
      const begun = [placed]
      runs.push(begun)
      isAlone ? open.delete(name) : open.set(name, begun)
    },
    take: () => {
      const taken = runs
      runs = []
      open.clear()
      return taken
    }
  }
}

/**
 * Names a run among all those of an application: by its lines.
 *
 * @category conversions
 * @since 0.1.0
 */
export const memo = (
  application: string,
  files: ReadonlyArray<string>,
  run: Run,
  made: string,
  expires: string
): Memo.Memo => {
  const hash = createHash("sha256").update(application)
  // By the place of the file: the same one may be found by another path.
  for (const { origin: { file, piece } } of run) hash.update(`\n${files.indexOf(file)} ${piece.line}`)
  const id = `apply ${hash.digest("hex")}`
  return { id, fingerprint: id, made, expires, note: {} }
}

/**
 * Writes a run as one update: its patches composed by the algebra (law A3).
 *
 * @category conversions
 * @since 0.1.0
 */
export const write = (
  run: Run,
  tenant: string,
  author: Omit<Revision.Authorship, "reason">,
  more: Pick<RecordStore.Update, "dry" | "memo">
): RecordStore.Update => {
  const { draft, id, kind, reason, version } = run[0]!.update
  const algebra = kinds.get(kind)!
  return {
    _tag: "Update",
    key: { kind, tenant, id },
    patch: algebra.combineAll(run.map(({ update }) => update.draft.patch)),
    ...(Object.keys(draft.advance).length === 0 ? undefined : { advance: draft.advance }),
    ...(version === undefined ? undefined : { versions: [version] }),
    author: { ...author, reason },
    ...more
  }
}
