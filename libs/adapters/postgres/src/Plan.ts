/**
 * In which groups the commits of a batch are executed.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Legality from "./Legality.ts"
import type { Relation } from "./Relation.ts"

/**
 * Commits that are executed together: single writes of one kind of record as one statement, or one commit of several
 * writes, of a dry insert, or of a cleaning, as a transaction. `at` are the places of the commits in the batch, in order.
 *
 * @category models
 * @since 0.1.0
 */
export type Group =
  | { readonly _tag: "Update" | "Insert"; readonly kind: string; readonly at: Array<number> }
  | { readonly _tag: "Several"; readonly at: Array<number> }

/**
 * Tells whether a write cleans a record, which takes more than one statement.
 *
 * @category queries
 * @since 0.1.0
 */
export const redacts = (write: RecordStore.Write): boolean => write._tag === "Update" && write.redact === true

/**
 * Tells whether a commit is a single write that one statement executes.
 *
 * @category queries
 * @since 0.1.0
 */
export const isSingle = (commit: RecordStore.Commit): boolean => {
  const [write] = commit
  return commit.length === 1 && !redacts(write) && !(write._tag === "Insert" && write.dry === true)
}

/**
 * Divides a batch into groups that are executed in order. Updates of the same record stay in the order given, as they do
 * in a group, as long as the database would allow what each leaves; so do inserts of the same unique values, and rehearsals among updates of the same record, as no group has two of them; an insert,
 * whose values and references other commits may touch, and a commit of several writes come after everything before them.
 *
 * @category operations
 * @since 0.1.0
 */
export const groups = (
  commits: ReadonlyArray<RecordStore.Commit>,
  relations: ReadonlyMap<string, Relation>
): ReadonlyArray<Group> => {
  const out: Array<Group> = []
  /** Where the last group stands that has a write of the record, or claims the unique values. */
  const last = new Map<string, number>()
  /** The records whose last write is an update, which others of the same record may join. */
  const joined = new Map<string, RecordStore.Update>()
  /** Nothing that follows may be put before this group. */
  let barrier = 0
  commits.forEach((commit, at) => {
    const [write] = commit
    if (!isSingle(commit)) {
      out.push({ _tag: "Several", at: [at] })
      barrier = out.length
      return
    }
    const { _tag, key } = write
    const names = claims(write, relations)
    const [record] = names
    const joins = _tag === "Update" && write.dry !== true
    const behind = (name: string) => {
      const before = joins && name === record ? joined.get(name) : undefined
      const together = before !== undefined && Legality.holds(relations.get(key.kind)!, before)
      return (last.get(name) ?? -1) + Number(!together)
    }
    const earliest = _tag === "Insert" ? Math.max(barrier, out.length - 1) : barrier
    const from = names.reduce((from, name) => Math.max(from, behind(name)), earliest)
    let place = out.findIndex((group, i) => i >= from && group._tag === _tag && group.kind === key.kind)
    if (place === -1) place = out.push({ _tag, kind: key.kind, at: [] }) - 1
    out[place]!.at.push(at)
    for (const name of names) last.set(name, place)
    joins ? joined.set(record!, write) : joined.delete(record!)
    if (_tag === "Insert") barrier = place
  })
  return out
}

/**
 * Writes of one commit that are executed as one statement.
 *
 * @category models
 * @since 0.1.0
 */
export type Step = readonly [RecordStore.Write, ...ReadonlyArray<RecordStore.Write>]

/**
 * Divides writes of a commit into steps that are executed in order: neighbouring writes of one form and kind are one
 * step, as long as none of them claims what another one does. A cleaning is a step of its own.
 *
 * @category operations
 * @since 0.1.0
 */
export const steps = (
  writes: ReadonlyArray<RecordStore.Write>,
  relations: ReadonlyMap<string, Relation>
): ReadonlyArray<Step> => {
  const out: Array<[RecordStore.Write, ...Array<RecordStore.Write>]> = []
  const claimed = new Set<string>()
  for (const write of writes) {
    const names = claims(write, relations)
    const last = out.at(-1)
    const joins = last !== undefined && last[0]._tag === write._tag && last[0].key.kind === write.key.kind &&
      !names.some((name) => claimed.has(name)) && !redacts(write) && !redacts(last[0])
    if (!joins) claimed.clear()
    joins ? last.push(write) : out.push([write])
    for (const name of names) claimed.add(name)
  }
  return out
}

/**
 * Divides a commit into what is written for each of many records and the stretches of writes between.
 *
 * @category operations
 * @since 0.1.0
 */
export const stretches = (
  commit: ReadonlyArray<RecordStore.Write | RecordStore.Each>
): ReadonlyArray<RecordStore.Each | ReadonlyArray<RecordStore.Write>> => {
  const out: Array<RecordStore.Each | Array<RecordStore.Write>> = []
  for (const step of commit) {
    const last = out.at(-1)
    if (step._tag === "Each") out.push(step)
    else if (Array.isArray(last)) last.push(step)
    else out.push([step])
  }
  return out
}

/**
 * Orders writes for different records such that those of one form and kind are neighbours: in the order in which the
 * forms first come.
 *
 * @category operations
 * @since 0.1.0
 */
export const byForm = (writes: ReadonlyArray<RecordStore.Write>): ReadonlyArray<RecordStore.Write> =>
  [...Map.groupBy(writes, ({ _tag, key }) => `${_tag} ${key.kind}`).values()].flat()

/** Names the record that is written, its memo, and for an insert each set of unique values. */
const claims = (
  write: RecordStore.Write,
  relations: ReadonlyMap<string, Relation>
): ReadonlyArray<string> => {
  const { id, kind, tenant } = write.key
  const record = JSON.stringify([kind, tenant, id])
  const names = write.memo === undefined ? [record] : [record, JSON.stringify(["memo", tenant, write.memo.id])]
  if (write._tag === "Update") return names
  const values = (relations.get(kind)?.kind.unique ?? []).map(({ fields }) => fields.map((field) => write.state[field]))
  // A null is the same as nothing else.
  const claimed = values.flatMap((values, at) =>
    values.includes(null) ? [] : [JSON.stringify([kind, tenant, at, values])]
  )
  return [...names, ...claimed]
}
