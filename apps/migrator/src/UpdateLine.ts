/**
 * A line of a file of updates.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import { AgentTaskTracker, BoardTask, Task, Text } from "@emend/domain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Flaw, ofSchema } from "./Flaw.ts"
import { parsed } from "./Reading.ts"
import type { Piece } from "./Splitter.ts"
import * as Strict from "./Strict.ts"

/**
 * The kinds that are updated in bulk: those whose updates need no look at the record.
 *
 * @category kinds
 * @since 0.1.0
 */
export const kinds: ReadonlyMap<string, Kind.Any> = new Map<string, Kind.Any>([
  ["Task", Task.Task],
  ["AgentTaskTracker", AgentTaskTracker.AgentTaskTracker],
  ["BoardTask", BoardTask.BoardTask]
])

/**
 * One update of one record.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateLine {
  readonly kind: string
  readonly id: string
  readonly draft: Kind.Draft<any>
  readonly reason: string | null
  /** The version that the record must have. */
  readonly version: number | undefined
}

const Line = Schema.Struct({
  kind: Schema.optionalKey(Schema.Literals([...kinds.keys()])),
  id: Text.Id,
  // Its fields are checked by the kind's own schema.
  update: Schema.Unknown.check(
    Schema.makeFilter((value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) || "Expected a JSON object"
    )
  ),
  reason: Schema.optionalKey(Text.Text),
  version: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
})

const decode = Strict.decoder(Line)
const bodies = new Map([...kinds].map(([name, kind]) => [name, Strict.decoder(kind.Update)]))

/**
 * Reads `{"kind", "id", "update", "reason"?, "version"?}`, where the update is the body that the API takes and is
 * checked like it, or a rejected line that was mended.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (piece: Piece, kind: string | undefined): Result.Result<UpdateLine, Flaw> => {
  if ("flaw" in piece) return Result.fail({ reason: piece.flaw })
  if ("row" in piece) return Result.fail({ reason: "Updates are lines of JSON" })
  const value = parsed(piece.text)
  return Result.isFailure(value) ? Result.fail(value.failure) : line(value.success, kind)
}

const line = (value: any, given: string | undefined): Result.Result<UpdateLine, Flaw> => {
  if (typeof value?.line === "number") {
    if (typeof value.record === "object") return line(value.record, given)
    if (typeof value.text === "string") return Result.flatMap(parsed(value.text), (text) => line(text, given))
  }
  const named = value?.kind ?? given
  if (named === "TaskAgent" || named === "TaskAgentRevision") {
    const reason = "Task agents are not updated in bulk: an edit makes a revision; send each to the API of task agents"
    return Result.fail({ kind: named, reason })
  }
  const found = decode(value)
  if (Result.isFailure(found)) return Result.fail({ reason: ofSchema(found.failure) })
  const { id, kind: own, reason = null, update, version } = found.success
  const kind = own ?? given
  if (kind === undefined) return Result.fail({ reason: "The kind of the record is missing; --kind names it for all" })
  const body = bodies.get(kind)!(update)
  if (Result.isFailure(body)) return Result.fail({ kind, reason: ofSchema(body.failure) })
  return Result.succeed({ kind, id, draft: kinds.get(kind)!.fromBody(body.success), reason, version })
}
