/** A campaign of several servers on one database, with and without PgBouncer: races, keys, and writers on shared records. */
import * as Bouncer from "./Bouncer.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Crowd from "./Crowd.ts"
import * as Database from "./Database.ts"
import * as Fleet from "./Fleet.ts"
import * as Ledger from "./Ledger.ts"
import * as Races from "./Races.ts"
import * as Report from "./Report.ts"

const { contests, updates } = CommandLine.read({ contests: 200, updates: 10_000 })
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const connections = 64
const records = 1000
const { version } = Bouncer.locate()

interface Outcome {
  readonly run: Report.Run
  readonly races: Readonly<Record<string, Races.Outcome>>
}

/** On a database of its own: first the races, then the writers. */
const one = (servers: number, isPooled: boolean): Promise<Outcome> =>
  Database.use(async ({ url }) => {
    const bouncer = isPooled ? await Bouncer.start(url) : undefined
    const fleet = await Fleet.start(servers, { DATABASE_URL: bouncer?.url ?? url })
    const races = await Races.run(fleet.ports(), url, contests)
    say("the races are over")
    await Database.sql(url, "TRUNCATE tasks, record_history CASCADE")
    await Crowd.create(fleet.port, records)
    const ledger = Ledger.make()
    const { seconds, unexpected } = await Crowd.run({
      port: fleet.port,
      connections,
      records,
      goesOn: () => ledger.updates() < updates,
      insists: true,
      run: "scaling",
      seed: 1,
      ledger,
      say
    })
    await fleet.stop()
    await bouncer?.stop()
    const name = `${servers} servers${isPooled ? ", PgBouncer" : ""}`
    return { races, run: { name, seconds, unexpected, findings: await ledger.check(url) } }
  })

const outcomes: Array<Outcome> = []
for (const servers of [2, 4]) {
  for (const isPooled of [false, true]) {
    say(`${servers} servers${isPooled ? " behind PgBouncer" : ""}`)
    outcomes.push(await one(servers, isPooled))
  }
}

Report.write({
  file: contests >= 200 && updates >= 10_000 ? "scaling" : undefined,
  title: "Several servers on one database",
  command: "campaign:scaling",
  text: [
    "In each contest eight clients ask for the same thing at once, spread over the servers, and only one may have it; each race",
    `is ${contests} contests. Then the writers of \`campaign:writers\`, each update with an idempotency key, over ${connections} connections. The`,
    `second and the fourth run have ${version} in transaction mode between the servers and PostgreSQL, set as`,
    "[the page on operating](../../../docs/operating.md#pgbouncer) says."
  ],
  heads: ["", ...outcomes.map(({ run }) => run.name)],
  lines: [
    ...Object.keys(Races.races).map((name) => ({
      name: `race: ${name}: contests that were not won once`,
      cells: outcomes.map(({ races }) => races[name]!.violations),
      mustBeNone: true as const
    })),
    ...Report.lines(outcomes.map(({ run }) => run))
  ]
})
