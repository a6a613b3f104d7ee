/**
 * The outcomes of parcels, and which parcels must not be put at once.
 *
 * @since 0.1.0
 */
import { RecordArchive } from "@emend/domain"
import * as Result from "effect/Result"

const kinds = new Map(RecordArchive.archivedKinds.map((kind) => [kind.kind.name, kind]))

/**
 * The outcome of a parcel that was put.
 *
 * @category outcomes
 * @since 0.1.0
 */
export const added: RecordArchive.PutResult = Result.succeed("added")

/**
 * The outcome of a parcel whose record was there.
 *
 * @category outcomes
 * @since 0.1.0
 */
export const present: RecordArchive.PutResult = Result.succeed("present")

/**
 * The outcome of a parcel that was not put.
 *
 * @category outcomes
 * @since 0.1.0
 */
export const refused = (rejection: RecordArchive.Rejection): RecordArchive.PutResult => Result.fail(rejection)

/**
 * Divides parcels, by their places, into waves that are put one after the other: what has the key or a unique value of
 * an earlier one comes in a later wave, and so do references to what comes there.
 *
 * @category operations
 * @since 0.1.0
 */
export const waves = (parcels: ReadonlyArray<RecordArchive.Parcel>): ReadonlyArray<ReadonlyArray<number>> => {
  const out: Array<Array<number>> = []
  const last = new Map<string, number>()
  parcels.forEach(({ along = [], record }, place) => {
    const names = [record, ...along].flatMap(claims)
    const wave = names.reduce((wave, name) => Math.max(wave, (last.get(name) ?? -1) + 1), 0)
    ;(out[wave] ??= []).push(place)
    for (const name of names) last.set(name, wave)
  })
  return out
}

const claims = ({ key: { id, kind, tenant }, state }: RecordArchive.Archived): ReadonlyArray<string> => [
  JSON.stringify([kind, tenant, id]),
  ...(kinds.get(kind)?.unique ?? []).flatMap(({ fields }, at) => {
    const values = fields.map((field) => state[field])
    return values.includes(null) ? [] : [JSON.stringify([kind, tenant, at, values])]
  })
]
