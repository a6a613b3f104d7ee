/**
 * The operations by which records of every kind are compared and led back in time.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import type { Role } from "../identity/Role.ts"
import type { Code } from "../Problem.ts"
import * as Operation from "./Operation.ts"

const { Version } = Operation

/**
 * The schema of the difference between two versions of a record.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Difference = Schema.Struct({
  from: Schema.Int,
  to: Schema.Int,
  patch: Schema.JsonObject.annotate({ description: "The update that leads from one to the other." }),
  moves: Schema.Record(Schema.String, Schema.Struct({ from: Schema.Json, to: Schema.Json })).annotate({
    description: "What no update can lead there: statuses, pointers, and cursors that stood further."
  }),
  changes: Schema.Array(Schema.String).annotate({ description: "All of it, a sentence for each path." })
}).annotate({ identifier: "Difference" })

const Restore = Schema.Struct({
  version: Version.annotate({ description: "The version to lead back to." })
}).annotate({ identifier: "RestoreRequest" })

const Undo = Schema.Struct({
  revision: Version.annotate({ description: "The revision to take back: the version that it led to." })
}).annotate({ identifier: "UndoRequest" })

const led = <S extends Schema.Top>(record: S, name: string) =>
  Operation.changed(
    Schema.Struct({
      record,
      left_alone: Schema.Array(Schema.String).annotate({
        description: "What differs and was left alone: a status, a pointer, a cursor, a configuration."
      })
    }).annotate({ identifier: `Restored${name}` })
  )

const change = (...causes: ReadonlyArray<number | Code>) => ({
  headers: Operation.headers.change,
  error: Operation.refusals(404, ...causes, ...Operation.withBody)
})

/**
 * Gives the operations on the past of the records at a path. `name` is what the document calls a record, `restore` the
 * role that leads one back, and `causes` are the conflicts that a kind has beyond others.
 *
 * @category definitions
 * @since 0.1.0
 */
export const make = <
  const Path extends `/${string}`,
  const Params extends Schema.Struct.Fields,
  Record extends Schema.Top
>(
  path: Path,
  params: Params,
  record: Record,
  name: string,
  { causes = [], restore = "editor" }: { readonly restore?: Role; readonly causes?: ReadonlyArray<Code> } = {}
) =>
  [
    HttpApiEndpoint.get("diff", `${path}/diff`, {
      params,
      query: {
        from: Version.annotate({ description: "The version to begin with." }),
        to: Schema.optionalKey(Version.annotate({ description: "The present version without it." }))
      },
      success: Difference,
      error: Operation.refusals(404, ...causes)
    }).annotateMerge(
      Operation.described("viewer", `Compare Versions of ${name}`, "Tells what leads from one version to another.")
    ),
    HttpApiEndpoint.post("restore", `${path}/restore`, {
      params,
      ...change(...causes, ...Operation.overwriting),
      payload: Restore,
      success: led(record, name.replaceAll(" ", ""))
    }).annotate(Operation.Overwrites, true).annotateMerge(
      Operation.described(
        restore,
        `Restore ${name}`,
        "Leads the record back to a version by one new change, checked like any other. A status and a cursor are left alone, and listed."
      )
    ),
    HttpApiEndpoint.post("undo", `${path}/undo`, {
      params,
      ...change("rebase-conflict", ...causes, 412),
      payload: Undo,
      success: led(record, name.replaceAll(" ", ""))
    }).annotateMerge(
      Operation.described(
        "editor",
        `Undo Change of ${name}`,
        "Takes one change back by a new one, also under later ones; where they left another value, it is a conflict. What the change moved is left alone, and listed."
      )
    )
  ] as const
