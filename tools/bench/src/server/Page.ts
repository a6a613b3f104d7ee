/** The page of results. */
import { described, type Environment } from "../environment.ts"
import type { Figure } from "../Figure.ts"
import { byHand, ours, type Plan, type Updates } from "./Updates.ts"

export interface Results {
  readonly environment: Environment
  readonly database: { readonly version: string; readonly settings: ReadonlyArray<string>; readonly pgbench: string }
  readonly plan: Plan
  readonly updates?: Updates
}

export const page = (results: Results): string =>
  [
    "# The server",
    "",
    "`npm run bench:server -w @emend/bench` writes this page; [what it means](../../../docs/performance.md) and what it",
    "does not measure is told there. All contestants took turns in one run, on one machine that also ran the sender of the",
    "load and PostgreSQL. Figures are medians; a ratio is of two turns of the same round.",
    "",
    described(results.environment),
    `PostgreSQL ${results.database.version} (${results.database.settings.join(", ")}), ${results.database.pgbench}.`,
    ...(results.updates === undefined ? [] : updates(results.updates, results.plan)),
    ""
  ].join("\n")

const updates = ({ memory, rows, verified }: Updates, { records, rounds, seconds }: Plan): ReadonlyArray<string> => [
  "",
  "## Durable updates",
  "",
  `\`PUT /tasks/{id}\` merging one key into the 20 of \`params\`, of one of ${
    records.toLocaleString("en")
  } tasks by chance, with its`,
  `history entry; ${rounds} rounds of ${seconds} s for each line. Processor time is of one update.`,
  "",
  "| load | contestant | updates/s | | emend against it | | p50 | p99 | server | PostgreSQL | sender |",
  "|---|---|---|---|---|---|---|---|---|---|---|",
  ...rows.map(({ contestant, database, load, p50, p99, perSecond, ratio, sender, server }) =>
    `| ${
      [
        load,
        contestant,
        perSecond.median.toFixed(0),
        range(perSecond, 0),
        contestant === ours ? "" : `**${ratio.median.toFixed(2)}**`,
        contestant === ours ? "" : range(ratio, 2),
        contestant === "pgbench" ? `${millis(p50)} (mean)` : millis(p50),
        millis(p99),
        micros(server),
        micros(database),
        micros(sender)
      ].join(" | ")
    } |`
  ),
  "",
  "| afterwards | acknowledged | in the history | lost | doubled | tasks with gaps | tasks unlike their history | memory at rest | at most |",
  "|---|---|---|---|---|---|---|---|---|",
  ...Object.entries(verified).map(([name, { acknowledged, doubled, found, gaps, lost, wrong }]) => {
    const held = memory[name]
    return `| ${
      [
        name,
        acknowledged,
        found,
        lost,
        doubled,
        gaps,
        wrong,
        ...(held === undefined ? ["", ""] : [`${held.rest.toFixed(0)} MB`, `${held.peak.toFixed(0)} MB`])
      ].join(" | ")
    } |`
  }),
  "",
  `The line of ${byHand} and of pgbench is another database of the same PostgreSQL, a copy of the same one.`
]

const range = ({ max, min }: Figure, digits: number): string => `${min.toFixed(digits)} – ${max.toFixed(digits)}`
const millis = (figure: Figure | undefined): string => figure === undefined ? "" : `${figure.median.toFixed(2)} ms`
const micros = (figure: Figure | undefined): string => figure === undefined ? "" : `${figure.median.toFixed(0)} µs`
