/**
 * The memos in memory.
 *
 * @internal
 */
import type { Memo } from "@emend/domain"
import { nameOf } from "./MemoryEntries.ts"
import { frozen, type State } from "./MemoryState.ts"

/** A memo with what its write left, and when it is over. */
export interface Kept extends Memo.Remembered {
  readonly expires: string
}

/** As many of the oldest memos are looked at, and removed where they are over, whenever one is asked for. */
const swept = 4

/** Gives what is remembered under a name at a moment. */
export const recall = (
  { memos }: State,
  { id, tenant }: { readonly tenant: string; readonly id: string },
  at: string
): Memo.Remembered | undefined => {
  for (const [name, { expires }] of memos.entries().take(swept)) if (expires <= at) memos.delete(name)
  const found = memos.get(nameOf(tenant, id))
  if (found === undefined || found.expires <= at) return undefined
  const { fingerprint, note, written } = found
  return { fingerprint, note, written }
}

/** Tells whether a memo would be a new one. */
export const isNew = ({ memos }: State, tenant: string, { id, made }: Memo.Memo): boolean => {
  const found = memos.get(nameOf(tenant, id))
  return found === undefined || found.expires <= made
}

/** Keeps a memo. */
export const keep = (
  { memos }: State,
  tenant: string,
  { expires, fingerprint, id, note }: Memo.Memo,
  written: Memo.Outcome | null
): void => {
  // Those that were kept last come last.
  memos.delete(nameOf(tenant, id))
  memos.set(nameOf(tenant, id), frozen({ fingerprint, note: JSON.parse(JSON.stringify(note)), expires, written }))
}
