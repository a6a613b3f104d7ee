/**
 * Whole records on a shelf, for a source whose own order is another one.
 *
 * @since 0.1.0
 */
import { RecordArchive } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as ArchiveLine from "./ArchiveLine.ts"
import type * as Shelf from "./Shelf.ts"

const kinds = new Map(RecordArchive.archivedKinds.map((kind) => [kind.kind.name, kind]))

/**
 * Makes an archive of what a shelf keeps. Of what a store refuses it refuses what refers to nothing: whether values are
 * taken, and links form a cycle, is left to the store that the records come from.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (shelf: Shelf.Shelf): RecordArchive.RecordArchive["Service"] => {
  const put = ({ along = [], record }: RecordArchive.Parcel): RecordArchive.PutResult => {
    const { key } = record
    const line = ArchiveLine.write(record)
    const present = shelf.line(key.kind, key.tenant, key.id)
    if (present !== undefined) {
      return present === line ? Result.succeed("present") : Result.fail({ _tag: "Different", key })
    }
    for (const [field, kind] of Object.entries(kinds.get(key.kind)!.references ?? {})) {
      const id = record.state[field]
      if (id !== null && shelf.line(kind, key.tenant, id) === undefined) {
        return Result.fail({ _tag: "Dangling", key, field })
      }
    }
    for (const one of [record, ...along]) {
      shelf.keep(one.key.kind, one.key.tenant, one.key.id, ArchiveLine.write(one))
    }
    return Result.succeed("added")
  }
  return {
    put: (parcels) => Effect.sync(() => parcels.map(put)),
    get: (keys, fields) =>
      Effect.sync(() =>
        keys.map(({ id, kind, tenant }) => {
          const line = shelf.line(kind, tenant, id)
          if (line === undefined) return undefined
          const { state } = ArchiveLine.ofWritten(line)
          return Object.fromEntries(fields.map((field) => [field, state[field]]))
        })
      ),
    read: ({ after = "", bytes = Infinity, kind, limit, tenant }) =>
      Effect.sync(() => shelf.lines(kind, tenant, after, limit, bytes).map(ArchiveLine.ofWritten)),
    tenants: Effect.sync(shelf.tenants)
  }
}
