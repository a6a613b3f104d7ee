/**
 * Checks every law of every subject in many cases (50,000 each, or as many as the first argument says), in shards on
 * all processors. Tells for each subject what was checked; ends with 1 where a law is broken, after showing the
 * smallest case and the token that replays it.
 */
import { availableParallelism } from "node:os"
import { inspect } from "node:util"
import { Worker } from "node:worker_threads"
import type { Checked, Shard } from "./Shard.ts"
import { subjects } from "./Subjects.ts"

const cases = Number(process.argv[2] ?? 50_000)
const names = Object.keys(subjects)
const shards = Math.ceil(cases / 2_500)
const open: Array<Shard> = names.flatMap((subject) =>
  Array.from({ length: shards }, (_, at) => ({ subject, seed: `long ${at}`, cases: Math.ceil(cases / shards) }))
)
const outcomesOf = new Map(names.map((name) => [name, new Array<Checked["outcomes"][number]>()]))
const done = new Map<string, number>()
const started = performance.now()
let broken = 0

const tell = (subject: string): void => {
  const outcomes = outcomesOf.get(subject)!
  const casesByLaw = new Map<string, number>()
  for (const { cases, law } of outcomes) casesByLaw.set(law, (casesByLaw.get(law) ?? 0) + cases)
  // A law about the declaration alone is decided by one case in each shard.
  const counts = [...casesByLaw.values()].filter((count) => count > shards)
  console.log(
    `${subject}: ${casesByLaw.size} laws, ${casesByLaw.size - counts.length} of them about the declaration alone, ` +
      `the others in ${Math.min(...counts)} cases or more`
  )
  for (const outcome of outcomes.filter(({ ok }) => !ok)) {
    broken++
    console.log(inspect(outcome, { depth: 12 }))
  }
}

const work = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./Shard.ts", import.meta.url))
    const next = (): void => {
      const shard = open.shift()
      if (shard !== undefined) return worker.postMessage(shard)
      worker.terminate().then(() => resolve(), reject)
    }
    worker.on("error", reject)
    worker.on("message", ({ outcomes, shard }: Checked) => {
      outcomesOf.get(shard.subject)!.push(...outcomes)
      done.set(shard.subject, (done.get(shard.subject) ?? 0) + 1)
      if (done.get(shard.subject) === shards) tell(shard.subject)
      next()
    })
    next()
  })

await Promise.all(Array.from({ length: availableParallelism() }, work))
console.log(
  `${broken === 0 ? "no law is broken" : `${broken} broken`}, ${Math.round((performance.now() - started) / 1000)} s`
)
process.exitCode = broken === 0 ? 0 : 1
