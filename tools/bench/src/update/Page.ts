/** The page of results. */
import { described, type Environment } from "../environment.ts"
import type { Figure } from "../Figure.ts"
import type { Plan, Row } from "./Statements.ts"
import * as Variant from "./Variant.ts"

export interface Results {
  readonly environment: Environment
  readonly database: { readonly version: string; readonly settings: ReadonlyArray<string> }
  readonly plan: Plan
  readonly rows: ReadonlyArray<Row>
}

export const page = ({ database, environment, plan, rows }: Results): string =>
  [
    "# One update in PostgreSQL",
    "",
    "`npm run bench:update -w @emend/bench` writes this page. It merges one key into the 20 of `params` of a task by",
    "chance, with its history entry, on one connection: by the [hand-written statement](../src/server/statement.ts), one",
    "update each, and by the store of this server, which executes as many at once as told. All take turns; figures are",
    "medians of one update, and a ratio is of two turns of the same round.",
    "",
    `${described(environment)}`,
    `PostgreSQL ${database.version} (${database.settings.join(", ")}); ${plan.records.toLocaleString("en")} tasks, ` +
    `${plan.rounds} rounds of ${plan.updates} updates for each line.`,
    "",
    "**PostgreSQL** is the processor time of the connection's backend, to the commit and its flush; **log** is what is",
    "written to the log ahead, without whole pages after a checkpoint; **client** is the processor time of the process",
    "that asks, for ours with the adapter and without HTTP.",
    ...Variant.all.flatMap(({ name }) => table(name, rows.filter(({ variant }) => variant === name))),
    ""
  ].join("\n")

const table = (variant: string, rows: ReadonlyArray<Row>): ReadonlyArray<string> => [
  "",
  `## Tables ${variant}`,
  "",
  "| statement | updates in it | PostgreSQL | | against by hand, as they are | | log | client |",
  "|---|---|---|---|---|---|---|---|",
  ...rows.map(({ client, contestant, database, logged, ratio, size }) =>
    `| ${contestant} | ${size} | ${database.median.toFixed(0)} µs | ${range(database, 0)} | **${
      ratio.median.toFixed(2)
    }** | ${range(ratio, 2)} | ${logged.median.toFixed(0)} B | ${client.median.toFixed(0)} µs |`
  )
]

const range = ({ max, min }: Figure, digits: number): string => `${min.toFixed(digits)} – ${max.toFixed(digits)}`
