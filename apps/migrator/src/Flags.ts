/**
 * The flags that several commands have.
 *
 * @since 0.1.0
 */
import { RecordArchive, Text } from "@emend/domain"
import { Flag } from "effect/cli"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { formats } from "./Input.ts"
import { kinds } from "./UpdateLine.ts"

/** Gives `undefined` where a flag is not there. */
const optional = <A>(flag: Flag.Flag<A>): Flag.Flag<A | undefined> =>
  Flag.map(Flag.optional(flag), Option.getOrUndefined)

/**
 * A store by its address.
 *
 * @category flags
 * @since 0.1.0
 */
export const store = (name: "to" | "from"): Flag.Flag<string> =>
  Flag.String(name).pipe(
    Flag.withMetavar("STORE"),
    Flag.withDescription(
      "postgres://…, embedded:DIR, file:PATH, http(s)://… or env:NAME for an address in a variable; " +
        "passwords and tokens come from PGPASSWORD and EMEND_TOKEN"
    )
  )

/**
 * Whether the summary is one JSON object.
 *
 * @category flags
 * @since 0.1.0
 */
export const json: Flag.Flag<boolean> = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print the summary as one JSON object")
)

/**
 * How rejects are kept, and how many there may be.
 *
 * @category flags
 * @since 0.1.0
 */
export const rejecting = {
  rejects: optional(
    Flag.String("rejects").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Write what was not taken to this file: mended, it is imported again")
    )
  ),
  maxRejects: Flag.Int("max-rejects").pipe(
    Flag.withDefault(1000),
    Flag.withDescription("Give up after more rejects than this; -1 for no limit. Default 1000")
  )
}

/**
 * How many records go to a store at once, and where others wait.
 *
 * @category flags
 * @since 0.1.0
 */
export const loading = {
  batch: Flag.Int("batch").pipe(
    Flag.withDefault(5000),
    Flag.filter((count) => count >= 1 && count <= 100_000, () => "Expected a number from 1 to 100000"),
    Flag.withDescription("How many records go to the store at once. Default 5000")
  ),
  spool: optional(
    Flag.Directory("spool", { mustExist: true }).pipe(
      Flag.withDescription(
        "The folder below which records wait for those that they refer to. Default: that of the system"
      )
    )
  )
}

const tenantFlag = Flag.String("tenant").pipe(
  Flag.filter(Schema.is(Text.Id), () => "Expected the name of a tenant, of 1 to 255 characters")
)

/**
 * The tenant of the records.
 *
 * @category flags
 * @since 0.1.0
 */
export const tenant: Flag.Flag<string | undefined> = optional(
  tenantFlag.pipe(
    Flag.withDescription("The tenant that records get, whatever the source says. Default: the source's, else local")
  )
)

/**
 * The tenant whose records are taken.
 *
 * @category flags
 * @since 0.1.0
 */
export const tenantOnly: Flag.Flag<string | undefined> = optional(
  tenantFlag.pipe(
    Flag.withDescription("Take the records of this tenant only. Default: of all")
  )
)

/**
 * The file that is written.
 *
 * @category flags
 * @since 0.1.0
 */
export const output: Flag.Flag<string | undefined> = optional(
  Flag.String("output").pipe(
    Flag.withAlias("o"),
    Flag.withMetavar("FILE"),
    Flag.withDescription("Write to this file, compressed where its name ends in .gz. Default: the standard output")
  )
)

/**
 * How files are read.
 *
 * @category flags
 * @since 0.1.0
 */
export const reading = {
  format: optional(
    Flag.Literals("format", formats).pipe(
      Flag.withDescription("The form of the files. Default: told by their names and first characters")
    )
  ),
  kind: optional(
    Flag.Literals("kind", RecordArchive.archivedKinds.map((kind) => kind.kind.name)).pipe(
      Flag.withDescription("The kind of every record. Default: told by its fields")
    )
  ),
  unknown: Flag.Literals("unknown", ["refuse", "keep"]).pipe(
    Flag.withDefault("refuse"),
    Flag.withDescription(
      "Fields that a kind does not have: refuse them, or keep those of tasks in task_metadata.imported"
    )
  ),
  surreal: Flag.Boolean("surreal").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Ids are those of SurrealDB (task:abc), of which the key is taken")
  ),
  assumeUtc: Flag.Boolean("assume-utc").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Take times without a zone as UTC")
  ),
  cutNanoseconds: Flag.Boolean("cut-nanoseconds").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Cut off what is below a microsecond")
  ),
  createdAt: optional(
    Flag.String("created-at").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("When records were made that do not say so")
    )
  ),
  organization: optional(Flag.String("organization").pipe(Flag.withDescription("The organization of task agents"))),
  project: optional(Flag.String("project").pipe(Flag.withDescription("The project of task agents"))),
  maxRecordBytes: Flag.Int("max-record-bytes").pipe(
    Flag.withDefault(33_554_432),
    Flag.withDescription("The size of a record with its history at most. Default 33554432")
  )
}

/**
 * How updates are applied.
 *
 * @category flags
 * @since 0.1.0
 */
export const applying = {
  tenant: optional(
    tenantFlag.pipe(
      Flag.withDescription("The tenant of the records; a server knows it by the token. Default: local")
    )
  ),
  kind: optional(
    Flag.Literals("kind", kinds).pipe(
      Flag.withDescription("The kind of records whose line names none")
    )
  ),
  organization: optional(
    Flag.String("organization").pipe(
      Flag.withDescription("The organization of the task agents whose line names none")
    )
  ),
  project: optional(
    Flag.String("project").pipe(Flag.withDescription("The project of the task agents whose line names none"))
  ),
  by: optional(
    Flag.String("by").pipe(
      Flag.withDescription("Who changes the records; a server knows it by the token. Default: migrator")
    )
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Tell what would change, and write nothing")
  ),
  run: optional(
    Flag.String("run").pipe(
      Flag.withMetavar("NAME"),
      Flag.withDescription(
        "The same updates under the same name are applied once in 24 hours. Default: the content of the files"
      )
    )
  ),
  maxRecordBytes: reading.maxRecordBytes
}

/**
 * Which task agents of a server are copied.
 *
 * @category flags
 * @since 0.1.0
 */
export const fromServer = {
  organization: reading.organization.pipe(
    Flag.withDescription("From a server: the organization whose task agents are copied")
  ),
  project: reading.project.pipe(Flag.withDescription("From a server: the project whose task agents are copied")),
  unknown: reading.unknown,
  assumeUtc: reading.assumeUtc,
  cutNanoseconds: reading.cutNanoseconds,
  spool: loading.spool
}

/**
 * What is asked of files only.
 *
 * @category flags
 * @since 0.1.0
 */
export const served = { kind: undefined, surreal: false, createdAt: undefined } as const
