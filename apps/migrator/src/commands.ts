/**
 * The commands and their flags.
 *
 * @since 0.1.0
 */
import { Argument, Command } from "effect/cli"
import * as Effect from "effect/Effect"
import * as ChangeNumbers from "./ChangeNumbers.ts"
import * as Copy from "./Copy.ts"
import * as Ending from "./Ending.ts"
import * as Export from "./Export.ts"
import * as Flags from "./Flags.ts"
import * as Import from "./Import.ts"
import * as Progress from "./Progress.ts"
import * as Source from "./Source.ts"
import * as Store from "./Store.ts"
import * as Target from "./Target.ts"
import * as Updated from "./Updated.ts"
import * as Verify from "./Verify.ts"

const numbered = Effect.provideServiceEffect(ChangeNumbers.ChangeNumbers, ChangeNumbers.ofStore)

const importing = Command.make(
  "import",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription("NDJSON, a JSON array or CSV, compressed by gzip or not; - for the standard input"),
      Argument.variadic({ min: 1 })
    ),
    to: Flags.store("to"),
    tenant: Flags.tenant,
    ...Flags.reading,
    ...Flags.loading,
    ...Flags.rejecting,
    json: Flags.json
  },
  ({ files, json, to, ...options }) =>
    Effect.map(Target.use(to, process.env, numbered(Import.run(files, options))), (ending) => Ending.tell(ending, json))
).pipe(
  Command.withDescription("Import records from files: those of the four APIs, of the board's database, and exports"),
  Command.withExamples([
    {
      command: "emend-migrate import tasks.ndjson.gz trackers.ndjson --to embedded:.emend --rejects rejects.ndjson",
      description: "Import two files, and keep what was not taken"
    }
  ])
)

const applying = Command.make(
  "apply",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription(
        "Lines {\"kind\", \"id\", \"update\" or \"move\", \"assign\", \"claim\", \"delete\"}; - for the standard input"
      ),
      Argument.variadic({ min: 1 })
    ),
    to: Flags.store("to"),
    ...Flags.applying,
    ...Flags.rejecting,
    json: Flags.json
  },
  ({ files, json, to, ...options }) =>
    Effect.map(Updated.apply(to, process.env, files, options), (ending) => Ending.tell(ending, json))
).pipe(
  Command.withDescription(
    "Apply updates to the records of a store or a server, those of one record composed before they reach it"
  )
)

const copying = Command.make(
  "copy",
  {
    from: Flags.store("from"),
    to: Flags.store("to"),
    tenant: Flags.tenantOnly,
    ...Flags.fromServer,
    ...Flags.loading,
    ...Flags.rejecting,
    json: Flags.json
  },
  ({ from, json, tenant, to, ...options }) =>
    Effect.scoped(Effect.gen(function*() {
      const address = yield* Store.resolved(from, process.env)
      const copied = /^https?:/.test(address)
        ? numbered(
          Import.fromServer(address, { ...Flags.served, ...options, tenant, token: process.env["EMEND_TOKEN"] })
        )
        : Copy.run(yield* Source.open(address, process.env, tenant), { ...options, name: Store.shown(address) })
      Ending.tell(yield* Target.use(to, process.env, copied), json)
    }))
).pipe(
  Command.withDescription("Copy all records with their histories from one store to another, or what a server shows")
)

const verifying = Command.make(
  "verify",
  {
    from: Flags.store("from"),
    to: Flags.store("to"),
    tenant: Flags.tenantOnly,
    ...Flags.fromServer,
    json: Flags.json
  },
  ({ from, json, tenant, to, ...served }) =>
    Effect.scoped(Effect.gen(function*() {
      const [mine, theirs] = [
        yield* Source.open(from, process.env, tenant, served),
        yield* Source.open(to, process.env, tenant, served)
      ]
      const tell = ({ found, id, kind, parts = [], tenant }: Verify.Difference) =>
        Progress.above(`${found}: ${kind} ${id} of ${tenant}${parts.map((part) => ` ${part}`).join("")}`)
      Ending.tell(yield* Verify.run(mine, theirs, json ? undefined : tell), json)
    }))
).pipe(Command.withDescription("Compare all records and histories of two stores, and list what differs"))

const exporting = Command.make(
  "export",
  { from: Flags.store("from"), tenant: Flags.tenantOnly, ...Flags.fromServer, output: Flags.output, json: Flags.json },
  ({ from, json, output, tenant, ...served }) =>
    Effect.scoped(Effect.gen(function*() {
      const ending = yield* Export.run(yield* Source.open(from, process.env, tenant, served), output)
      // The standard output is the export itself, where there is no file for it.
      Ending.tell(ending, json && output !== undefined)
    }))
).pipe(Command.withDescription("Export all records with their histories as lines of JSON, in one order"))

/**
 * The command line.
 *
 * @category commands
 * @since 0.1.0
 */
export const root = Command.make("emend-migrate").pipe(
  Command.withDescription("Carries whole stores of records: import, copy, apply, verify, export"),
  Command.withSubcommands([importing, copying, applying, verifying, exporting])
)
