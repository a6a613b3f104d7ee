/** The page of results. */
import { described, type Environment } from "../environment.ts"
import type { Figure } from "../Figure.ts"
import type * as Lists from "./Lists.ts"
import type * as Starts from "./Starts.ts"
import { byHand, hotLoad, ours, type Plan, spreadLoad, type Updates } from "./Updates.ts"

export interface Results {
  readonly environment: Environment
  readonly database: { readonly version: string; readonly settings: ReadonlyArray<string>; readonly pgbench: string }
  readonly plan: { readonly updates: Plan; readonly lists: Lists.Plan; readonly starts: number }
  /** Undefined where it was not asked for. */
  readonly starts: ReadonlyArray<Starts.Row> | undefined
  readonly updates: Updates | undefined
  readonly lists: ReadonlyArray<Lists.Row> | undefined
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
    ...aims(results),
    ...(results.updates === undefined ? [] : updates(results.updates, results.plan.updates)),
    ...(results.lists === undefined ? [] : lists(results.lists, results.plan.lists)),
    ...(results.starts === undefined ? [] : starts(results.starts, results.plan.starts)),
    ""
  ].join("\n")

interface Aim {
  readonly what: string
  readonly aim: string
  readonly value: number | undefined
  readonly unit: string
  readonly isReached: (value: number) => boolean
}

const aim = (what: string, bound: "≥" | "≤", limit: number, unit: string, value: number | undefined): Aim => ({
  what,
  aim: `${bound} ${limit}${unit}`,
  value,
  unit,
  isReached: (value) => bound === "≥" ? value >= limit : value <= limit
})

/** What was aimed at, and what this run came to; of what was not measured there is no line. */
const aims = ({ lists, plan, starts, updates }: Results): ReadonlyArray<string> => {
  const row = (contestant: string, load: string) =>
    updates?.rows.find((row) => row.contestant === contestant && row.load === load)
  const against = (contestant: string, load: string) => row(contestant, load)?.ratio.median
  const many = spreadLoad(64)
  const [mine, peer] = [row(ours, many)?.p99?.median, row(byHand, many)?.p99?.median]
  const start = (kind: string) => starts?.find(({ name }) => name.startsWith(ours) && name.includes(kind))
  const one = start("a database")
  const all: ReadonlyArray<Aim> = [
    aim(`updates per second, ${many}, against ${byHand}`, "≥", 2, "", against(byHand, many)),
    aim("the same against pgbench", "≥", 1, "", against("pgbench", `${plan.updates.clients} clients`)),
    aim(`one record, against ${byHand}`, "≥", 3, "", against(byHand, hotLoad(plan.updates.hot))),
    aim(`one connection, against ${byHand}`, "≥", 1, "", against(byHand, spreadLoad(1))),
    aim(`p99, ${many}, against ${byHand}`, "≤", 1, "", mine === undefined ? undefined : mine / peer!),
    aim(
      "a deep page against the first, in the worst list",
      "≤",
      1.5,
      "",
      lists === undefined ? undefined : Math.max(...lists.map(({ ratio }) => ratio.median))
    ),
    aim("first answer, a database that is there", "≤", 1, " s", one?.seconds.median),
    aim("first answer, embedded PostgreSQL", "≤", 3, " s", start("embedded")?.seconds.median),
    aim("memory at rest", "≤", 150, " MB", updates?.memory[ours]!.rest ?? one?.megabytes.median),
    aim("memory under load", "≤", 250, " MB", updates?.memory[ours]!.peak)
  ]
  return [
    "",
    "## Aims",
    "",
    "| | aim | this run | |",
    "|---|---|---|---|",
    ...all.flatMap(({ aim, isReached, unit, value, what }) =>
      value === undefined
        ? []
        : [
          `| ${what} | ${aim} | ${value.toFixed(unit === " MB" ? 0 : 2)}${unit} | ${
            isReached(value) ? "reached" : "missed"
          } |`
        ]
    )
  ]
}

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
  "Each contestant has a database of its own in the same PostgreSQL, a copy of the same one."
]

const lists = (
  rows: ReadonlyArray<Lists.Row>,
  { page, records, requests, rounds }: Lists.Plan
): ReadonlyArray<string> => [
  "",
  "## Lists",
  "",
  `\`GET /tasks\` of ${number(records)} tasks, newest first: page 1 and page ${
    number(page)
  } one after the other over one connection,`,
  `${rounds} rounds of ${requests} each. The deep page was reached by following the links to the next page from the first on; every`,
  "record came once and in order. By its number, the same page is counted off, which only clients pay that ask for it so.",
  "",
  `| list | records before it | page 1 | page ${number(page)} | against page 1 | | by \`page_number\` |`,
  "|---|---|---|---|---|---|---|",
  ...rows.map(({ byNumber, deep, first, list, ratio, walked }) =>
    `| ${
      [
        list,
        number(walked),
        millis(first),
        millis(deep),
        `**${ratio.median.toFixed(2)}**`,
        range(ratio, 2),
        `${byNumber.toFixed(0)} ms`
      ].join(" | ")
    } |`
  )
]

const starts = (rows: ReadonlyArray<Starts.Row>, rounds: number): ReadonlyArray<string> => [
  "",
  "## Starts",
  "",
  `From starting the process to its first answer, which has been to the database and back, and the memory of the process then;`,
  `${rounds} rounds. [Starts without a database](start.md) are measured apart.`,
  "",
  "| | first answer | | memory | |",
  "|---|---|---|---|---|",
  ...rows.map(({ megabytes, name, seconds }) =>
    `| ${name} | ${seconds.median.toFixed(2)} s | ${range(seconds, 2)} s | ${megabytes.median.toFixed(0)} MB | ${
      range(megabytes, 0)
    } MB |`
  )
]

const number = (value: number): string => value.toLocaleString("en")
const range = ({ max, min }: Figure, digits: number): string => `${min.toFixed(digits)} – ${max.toFixed(digits)}`
const millis = (figure: Figure | undefined): string => figure === undefined ? "" : `${figure.median.toFixed(2)} ms`
const micros = (figure: Figure | undefined): string => figure === undefined ? "" : `${figure.median.toFixed(0)} µs`
