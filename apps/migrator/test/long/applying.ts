/**
 * Updates applied in bulk, against one request each to a server on the same database: 64 of them at once, and one after
 * the other, as a simple script sends them.
 *
 * `npm run bench:apply -w @emend/migrator` applies 1,000,000 updates over 10,000 records, sends them all as requests too, and
 * writes `results/apply.md`; `-- UPDATES [RECORDS] [REQUESTS]` tries other numbers, of which the first REQUESTS are
 * sent, and prints what came out. The states that both leave are compared.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createReadStream } from "node:fs"
import { Agent, request } from "node:http"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { write } from "../exports/ExportFile.ts"
import * as Random from "../exports/Random.ts"
import * as Bench from "./Bench.ts"

const updates = Number(process.argv[2] ?? 1_000_000)
const records = Number(process.argv[3] ?? 10_000)
const requests = Math.min(updates, Number(process.argv[4] ?? updates))
const few = Math.min(requests, 20_000)

interface Update {
  readonly id: string
  readonly update: Readonly<Record<string, unknown>>
}

function* made(count: number): Generator<Update> {
  const random = Random.make(6)
  for (let i = 0; i < count; i++) {
    const id = `t${random.below(records)}`
    yield random.once(10)
      ? { id, update: { task_metadata: { owner: `user ${random.below(100)}`, i } } }
      : { id, update: { merge_params: { [`k${random.below(20)}`]: i } } }
  }
}

/** Sends the first so many updates, those of one record in order, over so many connections, and gives the seconds. */
const send = async (address: string, count: number, connections: number): Promise<number> => {
  const queues = Array.from({ length: connections }, (): Array<Update> => [])
  for (const update of made(count)) queues[Number(update.id.slice(1)) % connections]!.push(update)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const put = ({ id, update }: Update) =>
    new Promise<void>((resolve, reject) => {
      const body = JSON.stringify(update)
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) }
      const sent = request(`${address}/tasks/${id}`, { method: "PUT", agent, headers }, (answer) => {
        answer.resume().on(
          "end",
          () => answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`))
        )
      })
      sent.on("error", reject).end(body)
    })
  const begun = performance.now()
  await Promise.all(queues.map(async (queue) => {
    for (const update of queue) await put(update)
  }))
  agent.destroy()
  return (performance.now() - begun) / 1000
}

const withHttp = async <A>(store: string, use: (address: string) => Promise<A>): Promise<A> => {
  const start = fileURLToPath(new URL("../../../../tools/bundles/start.js", import.meta.url))
  const flags = ["--max-semi-space-size=16", "--conditions=@emend/source"]
  const child = spawn(process.execPath, [...flags, start, "server", "--store", "postgres"], {
    env: { PATH: process.env["PATH"], DATABASE_URL: store, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"]
  })
  for await (const line of createInterface(child.stdout)) {
    const address = /^listening on (\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    const done = await use(address)
    child.kill("SIGTERM")
    await once(child, "close")
    return done
  }
  throw new Error("The server did not start")
}

/** The states of all tasks, without when and how often they changed. */
const states = async (store: string, file: string): Promise<string> => {
  await Bench.migrate(["export", "--from", "env:STORE", "-o", file], store)
  const out: Array<string> = []
  for await (const line of createInterface(createReadStream(file))) {
    const { state: { id, params, status, task_metadata } } = JSON.parse(line)
    out.push(JSON.stringify([id, status, params, task_metadata]))
  }
  return out.join("\n")
}

// The bundle is made by the first start after a change of the sources: not by one that is timed.
await Bench.migrate(["--help"], "")

await Bench.withServer(async (url, folder) => {
  const [tasks, all, some] = ["tasks", "all", "some"].map((name) => join(folder, name)) as [string, string, string]
  const created_at = "2026-11-21T10:00:00Z"
  write(
    tasks,
    Array.from(
      { length: records },
      (_, i) => JSON.stringify({ id: `t${i}`, status: "RUNNING", params: {}, created_at })
    )
  )
  const lined = function*(count: number) {
    for (const update of made(count)) yield JSON.stringify({ kind: "Task", ...update })
  }
  write(all, lined(updates))
  write(some, lined(requests))
  const store = async (name: string) => {
    const address = await Bench.database(url, name)
    await Bench.migrate(["import", tasks, "--to", "env:STORE"], address)
    return address
  }
  const [bulk, single] = [await store("bulk"), await store("single")]
  const applied = await Bench.migrate(["apply", all, "--to", "env:STORE", "--json"], bulk)
  const sent = await withHttp(single, (address) => send(address, requests, 64))
  const slow = await withHttp(await store("slow"), (address) => send(address, few, 1))
  const compared = requests === updates ? bulk : await store("bulk_some")
  if (compared !== bulk) await Bench.migrate(["apply", some, "--to", "env:STORE"], compared)
  const same = await states(compared, join(folder, "a")) === await states(single, join(folder, "b"))
  const [bulkRate, singleRate, slowRate] = [updates / applied.seconds, requests / sent, few / slow]
  const ratio = bulkRate / singleRate
  Bench.report(
    "apply",
    {
      benchmark: "apply",
      updates,
      records,
      applied: { ...JSON.parse(applied.stdout), seconds: applied.seconds, peakMiB: applied.peakMiB },
      requests: { count: requests, seconds: sent },
      oneAfterTheOther: { count: few, seconds: slow },
      ratio,
      sameStates: same
    },
    process.argv[2] === undefined ?
      [
        "# Bulk updates",
        "",
        `${updates.toLocaleString("en")} updates over ${
          records.toLocaleString("en")
        } tasks, applied in bulk, against one request for each to a server on the same`,
        "PostgreSQL. Made by `npm run bench:apply -w @emend/migrator`.",
        "",
        `**${ratio.toFixed(1)} × the updates per second** of 64 requests at once (aim: 20), ${
          (bulkRate / slowRate).toFixed(0)
        } × of one after the other; the end state is ${same ? "the same" : "**not the same**"}.`,
        "",
        "| | updates | time | updates per second |",
        "|---|---|---|---|",
        `| \`apply\` (${applied.peakMiB} MiB) | ${updates.toLocaleString("en")} | ${applied.seconds.toFixed(1)} s | ${
          Math.round(bulkRate).toLocaleString("en")
        } |`,
        `| requests, 64 at once | ${requests.toLocaleString("en")} | ${sent.toFixed(1)} s | ${
          Math.round(singleRate).toLocaleString("en")
        } |`,
        `| requests, one after the other | ${few.toLocaleString("en")} | ${slow.toFixed(1)} s | ${
          Math.round(slowRate).toLocaleString("en")
        } |`
      ] :
      undefined
  )
  if (!same) process.exitCode = 1
})
