/** Campaign R1: writers on shared records, over two servers, or as many as it is told; every acknowledged effect is looked for. */
import * as CommandLine from "./CommandLine.ts"
import * as Crowd from "./Crowd.ts"
import * as Database from "./Database.ts"
import * as Fleet from "./Fleet.ts"
import * as Ledger from "./Ledger.ts"
import * as Report from "./Report.ts"

const options = CommandLine.read({ updates: 100_000, servers: [2], seed: 1 })
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const connections = 64
const records = 1000
const { seed, updates } = options

const runs: Array<Report.Run & { readonly deadlocks: number }> = []
for (const servers of options.servers) {
  say(`${servers} servers`)
  runs.push(
    await Database.use(async ({ url }) => {
      const fleet = await Fleet.start(servers, { DATABASE_URL: url })
      await Crowd.create(fleet.port, records)
      const ledger = Ledger.make()
      const { seconds, unexpected } = await Crowd.run({
        port: fleet.port,
        connections,
        records,
        goesOn: () => ledger.updates() < updates,
        insists: false,
        run: "writers",
        seed,
        ledger,
        say
      })
      await fleet.stop()
      const deadlocks = await Database.deadlocks(url)
      return { name: `${servers}`, seconds, unexpected, findings: await ledger.check(url), deadlocks }
    })
  )
}

Report.write({
  file: updates >= 100_000 && options.servers.join() === "2" ? "writers" : undefined,
  title: "Writers on shared records",
  command: "campaign:writers",
  text: [
    `${connections} connections over as many servers as the first column says, on one PostgreSQL, with a balancer in between.`,
    `They merge, replace metadata, move, delete, read, and ask for nothing, on ${records} tasks of which the first takes a sixth`,
    `of everything, until ${
      updates.toLocaleString("en")
    } updates are acknowledged. What was told is then held against the`,
    "histories, which are replayed by other code than the server's."
  ],
  heads: ["servers", ...runs.map(({ name }) => name)],
  lines: [
    ...Report.lines(runs),
    { name: "deadlocks in PostgreSQL, all healed by the servers", cells: runs.map(({ deadlocks }) => deadlocks) }
  ]
})
