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
export interface Run {
  readonly first: UpdateLine
  /** Where each of them stands. */
  readonly origins: ReadonlyArray<Origin>
  /** The patches of all, in order; neighbours may be composed already. */
  readonly patches: ReadonlyArray<any>
}

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

/** So many patches are held before they are composed: what is written over again and again is not held. */
const patchesHeld = 32

/**
 * Makes an empty gathering.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Runs => {
  let runs: Array<Run> = []
  /** The run of each record that may go on. */
  const open = new Map<string, { first: UpdateLine; origins: Array<Origin>; patches: Array<any> }>()
  return {
    add: ({ origin, update }) => {
      const { draft, id, kind, reason, version } = update
      const name = `${kind} ${id}`
      const run = open.get(name)
      const isAlone = version !== undefined || Object.keys(draft.advance).length > 0
      if (run !== undefined && !isAlone && run.first.reason === reason) {
        run.origins.push(origin)
        if (run.patches.push(draft.patch) === patchesHeld) run.patches = [kinds.get(kind)!.combineAll(run.patches)]
        return
      }
      const begun = { first: update, origins: [origin], patches: [draft.patch] }
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
 * Makes a run of one update.
 *
 * @category constructors
 * @since 0.1.0
 */
export const alone = ({ origin, update }: Placed): Run => ({
  first: update,
  origins: [origin],
  patches: [update.draft.patch]
})

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
  for (const { file, piece } of run.origins) hash.update(`\n${files.indexOf(file)} ${piece.line}`)
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
  { first, patches }: Run,
  tenant: string,
  author: Omit<Revision.Authorship, "reason">,
  more: Pick<RecordStore.Update, "dry" | "memo">
): RecordStore.Update => {
  const { draft, id, kind, reason, version } = first
  const algebra = kinds.get(kind)!
  return {
    _tag: "Update",
    key: { kind, tenant, id },
    patch: algebra.combineAll(patches),
    ...(Object.keys(draft.advance).length === 0 ? undefined : { advance: draft.advance }),
    ...(version === undefined ? undefined : { versions: [version] }),
    author: { ...author, reason },
    ...more
  }
}
