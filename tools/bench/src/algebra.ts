/** Measures A and B: runs each size in several processes and writes the medians with their environment. */
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { described, environment } from "./environment.ts"
import { summarise } from "./Figure.ts"

/** V8 keeps an object of more than 1,020 keys in another form, which is slow to copy. */
const sizes = [10, 100, 1000, 1021]
const processes = 5

const here = new URL(".", import.meta.url)
const measure = (keys: number): Readonly<Record<string, number>> =>
  JSON.parse(
    execFileSync(process.execPath, ["--conditions=@emend/source", new URL("measure.ts", here).pathname, String(keys)], {
      encoding: "utf8"
    })
  )

const results = sizes.map((keys) => {
  const runs = Array.from({ length: processes }, () => measure(keys))
  const names = Object.keys(runs[0]!)
  return {
    keys,
    runs,
    figures: Object.fromEntries(names.map((name) => [name, summarise(runs.map((run) => run[name]!))]))
  }
})

const where = environment(["mutative", "immer", "fast-json-patch", "effect"])

const nanos = (value: number): string =>
  value >= 10_000 ? `${(value / 1000).toFixed(1)} µs` : `${value.toFixed(value < 100 ? 1 : 0)} ns`
const queues = ["spread over the keys", "on five keys"]
const table = ({ figures, keys, runs }: typeof results[number]): string => {
  /** Compared within each process, so that a slow one does not count as a difference. */
  const times = (of: string, over: string): string =>
    summarise(runs.map((run) => run[over]! / run[of]!)).median.toFixed(2)
  const rows = Object.entries(figures).map(([name, { max, median, min }]) => {
    const ratio = name.startsWith("queue") ? "" : `${times("apply: hand-written spread", name)} ×`
    return `| ${name} | ${nanos(median)} | ${nanos(min)} – ${nanos(max)} | ${ratio} |`
  })
  const fold = (way: string): string =>
    queues.map((name) => {
      const queue = `queue of 100 ${name}`
      return `${times(`${queue}: ${way}`, `${queue}: applying each`)} × (${name})`
    }).join(" and ")
  return [
    `## ${keys} keys in \`params\``,
    "",
    "| | median | range of processes | against spread |",
    "|---|---|---|---|",
    ...rows,
    "",
    `Folding a queue of 100 is faster than applying each by ${
      fold("folding, then applying")
    }, and the same written by hand`,
    `by ${fold("by hand, for these keys only")}. One update is ${
      times("apply: emend", "apply: mutative")
    } × faster than mutative, and takes ${
      times("apply: by hand, same guarantees", "apply: emend")
    } × what it takes by hand with the same guarantees.`
  ].join("\n")
}

const text = [
  "# Updates in memory",
  "",
  "`npm run bench:algebra -w @emend/bench` writes this page. One update sets one key of `params` and the whole of",
  "`task_metadata`; the no-op writes what is there. Every contestant's outcome is compared with the spread's outside the",
  `timed part. Contestants take turns; each figure is the median of ${processes} processes' medians, with the range of those, and`,
  "each ratio the median of the ratios within a process.",
  "",
  "- *hand-written spread* looks at nothing and always copies: what the aims are judged against;",
  "- *by hand, same guarantees* gives the same object when nothing changes, compares by value, and asks for own keys, with",
  "  code for these two fields alone: what code generated for one kind of record could reach;",
  "- *by hand, for these keys only* knows this workload's keys by name: as little as the work can cost;",
  "- a *piece* is a step that such an update consists of, alone, with the loop around it (2 to 3 ns).",
  "",
  "Not measured: building the update from a request, validation, garbage that outlives a round, cold code, and maps of",
  "many different shapes in one process, which makes every spread slower, ours and the one by hand.",
  "",
  described(where),
  "",
  ...results.map(table).flatMap((section) => [section, ""])
].join("\n")

writeFileSync(new URL("../results/algebra.json", here), `${JSON.stringify({ environment: where, results }, null, 2)}\n`)
writeFileSync(new URL("../results/algebra.md", here), text)
process.stdout.write(text)
