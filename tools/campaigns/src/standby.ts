/** A campaign of losing the primary: two servers, PgBouncer, and a PostgreSQL with a standby that takes over. */
import { setTimeout as pause } from "node:timers/promises"
import * as Bouncer from "./Bouncer.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Crowd from "./Crowd.ts"
import * as Fleet from "./Fleet.ts"
import * as Ledger from "./Ledger.ts"
import * as Pair from "./Pair.ts"
import * as Report from "./Report.ts"

const { losses } = CommandLine.read({ losses: 4 })
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const connections = 64
const records = 1000
const servers = 2
const { version } = Bouncer.locate()

const pair = await Pair.start()
const bouncer = await Bouncer.start(pair.url())
const fleet = await Fleet.start(servers, { DATABASE_URL: bouncer.url }, { log: "ignore" })
await Crowd.create(fleet.port, records)
const ledger = Ledger.make()
let isOver = false
const crowd = Crowd.run({
  port: fleet.port,
  connections,
  records,
  goesOn: () => !isOver,
  insists: true,
  run: "standby",
  seed: 1,
  ledger,
  say
})
const outages: Array<number> = []
for (let loss = 1; loss <= losses; loss++) {
  await pair.addStandby()
  await pause(2000)
  const before = ledger.updates()
  const began = performance.now()
  await pair.failOver()
  await bouncer.pointAt(pair.port())
  const known = ledger.updates()
  while (ledger.updates() < known + connections) await pause(10)
  outages.push((performance.now() - began) / 1000)
  say(`loss ${loss}: ${before} updates before it, back after ${outages.at(-1)!.toFixed(1)} s`)
}
await pause(2000)
isOver = true
const { longestSeconds, retries, seconds, unexpected } = await crowd
await fleet.stop()
await bouncer.stop()
const findings = await ledger.check(pair.url())
await pair.stop()

Report.write({
  file: losses >= 4 ? "standby" : undefined,
  title: "Losing the primary",
  command: "campaign:standby",
  text: [
    `The writers of \`campaign:writers\`, each update with an idempotency key, over ${connections} connections and ${servers} servers, behind which`,
    `${version} and ${pair.version} with a standby stand. The primary is killed with all its processes, the standby is`,
    "promoted, and the primary's place is taken by a new copy; all by the commands of [the page on",
    "operating](../../../docs/operating.md#a-standby), while the writers go on."
  ],
  heads: ["", `${servers} servers`],
  lines: [
    { name: "primaries lost", cells: [losses] },
    {
      name: "seconds from the loss until 64 more updates were acknowledged, at most",
      cells: [Math.max(...outages).toFixed(1)]
    },
    { name: "seconds until an answer, at most", cells: [longestSeconds.toFixed(1)] },
    { name: "requests that were sent again", cells: [retries] },
    ...Report.lines([{ name: "", seconds, unexpected, findings }])
  ]
})
