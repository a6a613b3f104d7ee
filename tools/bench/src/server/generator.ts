/**
 * The process that sends the load: over each connection one update after the other, the next when the last is answered.
 *
 * It speaks HTTP on bare sockets, so that it takes as little as possible of the processors that the servers need. Every
 * answer is looked at: an update counts when the answer is a 200 that shows its value.
 */
import { connect } from "node:net"
import type { Load, Outcome } from "./Load.ts"

const generate = async (load: Load): Promise<Outcome> => {
  const latencies: Array<number> = []
  const failures: Record<string, number> = {}
  const acknowledged = new Set<number>()
  let sent = 0
  let state = load.seed >>> 0
  const random = (below: number): number => {
    // xorshift32: good enough to spread ids, and the same in every round with the same seed.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  const before = process.cpuUsage()
  const began = performance.now()
  const until = began + load.millis

  const client = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(load.port, "127.0.0.1").setNoDelay(true)
      let at = 0
      let value = 0
      let shown = ""
      let received: Buffer | undefined
      const send = () => {
        at = performance.now()
        if (at >= until) {
          socket.end()
          resolve()
          return
        }
        value = load.firstValue + sent++
        const key = `k${random(load.keys)}`
        shown = `"${key}":${value}`
        const body = `{"merge_params":{${shown}}}`
        socket.write(
          `PUT /tasks/t${1 + random(load.records)} HTTP/1.1\r\nhost: 127.0.0.1:${load.port}\r\n` +
            `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
        )
      }
      socket.on("connect", send).on("data", (part: Buffer) => {
        received = received === undefined ? part : Buffer.concat([received, part])
        const answer = read(received)
        if (answer === undefined) return
        received = undefined
        latencies.push(performance.now() - at)
        if (answer.status !== "200") failures[answer.status] = (failures[answer.status] ?? 0) + 1
        else if (!answer.body.includes(shown)) failures["wrong"] = (failures["wrong"] ?? 0) + 1
        else acknowledged.add(value)
        send()
      })
      socket.on("error", reject).on("close", () => reject(new Error("The server closed a connection")))
    })

  await Promise.all(Array.from({ length: load.connections }, client))
  const millis = performance.now() - began
  const { system, user } = process.cpuUsage(before)
  latencies.sort((a, b) => a - b)
  const quantile = (part: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))]!
  return {
    answered: latencies.length,
    acknowledged: acknowledged.size,
    sent,
    failures,
    millis,
    p50: quantile(0.5),
    p99: quantile(0.99),
    most: latencies.at(-1)!,
    cpuMicros: user + system
  }
}

const end = Buffer.from("\r\n\r\n")

/** A whole answer, or undefined while there is more to come. Both servers say how long their answers are. */
const read = (received: Buffer): { readonly status: string; readonly body: string } | undefined => {
  const at = received.indexOf(end)
  if (at < 0) return undefined
  const head = received.toString("latin1", 0, at)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length === null) throw new Error(`The answer does not say how long it is:\n${head}`)
  const start = at + 4
  return received.length < start + Number(length[1])
    ? undefined
    : { status: head.slice(9, 12), body: received.toString("latin1", start) }
}

// What fails ends the process, and with it the benchmark.
process.on("message", async (load: Load) => process.send!(await generate(load)))
