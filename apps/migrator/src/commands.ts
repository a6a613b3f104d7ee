/**
 * The commands and their flags.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { Argument, Command } from "effect/cli"
import * as Ending from "./Ending.ts"
import * as Flags from "./Flags.ts"
import * as Import from "./Import.ts"
import * as Store from "./Store.ts"

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
    Import.run(files, options).pipe(
      Effect.provide(Store.open(to, process.env)),
      Effect.map((ending) => Ending.tell(ending, json))
    )
).pipe(
  Command.withDescription("Import records from files: those of the four APIs, of the board's database, and exports"),
  Command.withExamples([
    {
      command: "emend-migrate import tasks.ndjson.gz trackers.ndjson --to embedded:.emend --rejects rejects.ndjson",
      description: "Import two files, and keep what was not taken"
    }
  ])
)

/**
 * The command line.
 *
 * @category commands
 * @since 0.1.0
 */
export const root = Command.make("emend-migrate").pipe(
  Command.withDescription("Carries whole stores of records: import, copy, apply, verify, export"),
  Command.withSubcommands([importing])
)
