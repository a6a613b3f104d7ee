/** Clients that go away while their update waits in one statement with those of others. */
import { request } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import * as Client from "../Client.ts"
import { holding, sql } from "../Database.ts"
import * as Moment from "./Moment.ts"

const clients = 60
/** Until all updates have come, and until the server has seen who went away. */
const settleMillis = 300

interface Sent {
  /** 0 where there was no answer. */
  readonly status: Promise<number>
  readonly abort: () => void
}

const update = (port: number, n: number): Sent => {
  const sent = request({
    host: "127.0.0.1",
    port,
    method: "PUT",
    path: `/tasks/a${n}`,
    agent: false,
    headers: { "content-type": "application/json" }
  })
  const status = new Promise<number>((resolve) => {
    sent.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode!)))
      .on("error", () => resolve(0))
  })
  sent.end(JSON.stringify({ merge_params: { n } }))
  return { status, abort: () => sent.destroy() }
}

/** A lock holds all statements; every second client goes away meanwhile. */
export const run: Moment.Moment = async ({ database: { url }, fleet }) => {
  const port = fleet.portOf(0)
  const client = Client.make(port)
  for (let n = 0; n < clients; n++) await client.send({ method: "POST", path: "/tasks", body: { id: `a${n}` } })
  const sent = await holding(url, "LOCK TABLE tasks IN EXCLUSIVE MODE", async () => {
    const sent = Array.from({ length: clients }, (_, n) => update(port, n))
    await pause(settleMillis)
    sent.forEach(({ abort }, n) => n % 2 === 1 && abort())
    await pause(settleMillis)
    return sent
  })
  const statuses = await Promise.all(sent.map(({ status }) => status))
  const left = await leftInFlight(client)
  client.close()
  const rows = await sql(url, "SELECT id FROM tasks WHERE params IS NOT NULL")
  const done = new Set(rows.map(({ id }) => id))
  const stayed = statuses.filter((_, n) => n % 2 === 0)
  return [
    Moment.shows("updates of clients that stayed", stayed.length),
    Moment.shows(
      "updates done, of clients that went away",
      statuses.filter((_, n) => n % 2 === 1 && done.has(`a${n}`)).length
    ),
    Moment.none("clients that stayed and were not answered with 200", stayed.filter((status) => status !== 200).length),
    Moment.none("lost", statuses.filter((status, n) => status === 200 && !done.has(`a${n}`)).length),
    Moment.none("requests that the server counts as in flight for ever", left)
  ]
}

/** How many requests a server has in flight beside the one that asks, once that is 0 or has not been for seconds. */
const leftInFlight = async (client: Client.Client): Promise<number> => {
  for (let attempts = 1;; attempts++) {
    const { body } = await client.send({ method: "GET", path: "/metrics" })
    const [, count] = /^emend_http_requests_in_flight (\d+)$/m.exec(body) ?? []
    if (count === undefined) throw new Error("The metrics have no requests in flight")
    const others = Math.max(0, Number(count) - 1)
    if (others === 0 || attempts > 50) return others
    await pause(100)
  }
}
