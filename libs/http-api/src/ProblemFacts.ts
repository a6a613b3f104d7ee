/**
 * The facts that stand beside a problem in its answer.
 *
 * @since 0.1.0
 */
import { Refusals } from "@emend/domain"
import * as Schema from "effect/Schema"

type Facts = Readonly<Record<string, Schema.Top>>

const { id, kind } = {
  kind: Schema.String.annotate({ description: "The kind of the record." }),
  id: Schema.String.annotate({ description: "The id of the record." })
}
const present = Schema.Int.annotate({ description: "The version that the record has." })
const parameter = Schema.String.annotate({ description: "The parameter of the path or the query that is meant." })
const header = Schema.String.annotate({ description: "The header that is meant." })
const { conflicts } = Refusals.RebaseConflict.fields
const { from, to } = Refusals.TransitionRefused.fields
const position = Refusals.CursorBackwards.fields.present

/**
 * The schemas of the facts of each problem, by its code. What is not declared here is not served: the tests compare
 * each answer with it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const problemFacts = {
  "malformed-path": { parameter: Schema.optionalKey(parameter) },
  "malformed-header": { header },
  "malformed-cursor": { kind: Schema.optionalKey(kind), parameter },
  "reference-unknown": {
    kind: Schema.String.annotate({ description: "The kind that would refer to it." }),
    field: Schema.String.annotate({ description: "The field that names it." }),
    given: Schema.optionalKey(Schema.String.annotate({ description: "The name given, unless it is long." }))
  },
  "version-unknown": { kind, id, present, given: Schema.Int.annotate({ description: "The version asked for." }) },
  "access-refused": {
    reason: Schema.String.annotate({ description: "What is refused, in one word." }),
    host: Schema.optionalKey(
      Schema.NullOr(Schema.String).annotate({ description: "What Host says; `null` where there is none." })
    ),
    origin: Schema.optionalKey(Schema.String.annotate({ description: "What Origin says." })),
    required_role: Schema.optionalKey(Schema.String.annotate({ description: "The role that is needed." })),
    role: Schema.optionalKey(
      Schema.NullOr(Schema.String).annotate({ description: "The role of the caller; `null` where there is none." })
    ),
    field: Schema.optionalKey(Schema.String.annotate({ description: "The field of the body that needs the role." }))
  },
  "record-missing": { kind, id },
  "method-refused": {
    allowed: Schema.Array(Schema.String).annotate({ description: "The methods that the path has." })
  },
  "already-taken": {
    kind,
    fields: Schema.Array(Schema.String).annotate({ description: "The fields whose values belong to another record." })
  },
  "cursor-backwards": {
    kind,
    id,
    field: Schema.String.annotate({ description: "The cursor." }),
    present: position.annotate({ description: "The event at which the cursor stands." }),
    given: position.annotate({ description: "The event that was asked for." })
  },
  "transition-refused": {
    kind,
    id,
    from: from.annotate({ description: "The status that the record has; `null` where it has none." }),
    to: to.annotate({ description: "The status that was asked for." }),
    allowed: Schema.Array(Schema.String).annotate({ description: "The statuses to which it may move now." }),
    blocked_by: Schema.String.annotate({ description: "What stands in the way." })
  },
  "status-refused": {
    kind,
    id,
    from: from.annotate({ description: "The status that the record has; `null` where it has none." }),
    demanded: Schema.Array(Schema.String).annotate({ description: "The statuses of which it must have one." })
  },
  redacted: {
    kind,
    id,
    present,
    given: Schema.Int.annotate({ description: "The version that is not known any more." })
  },
  "cycle-refused": {
    kind,
    id,
    cycle: Schema.Array(Schema.String).annotate({ description: "The ids along the path that the link would close." })
  },
  "graph-too-large": {
    kind,
    id,
    limit: Schema.Int.annotate({ description: "How many links are read at most." })
  },
  "rebase-conflict": {
    kind,
    id,
    present,
    conflicts: conflicts.annotate({
      description:
        "For each path (RFC 6901): the value that the update was written against, the value there now, and the value that it would write; absent where there is none."
    })
  },
  "version-mismatch": {
    kind,
    id,
    present,
    demanded: Schema.Array(Schema.Int).annotate({ description: "The versions that If-Match names." })
  },
  "condition-required": {
    accepted: Schema.Array(Schema.String).annotate({ description: "The headers of which the request must have one." })
  },
  "body-too-large": { max_bytes: Schema.Int.annotate({ description: "How many bytes a body may have." }) },
  "too-many-requests": {
    limit: Schema.Int.annotate({ description: "How many requests may be in work at once." })
  },
  "head-too-large": { max_bytes: Schema.Int.annotate({ description: "How many bytes the head may have." }) },
  "too-many-connections": {
    limit: Schema.Int.annotate({ description: "How many connections may be open at once." })
  },
  "media-type-refused": {
    accepted: Schema.Array(Schema.String).annotate({ description: "The media types that a body may have." })
  },
  "took-too-long": { limit_ms: Schema.Int.annotate({ description: "How many milliseconds a request may take." }) },
  "too-contended": {
    kind,
    id,
    attempts: Schema.Int.annotate({ description: "How often the change was tried." })
  }
} as const satisfies Readonly<Record<string, Facts>>
