/** Measures statements one after the other on one connection: the processor time of its backend, and what is logged. */
import { RecordStore } from "@emend/domain"
import { PostgresStore } from "@emend/postgres"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Client } from "pg"
import { type Figure, summarise } from "../Figure.ts"
import * as Postgres from "../server/Postgres.ts"
import * as ProcessorTime from "../server/ProcessorTime.ts"
import { update } from "../server/statement.ts"
import * as Variant from "./Variant.ts"

export interface Plan {
  readonly records: number
  readonly rounds: number
  /** How many updates each makes in a round. */
  readonly updates: number
  /** How many updates share a statement. */
  readonly sizes: ReadonlyArray<number>
}

/** Microseconds and bytes of one update, medians of all rounds. */
export interface Row {
  readonly variant: string
  readonly contestant: string
  readonly size: number
  readonly database: Figure
  /** The processor time of PostgreSQL by that of the hand-written statement on the tables as they are, in the same round. */
  readonly ratio: Figure
  readonly logged: Figure
  /** Of this process, with the client and, for ours, the adapter. */
  readonly client: Figure
}

interface Contestant {
  readonly variant: string
  readonly name: string
  readonly size: number
  /** Of its backend. */
  readonly pid: number
  /** Updates as many tasks, each another. */
  readonly run: (tasks: ReadonlyArray<number>) => Promise<void>
}

export const ours = "emend"
export const byHand = "by hand"

/** Measures all contestants in turn, round by round, in the other order every second time. */
export const measure = (
  postgres: Postgres.Postgres,
  plan: Plan,
  say: (line: string) => void
): Promise<ReadonlyArray<Row>> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const contestants: Array<Contestant> = []
    for (const variant of Variant.all) {
      contestants.push(yield* handWritten(postgres, variant))
      contestants.push(...yield* emend(postgres, variant, plan.sizes))
    }
    return yield* Effect.promise(() => rounds(postgres, contestants, plan, say))
  })))

const rounds = async (
  postgres: Postgres.Postgres,
  contestants: ReadonlyArray<Contestant>,
  plan: Plan,
  say: (line: string) => void
): Promise<ReadonlyArray<Row>> => {
  const samples = contestants.map(() => [] as Array<{ database: number; logged: number; client: number }>)
  const control = new Client({ connectionString: postgres.url("postgres") })
  await control.connect()
  const position = async () =>
    Number((await control.query("SELECT pg_current_wal_insert_lsn() - '0/0' AS at")).rows[0].at)
  // Statements are prepared and caches filled.
  for (const { run, size } of contestants) for (let n = 0; n < 5; n++) await run(chosen(size, plan.records))
  for (let round = 0; round < plan.rounds; round++) {
    const turns = [...contestants.entries()]
    for (const [n, { pid, run, size }] of round % 2 === 0 ? turns : turns.reverse()) {
      const count = Math.ceil(plan.updates / size)
      const batches = Array.from({ length: count }, () => chosen(size, plan.records))
      const [logged, database, client] = [await position(), ProcessorTime.nanosOfThread(pid), process.cpuUsage()]
      for (const tasks of batches) await run(tasks)
      const { system, user } = process.cpuUsage(client)
      const updates = count * size
      samples[n]!.push({
        database: (ProcessorTime.nanosOfThread(pid) - database) / updates / 1000,
        logged: (await position() - logged) / updates,
        client: (user + system) / updates
      })
    }
    if (round % 10 === 9) say(`${round + 1} of ${plan.rounds} rounds`)
  }
  await control.end()
  const figure = (n: number, field: "database" | "logged" | "client") =>
    summarise(samples[n]!.map((sample) => sample[field]))
  return contestants.map(({ name, size, variant }, n) => ({
    variant,
    contestant: name,
    size,
    database: figure(n, "database"),
    ratio: summarise(samples[n]!.map(({ database }, round) => database / samples[0]![round]!.database)),
    logged: figure(n, "logged"),
    client: figure(n, "client")
  }))
}

/** The numbers of tasks by chance, each another. */
const chosen = (count: number, records: number): ReadonlyArray<number> => {
  const tasks = new Set<number>()
  while (tasks.size < count) tasks.add(1 + Math.floor(Math.random() * records))
  return [...tasks]
}

/** Merged into `params` of a task: one of its keys, with a value that it does not have. */
let value = Postgres.base
const change = (): Readonly<Record<string, number>> => ({ [`k${value % Postgres.keys}`]: value++ })

const backendOf = async ({ sql }: Postgres.Postgres, name: string): Promise<number> => {
  const [row] = await sql("postgres", `SELECT pid FROM pg_stat_activity WHERE application_name = '${name}'`)
  return row.pid
}

const handWritten = (postgres: Postgres.Postgres, { database, name: variant }: Variant.Variant) =>
  Effect.acquireRelease(
    Effect.promise(async (): Promise<Contestant & { readonly client: Client }> => {
      const name = `hand ${database}`
      const client = new Client({ connectionString: postgres.peerUrl(database), application_name: name })
      await client.connect()
      const text = update({ tenant: "$1::text", id: "$2::text", patch: "$3::jsonb", author: "$4::text" })
      const run = async (tasks: ReadonlyArray<number>) => {
        for (const task of tasks) {
          const values = ["local", `t${task}`, JSON.stringify(change()), "local"]
          const { rows } = await client.query({ name: "update", text, values })
          if (rows.length !== 1) throw new Error(`t${task} was not updated`)
        }
      }
      return { variant, name: byHand, size: 1, pid: await backendOf(postgres, name), run, client }
    }),
    ({ client }) => Effect.promise(() => client.end())
  )

const emend = Effect.fnUntraced(function*(
  postgres: Postgres.Postgres,
  { database, name: variant }: Variant.Variant,
  sizes: ReadonlyArray<number>
) {
  const name = `emend ${database}`
  const layer = PostgresStore.layer({
    url: Redacted.make(postgres.url(database)),
    maxConnections: 1,
    migrate: false,
    groupCommit: false,
    applicationName: name
  })
  const store = Context.get(yield* Layer.build(layer), RecordStore.RecordStore)
  yield* store.ping
  const pid = yield* Effect.promise(() => backendOf(postgres, name))
  const run = async (tasks: ReadonlyArray<number>) => {
    const at = new Date().toISOString().replace("Z", "000Z")
    const results = await Effect.runPromise(store.commit(tasks.map((task) => [{
      _tag: "Update",
      key: { kind: "Task", tenant: "local", id: `t${task}` },
      patch: { params: { merge: { set: change() } } },
      author: { at, by: "local", reason: null }
    }])))
    for (const result of results) if (!Result.getOrThrow(result)[0]!.changed) throw new Error("Nothing was updated")
  }
  return sizes.map((size): Contestant => ({ variant, name: ours, size, pid, run }))
})
