/**
 * Cursors of lists that are no pages of records: a place in one list, as opaque text.
 *
 * @internal
 */
import * as Hash from "effect/Hash"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CursorMalformed } from "./Refusals.ts"

/** Writes and reads the places of a sort. `list` says which list it is: the cursor of another one is malformed. */
export interface PlaceCursor<Place> {
  readonly write: (list: ReadonlyArray<unknown>, place: Place) => string
  readonly read: (list: ReadonlyArray<unknown>, cursor: string) => Result.Result<Place, CursorMalformed>
}

/** Makes the cursors of places. `kind` is what a refusal names. */
export const make = <Place>(kind: string, place: Schema.Codec<Place, unknown>): PlaceCursor<Place> => {
  const Written = Schema.StringFromBase64Url.pipe(
    Schema.decodeTo(Schema.fromJsonString(Schema.Tuple([Schema.Int, place])))
  )
  const encode = Schema.encodeSync(Written)
  const decode = Schema.decodeUnknownResult(Written)
  const named = (list: ReadonlyArray<unknown>) => Hash.string(JSON.stringify(list))
  return {
    write: (list, place) => encode([named(list), place]),
    read: (list, cursor) => {
      const decoded = Result.getOrUndefined(decode(cursor))
      return decoded?.[0] === named(list) ? Result.succeed(decoded[1]) : Result.fail(new CursorMalformed({ kind }))
    }
  }
}
