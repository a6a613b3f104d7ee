/** A campaign of moments that are bad for statements that many writes share, over two servers. */
import * as CommandLine from "./CommandLine.ts"
import * as Database from "./Database.ts"
import * as Fleet from "./Fleet.ts"
import * as Aborted from "./moments/Aborted.ts"
import * as LockedRows from "./moments/LockedRows.ts"
import type { Moment } from "./moments/Moment.ts"
import * as OppositeOrders from "./moments/OppositeOrders.ts"
import * as Restarted from "./moments/Restarted.ts"
import * as SharedKey from "./moments/SharedKey.ts"
import * as Stopped from "./moments/Stopped.ts"
import * as Terminated from "./moments/Terminated.ts"
import * as Undone from "./moments/Undone.ts"
import * as Report from "./Report.ts"

const { seed, turns } = CommandLine.read({ turns: 40, seed: 1 })
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const moments: ReadonlyArray<{ readonly name: string; readonly text: string; readonly run: Moment }> = [
  {
    name: "orders",
    text: "both servers are sent writes of the same 64 tasks at once, in opposite orders",
    ...OppositeOrders
  },
  {
    name: "terminated",
    text: "connections to PostgreSQL are ended while statements run, as 48 clients update one task",
    ...Terminated
  },
  {
    name: "aborted",
    text: "every second of 60 clients goes away while its update waits in one statement with others",
    ...Aborted
  },
  {
    name: "rows",
    text: "somebody else locks 20 rows for two seconds, among requests of every kind for others",
    ...LockedRows
  },
  {
    name: "undone",
    text: "24 clients undo, restore, rebase and demand versions of three tasks that they update",
    ...Undone
  },
  { name: "key", text: "one idempotency key comes with two bodies, to both servers at once", ...SharedKey },
  {
    name: "stopped",
    text: "a server is told to stop while 300 updates wait in it, or a third of them and the others are refused",
    ...Stopped
  },
  { name: "restarted", text: "PostgreSQL is stopped and started again, as 48 clients update one task", ...Restarted }
]

const lines = await Database.use(async (database) => {
  const fleet = await Fleet.start(2, { DATABASE_URL: database.url, EMEND_MAX_REQUESTS: "1000" }, { log: "ignore" })
  const lines: Array<Report.Line> = []
  for (const { name, run } of moments) {
    say(name)
    await Database.sql(database.url, "TRUNCATE tasks, record_history CASCADE")
    const found = await run({ database, fleet, turns, seed, say })
    lines.push(...found.map((line) => ({ ...line, name: `${name}: ${line.name}` })))
  }
  await fleet.stop()
  return lines
})

Report.write({
  file: turns >= 40 ? "moments" : undefined,
  title: "Bad moments for writes that share a statement",
  command: "campaign:moments",
  text: [
    `Two servers on one PostgreSQL, to which this happens in turn; what can come again does so ${turns} times.`,
    "",
    ...moments.map(({ name, text }) => `- ${name}: ${text}`)
  ],
  heads: ["", "2 servers"],
  lines
})
