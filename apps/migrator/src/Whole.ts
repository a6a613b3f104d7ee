/**
 * Records as a server has them: with their versions and histories.
 *
 * @since 0.1.0
 */
import { Json, RecordArchive, Snapshot } from "@emend/domain"
import type { Asking } from "./Asking.ts"
import { InputFailed } from "./Input.ts"

/**
 * Reads a record: as a line of an export, with its whole history, where the server answers in the whole form, else as it
 * is served. What changes the record while its history is read is left out. `undefined` where it is gone.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = async (ask: Asking, kind: string, path: string): Promise<unknown> => {
  const found = await ask.one(path)
  if (found === undefined || !found.isWhole) return found?.body
  const { state, version } = found.body as { readonly state: unknown; readonly version: number }
  const history = await revisions(ask, kind, path, version)
  return history && { kind, version, state, history, ...await snapshots(ask, path, version, history) }
}

interface Revision {
  readonly version: number
  readonly patch: object
  readonly inverse: object
  readonly redacted?: true
}

const kinds = new Map(RecordArchive.archivedKinds.map(({ kind }) => [kind.name, kind]))

/** All revisions up to a version, oldest first. */
const revisions = async (ask: Asking, kind: string, path: string, version: number) => {
  const { fields } = kinds.get(kind)!
  // An edit of a task agent is served with the configuration that it changed, which is a record of its own.
  const own = (update: object) => Object.fromEntries(Object.entries(update).filter(([field]) => field in fields))
  const found: Array<Revision> = []
  let next: string | undefined = `${path}/history?limit=100`
  while (next !== undefined) {
    const page = await ask.page(next, "whole")
    for (const revision of page.items as ReadonlyArray<Revision>) {
      if (revision.version > version) continue
      found.push({ ...revision, patch: own(revision.patch), inverse: own(revision.inverse) })
    }
    next = page.next
  }
  // One that was deleted in between has no history to be read any more.
  if (found.length === 0) return undefined
  if (found.length !== version) {
    throw new InputFailed({ message: `The history at ${path} has ${found.length} of ${version} versions` })
  }
  return found.reverse()
}

/** The whole states that a store keeps in such a history: at their intervals, and where it was cleaned last. */
const snapshots = async (ask: Asking, path: string, version: number, history: ReadonlyArray<Revision>) => {
  const cleaned = history.findLast(({ redacted }) => redacted === true)?.version
  const first = Math.ceil((cleaned ?? 1) / Snapshot.every) * Snapshot.every
  const kept: Array<{ readonly version: number; readonly state: unknown }> = []
  const keep = async (at: number) => {
    const state = (await ask.one(`${path}?version=${at}`))?.body.state
    if (state !== undefined && (at === cleaned || Snapshot.isDue(at, Json.textBytes(state)))) {
      kept.push({ version: at, state })
    }
  }
  if (cleaned !== undefined) await keep(cleaned)
  for (let at = first; at <= version; at += Snapshot.every) if (at !== cleaned) await keep(at)
  return kept.length === 0 ? undefined : { snapshots: kept }
}
