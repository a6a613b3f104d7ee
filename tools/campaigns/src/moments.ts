/** A campaign of moments that are bad for statements that many writes share, over two servers. */
import * as Client from "./Client.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Database from "./Database.ts"
import * as Fleet from "./Fleet.ts"
import * as Aborted from "./moments/Aborted.ts"
import * as LockedRows from "./moments/LockedRows.ts"
import * as Moment from "./moments/Moment.ts"
import * as OppositeOrders from "./moments/OppositeOrders.ts"
import * as Restarted from "./moments/Restarted.ts"
import * as SharedKey from "./moments/SharedKey.ts"
import * as Stopped from "./moments/Stopped.ts"
import * as Terminated from "./moments/Terminated.ts"
import * as Undone from "./moments/Undone.ts"
import * as Report from "./Report.ts"

const { seed, turns } = CommandLine.read({ turns: 40, seed: 1 })
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const moments: Readonly<Record<string, { readonly text: string; readonly run: Moment.Moment }>> = {
  orders: OppositeOrders,
  terminated: Terminated,
  aborted: Aborted,
  rows: LockedRows,
  undone: Undone,
  key: SharedKey,
  stopped: Stopped,
  restarted: Restarted
}

/** How many commits share a statement, on average. */
const shared = async (fleet: Fleet.Fleet): Promise<string> => {
  const clients = fleet.ports().map(Client.make)
  const [sum, count] = await Promise.all(["sum", "count"].map(async (of) => {
    const each = await Promise.all(clients.map((client) => Moment.measured(client, `emend_store_batch_commits_${of}`)))
    return each.reduce((all, one) => all + one)
  }))
  for (const client of clients) client.close()
  return (sum! / count!).toFixed(1)
}

const lines = await Database.use(async (database) => {
  const fleet = await Fleet.start(2, { DATABASE_URL: database.url, EMEND_MAX_REQUESTS: "1000" }, { log: "ignore" })
  const lines: Array<Report.Line> = []
  for (const [name, { run }] of Object.entries(moments)) {
    say(name)
    await Database.sql(database.url, "TRUNCATE tasks, record_history CASCADE")
    const found = await run({ database, fleet, turns, seed, say })
    lines.push(...found.map((line) => ({ ...line, name: `${name}: ${line.name}` })))
  }
  lines.push(Moment.shows("commits in one statement, in all moments but stopped", await shared(fleet)))
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
    ...Object.entries(moments).map(([name, { text }]) => `- ${name}: ${text}`)
  ],
  heads: ["", "what came of it"],
  lines
})
