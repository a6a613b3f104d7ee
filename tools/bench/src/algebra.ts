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
  return { keys, figures: Object.fromEntries(names.map((name) => [name, summarise(runs.map((run) => run[name]!))])) }
})

const where = environment(["mutative", "immer", "fast-json-patch", "effect"])

const nanos = (value: number): string => value >= 10_000 ? `${(value / 1000).toFixed(1)} µs` : `${value.toFixed(0)} ns`
const table = ({ figures, keys }: typeof results[number]): string => {
  const spread = figures["apply: hand-written spread"]!.median
  const rows = Object.entries(figures).map(([name, { max, median, min }]) => {
    const ratio = name.startsWith("queue") ? "" : `${(median / spread).toFixed(2)} ×`
    return `| ${name} | ${nanos(median)} | ${nanos(min)} – ${nanos(max)} | ${ratio} |`
  })
  const fold = ["spread over the keys", "on five keys"].map((name) => {
    const queue = `queue of 100 ${name}`
    const ratio = figures[`${queue}: applying each`]!.median / figures[`${queue}: folding, then applying`]!.median
    return `${ratio.toFixed(1)} × (${name})`
  })
  const mutative = figures["apply: mutative"]!.median / figures["apply: emend"]!.median
  return [
    `## ${keys} keys in \`params\``,
    "",
    "| | median | range of processes | against spread |",
    "|---|---|---|---|",
    ...rows,
    "",
    `Folding a queue of 100 is faster than applying each by ${fold.join(" and ")}; one update is ${
      mutative.toFixed(1)
    } × faster than mutative.`
  ].join("\n")
}

const text = [
  "# Updates in memory",
  "",
  "`npm run bench:algebra -w @emend/bench` writes this page. One update sets one key of `params` and the whole of",
  "`task_metadata`; the no-op writes what is there. Every contestant's outcome is compared with the spread's outside the",
  `timed part. Each figure is the median of ${processes} processes' medians, with the range of those.`,
  "",
  "Not measured: building the update from a request, validation, garbage that outlives a round, and cold code.",
  "",
  described(where),
  "",
  ...results.map(table).flatMap((section) => [section, ""])
].join("\n")

writeFileSync(new URL("../results/algebra.json", here), `${JSON.stringify({ environment: where, results }, null, 2)}\n`)
writeFileSync(new URL("../results/algebra.md", here), text)
process.stdout.write(text)
