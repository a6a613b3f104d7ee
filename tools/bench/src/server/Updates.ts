/** Measures C, D and E: durable updates of tasks, by this server, by the hand-written one, and by pgbench alone. */
import { type Figure, summarise } from "../Figure.ts"
import * as ServerProcess from "../ServerProcess.ts"
import * as Load from "./Load.ts"
import * as Pgbench from "./Pgbench.ts"
import * as Postgres from "./Postgres.ts"
import * as ProcessorTime from "./ProcessorTime.ts"

export interface Plan {
  readonly rounds: number
  readonly seconds: number
  readonly records: number
  readonly connections: ReadonlyArray<number>
  /** How many connections update one record only. */
  readonly hot: number
  readonly clients: number
}

/** One contestant under one load: medians of all rounds. Times are microseconds of processors and milliseconds of waiting. */
export interface Row {
  readonly contestant: string
  readonly load: string
  readonly perSecond: Figure
  readonly server: Figure | undefined
  readonly database: Figure
  readonly sender: Figure | undefined
  readonly p50: Figure
  readonly p99: Figure | undefined
  /** Requests per second of this server by those of this contestant, in the same round. */
  readonly ratio: Figure
}

export interface Updates {
  readonly rows: ReadonlyArray<Row>
  readonly verified: Readonly<Record<string, Postgres.Verified>>
  readonly memory: Readonly<Record<string, { readonly rest: number; readonly peak: number }>>
}

interface Sample {
  readonly perSecond: number
  readonly server?: number
  readonly database: number
  readonly sender?: number
  readonly p50: number
  readonly p99?: number
}

interface Contestant {
  readonly name: string
  readonly database: string
  readonly server: ServerProcess.ServerProcess
  /** How many updates were acknowledged. */
  written: number
}

/** The program of the hand-written server. */
export const handWritten = new URL("handWritten.ts", import.meta.url)
export const ours = "emend"
export const byHand = "fastify + pg"
const pgbench = "pgbench"

/** One contestant under one load. */
interface Turn {
  readonly contestant: string
  readonly load: string
  readonly run: (seconds: number, seed: number) => Promise<Sample>
}

/** Measures all contestants in turn, round by round, in the other order every second time. */
export const measure = async (
  postgres: Postgres.Postgres,
  template: string,
  plan: Plan,
  say: (line: string) => void
): Promise<Updates> => {
  for (const name of ["emend", "byhand", "pgbench"]) await Postgres.copy(postgres, template, `updates_${name}`)
  const contestants = await open(postgres)
  await sameWork(postgres, contestants)
  const rest = contestants.map(({ server }) => ProcessorTime.memory(server.pid).now)
  const sender = Load.sender()
  const transactions: Transactions = { answered: 0 }
  const all = [...turnsOf(postgres, sender, contestants, plan), turnOfPgbench(postgres, transactions, plan)]
  const samples = all.map((): Array<Sample> => [])
  for (const turn of all) await turn.run(Math.min(1, plan.seconds), 1)
  for (let round = 0; round < plan.rounds; round++) {
    const turns = [...all.entries()]
    for (const [n, turn] of round % 2 === 0 ? turns : turns.reverse()) {
      const sample = await turn.run(plan.seconds, 1000 + round)
      samples[n]!.push(sample)
      say(`round ${round + 1}: ${turn.load}, ${turn.contestant}: ${sample.perSecond.toFixed(0)} updates/s`)
    }
  }
  sender.end()
  const memory = Object.fromEntries(contestants.map(({ name, server }, n) => [
    name,
    { rest: rest[n]!, peak: ProcessorTime.memory(server.pid).peak }
  ]))
  for (const { server } of contestants) await server.stop()
  return { rows: rows(all, samples, plan), verified: await verified(postgres, contestants, transactions), memory }
}

const open = async ({ peerUrl, url }: Postgres.Postgres): Promise<ReadonlyArray<Contestant>> => {
  const [emend, byhand] = ["updates_emend", "updates_byhand"] as const
  return [
    { name: ours, database: emend, server: await ServerProcess.emend({ DATABASE_URL: url(emend) }), written: 0 },
    {
      name: byHand,
      database: byhand,
      server: await ServerProcess.program(handWritten, { DATABASE_URL: peerUrl(byhand) }),
      written: 0
    }
  ]
}

const turnsOf = (
  postgres: Postgres.Postgres,
  sender: Load.Sender,
  contestants: ReadonlyArray<Contestant>,
  plan: Plan
): ReadonlyArray<Turn> => {
  const loads = [...plan.connections.map((n) => [n, plan.records] as const), [plan.hot, 1] as const]
  return loads.flatMap(([connections, records]) =>
    contestants.map((contestant) => ({
      contestant: contestant.name,
      load: records === 1 ? hotLoad(connections) : spreadLoad(connections),
      run: (seconds: number, seed: number) =>
        updates(postgres, sender, contestant, { connections, records, seconds, seed })
    }))
  )
}

interface Transactions {
  answered: number
}

const turnOfPgbench = (
  postgres: Postgres.Postgres,
  transactions: Transactions,
  { clients, records }: Plan
): Turn => {
  const program = Pgbench.locate()
  return {
    contestant: pgbench,
    load: `${clients} clients`,
    run: async (seconds) => {
      const before = ProcessorTime.ofFamily(postgres.pid)
      const { answered, averageMillis, failed, millis } = await Pgbench.run({
        program,
        url: postgres.peerUrl("updates_pgbench"),
        clients,
        seconds: Math.ceil(seconds),
        records,
        keys: Postgres.keys
      })
      if (failed > 0) throw new Error(`pgbench failed ${failed} times`)
      transactions.answered += answered
      return {
        perSecond: answered / millis * 1000,
        database: (ProcessorTime.ofFamily(postgres.pid) - before) / answered * 1e6,
        p50: averageMillis
      }
    }
  }
}

const rows = (turns: ReadonlyArray<Turn>, samples: ReadonlyArray<ReadonlyArray<Sample>>, plan: Plan) => {
  const of = (contestant: string, load: string) =>
    samples[turns.findIndex((turn) => turn.contestant === contestant && turn.load === load)]
  return turns.map(({ contestant, load }, n): Row => {
    const mine = samples[n]!
    // pgbench has no HTTP, and no load of the same name.
    const reference = of(ours, load) ?? of(ours, spreadLoad(64)) ?? of(ours, spreadLoad(plan.connections.at(-1)!))!
    const figure = (field: keyof Sample) =>
      mine[0]![field] === undefined ? undefined : summarise(mine.map((sample) => sample[field]!))
    return {
      contestant,
      load,
      perSecond: figure("perSecond")!,
      server: figure("server"),
      database: figure("database")!,
      sender: figure("sender"),
      p50: figure("p50")!,
      p99: figure("p99"),
      ratio: summarise(mine.map(({ perSecond }, round) => reference[round]!.perSecond / perSecond))
    }
  })
}

const verified = async (
  postgres: Postgres.Postgres,
  contestants: ReadonlyArray<Contestant>,
  { answered }: Transactions
): Promise<Readonly<Record<string, Postgres.Verified>>> => {
  const found: Record<string, Postgres.Verified> = {}
  for (const { database, name, written } of contestants) {
    found[name] = await Postgres.verify(postgres, database, written)
  }
  found[pgbench] = { ...await Postgres.verify(postgres, "updates_pgbench", 0), acknowledged: answered }
  for (const [name, one] of Object.entries(found)) check(name, one)
  return found
}

export const spreadLoad = (connections: number): string =>
  connections === 1 ? "1 connection" : `${connections} connections`
export const hotLoad = (connections: number): string => `${connections} connections, one record`

const updates = async (
  postgres: Postgres.Postgres,
  sender: Load.Sender,
  contestant: Contestant,
  load: { readonly connections: number; readonly records: number; readonly seconds: number; readonly seed: number }
): Promise<Sample> => {
  const { name, server, written } = contestant
  const database = ProcessorTime.ofFamily(postgres.pid)
  const own = ProcessorTime.ofProcess(server.pid)
  const outcome = await sender.send({
    port: server.port,
    connections: load.connections,
    millis: load.seconds * 1000,
    records: load.records,
    keys: Postgres.keys,
    firstValue: Postgres.base + written,
    seed: load.seed
  })
  const { acknowledged, answered, cpuMicros, failures, millis, p50, p99, sent } = outcome
  if (acknowledged !== sent || answered !== sent) {
    throw new Error(
      `${name} answered ${answered} of ${sent} updates, not all of them well: ${JSON.stringify(failures)}`
    )
  }
  contestant.written += acknowledged
  return {
    perSecond: answered / millis * 1000,
    server: (ProcessorTime.ofProcess(server.pid) - own) / answered * 1e6,
    database: (ProcessorTime.ofFamily(postgres.pid) - database) / answered * 1e6,
    sender: cpuMicros / answered,
    p50,
    p99
  }
}

/** One update by each, whose answers and history entries must be the same but for their times. */
const sameWork = async (postgres: Postgres.Postgres, contestants: ReadonlyArray<Contestant>): Promise<void> => {
  const seen = await Promise.all(contestants.map(async (contestant) => {
    const value = Postgres.base + contestant.written++
    const answer = await fetch(`http://127.0.0.1:${contestant.server.port}/tasks/t1`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: `{"merge_params":{"k1":${value}}}`
    })
    const { created_at: _, updated_at: __, ...body } = await answer.json() as Record<string, unknown>
    const [entry] = await postgres.sql(
      contestant.database,
      `SELECT tenant, kind, record_id, version, by, reason, initial, patch, inverse, moves, state, redacted
        FROM record_history WHERE record_id = 't1' ORDER BY version DESC LIMIT 1`
    )
    return JSON.stringify([answer.status, answer.headers.get("etag"), body, entry])
  }))
  if (new Set(seen).size !== 1) throw new Error(`The contestants don't do the same work:\n${seen.join("\n")}`)
}

const check = (name: string, { acknowledged, doubled, found, gaps, lost, wrong }: Postgres.Verified): void => {
  if (found !== acknowledged || lost + doubled + gaps + wrong > 0) {
    throw new Error(
      `${name} acknowledged ${acknowledged} updates; ${found} are in the history, ${lost} lost, ${doubled} doubled, ` +
        `${gaps} tasks with gaps, ${wrong} tasks that are not what their history gives`
    )
  }
}
