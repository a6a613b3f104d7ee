/** What it costs a server to be observed: processor time for each request, with and without. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { Agent, createServer, request } from "node:http"
import { fileURLToPath } from "node:url"
import { described, environment } from "./environment.ts"
import { summarise } from "./Figure.ts"

const main = fileURLToPath(new URL("../../../apps/server/src/main.ts", import.meta.url))
const rounds = 9
const requests = 4_000
const connections = 16
/** Of `/proc`: what the kernel counts processor time in, on every Linux. */
const ticksPerSecond = 100

interface Running {
  readonly child: ChildProcess
  readonly address: string
  readonly agent: Agent
}

const start = async (env: Readonly<Record<string, string>>): Promise<Running> => {
  const child = spawn(process.execPath, ["--conditions=@emend/source", main, "--store", "memory"], {
    env: { PATH: process.env["PATH"], PORT: "0", ...env },
    stdio: ["ignore", "pipe", "ignore"]
  })
  const address = await new Promise<string>((resolve, reject) => {
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part
      const line = /^listening on (\S+)\n/.exec(text)
      if (line !== null) resolve(line[1]!)
    })
    child.once("exit", () => reject(new Error("The server exited before it answered")))
  })
  return { child, address, agent: new Agent({ keepAlive: true, maxSockets: connections }) }
}

const send = ({ address, agent }: Running, method: string, path: string, json: unknown): Promise<number> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify(json)
    const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }
    request(`${address}${path}`, { agent, method, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode!))
    }).on("error", reject).end(body)
  })

/** Sends updates over all connections, and gives the processor time of the server for each, in microseconds. */
const load = async (server: Running, many: number): Promise<number> => {
  const before = processorSeconds(server.child.pid!)
  let sent = 0
  const client = async () => {
    while (sent < many) {
      const n = sent++
      const status = await send(server, "PUT", `/tasks/t${n % 100}`, { merge_params: { [`k${n % 20}`]: n } })
      if (status !== 200) throw new Error(`Expected 200, got ${status}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  return ((processorSeconds(server.child.pid!) - before) / many) * 1e6
}

const processorSeconds = (pid: number): number => {
  // The name of the process, in parentheses, may hold spaces.
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")
  const fields = rest.split(" ")
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

const collector = createServer((incoming, response) => void incoming.resume().on("end", () => response.end("{}")))
  .listen(
    0,
    "127.0.0.1"
  )
await new Promise((resolve) => collector.once("listening", resolve))
const endpoint = `http://127.0.0.1:${(collector.address() as { readonly port: number }).port}`

const cases: ReadonlyArray<readonly [name: string, env: Readonly<Record<string, string>>]> = [
  ["nothing", { EMEND_METRICS: "off" }],
  ["metrics", {}],
  ["a line of log for each request", { EMEND_METRICS: "off", EMEND_LOG_REQUESTS: "all" }],
  ["traces", { EMEND_METRICS: "off", OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }]
]
const servers = await Promise.all(cases.map(([, env]) => start(env)))
for (const server of servers) {
  for (let n = 0; n < 100; n++) await send(server, "POST", "/tasks", { id: `t${n}` })
  await load(server, requests)
}
const samples = cases.map((): Array<number> => [])
// In turn, so that a slow spell of the machine falls on all of them.
for (let round = 0; round < rounds; round++) {
  for (const [n, server] of servers.entries()) samples[n]!.push(await load(server, requests))
}
const exits = servers.map(({ child }) => new Promise((resolve) => child.once("exit", resolve)))
for (const { agent, child } of servers) {
  agent.destroy()
  child.kill("SIGTERM")
}
await Promise.all(exits)
collector.close()

const results = cases.map(([name], n) => {
  const ratios = samples[n]!.map((micros, round) => micros / samples[0]![round]!)
  return { name, micros: summarise(samples[n]!), ratio: summarise(ratios) }
})
const where = environment(["effect", "@effect/platform-node"])
const text = [
  "# Being observed",
  "",
  "`npm run bench:observing -w @emend/bench` writes this page. Processor time of the server's process for one update",
  `(\`PUT /tasks/{id}\`, store in memory, ${connections} connections), by what is turned on; medians of ${rounds} rounds of ${requests}`,
  "requests, with their range. A ratio is of two loads that followed each other. With Postgres below, the same cost is a",
  "smaller part; what Postgres and the collector need is not counted.",
  "",
  described(where),
  "",
  "| observed by | µs for each request | | against nothing | |",
  "|---|---|---|---|---|",
  ...results.map(({ micros, name, ratio }) =>
    `| ${name} | ${micros.median.toFixed(0)} | ${micros.min.toFixed(0)} – ${micros.max.toFixed(0)} | ${
      ratio.median.toFixed(2)
    } | ${ratio.min.toFixed(2)} – ${ratio.max.toFixed(2)} |`
  ),
  ""
].join("\n")
writeFileSync(
  new URL("../results/observing.json", import.meta.url),
  `${JSON.stringify({ environment: where, results }, null, 2)}\n`
)
writeFileSync(new URL("../results/observing.md", import.meta.url), text)
process.stdout.write(text)
