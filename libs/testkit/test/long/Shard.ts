/** A part of the long run: some cases of one subject, from a seed of its own. */
import { Laws } from "@emend/testkit"
import { parentPort } from "node:worker_threads"
import { subjects } from "./Subjects.ts"

export interface Shard {
  readonly subject: string
  readonly seed: string
  readonly cases: number
}

export interface Checked {
  readonly shard: Shard
  readonly outcomes: ReadonlyArray<Laws.Outcome>
}

parentPort?.on("message", (shard: Shard) => {
  const { given, options } = subjects[shard.subject]!
  // What was thrown may be anything, and need not survive the way to the other thread.
  const outcomes = Laws.check(given, { ...options, cases: shard.cases, seed: shard.seed })
    .map(({ error, ...outcome }) => (error === undefined ? outcome : { ...outcome, error: String(error) }))
  parentPort!.postMessage({ shard, outcomes } satisfies Checked)
})
