/** Campaign R2: writers on shared records while servers, PostgreSQL and connections fail; each effect is there once. */
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as CommandLine from "./CommandLine.ts"
import * as Crowd from "./Crowd.ts"
import * as Database from "./Database.ts"
import { failures } from "./Failures.ts"
import * as Fleet from "./Fleet.ts"
import * as Ledger from "./Ledger.ts"
import * as Operation from "./Operation.ts"
import * as Report from "./Report.ts"

const { rounds, seed } = CommandLine.read({ rounds: 5, seed: 1 })
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const connections = 64
const records = 1000
const servers = 2
const names = Object.keys(failures)

const run = await Database.use(async (database) => {
  const fleet = await Fleet.start(servers, {
    DATABASE_URL: database.url,
    NODE_OPTIONS: `--import ${fileURLToPath(new URL("JumpingClock.ts", import.meta.url))}`
  }, { log: "ignore" })
  await Crowd.create(fleet.port, records)
  const ledger = Ledger.make()
  let isOver = false
  const crowd = Crowd.run({
    port: fleet.port,
    connections,
    records,
    goesOn: () => !isOver,
    insists: true,
    run: "failing",
    seed,
    ledger,
    say
  })
  const random = Operation.source(seed)
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      await pause(500 + 1000 * random())
      say(`${ledger.updates()} updates: ${name}`)
      await failures[name]!(fleet, database, round)
    }
  }
  await pause(2000)
  isOver = true
  const { longestSeconds, retries, seconds, unexpected } = await crowd
  await fleet.stop()
  const findings = await ledger.check(database.url)
  return { name: `${servers} servers`, seconds, unexpected, findings, retries, longestSeconds }
})

Report.write({
  file: rounds >= 5 ? "failing" : undefined,
  title: "Writers while things fail",
  command: "campaign:failing",
  text: [
    `The writers of \`campaign:writers\`, ${connections} connections over ${servers} servers, while these happen in turn,`,
    `${rounds} times each:`,
    "",
    ...names.map((name) => `- ${name}`),
    "",
    "Every update has an idempotency key, and is sent again until it is answered. Nobody helps: what died is started again, as",
    "a supervisor would."
  ],
  heads: ["", run.name],
  lines: [
    { name: "failures", cells: [rounds * names.length] },
    { name: "requests that were sent again", cells: [run.retries] },
    { name: "seconds until an answer, at most", cells: [run.longestSeconds.toFixed(1)] },
    ...Report.lines([run])
  ]
})
