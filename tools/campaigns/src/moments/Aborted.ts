/** Clients that go away while their update waits in one statement with those of others. */
import { setTimeout as pause } from "node:timers/promises"
import * as Client from "../Client.ts"
import { holding, sql } from "../Database.ts"
import * as Moment from "./Moment.ts"

const connections = 60
/** Until all updates have come, until their statement waits, and until the server has seen who went away. */
const settleMillis = 300
const lock = "LOCK TABLE tasks IN EXCLUSIVE MODE"

export const text =
  `every second of ${connections} clients goes away while its update waits in one statement with others`

/**
 * What came first is a statement of few, which one lock holds until the others have gathered. Another lock, which is
 * asked for meanwhile, holds the statement of these.
 */
export const run: Moment.Moment = async ({ database: { url }, fleet }) => {
  const port = fleet.ports()[0]!
  const clients = Array.from({ length: connections }, () => Client.make(port))
  await Promise.all(clients.map((client, n) => client.send({ method: "POST", path: "/tasks", body: { id: `a${n}` } })))
  const leaves = (n: number): boolean => n % 2 === 1
  const { gone, sent } = await holding(url, lock, async () => {
    const sent = clients.map((client, n) =>
      client.send({ method: "PUT", path: `/tasks/a${n}`, body: { merge_params: { n } } }).catch(() => Client.broken)
    )
    await pause(settleMillis)
    const gone = holding(url, lock, async () => {
      await pause(settleMillis)
      clients.forEach((client, n) => leaves(n) && client.close())
      await pause(settleMillis)
    })
    await pause(settleMillis)
    return { gone, sent }
  })
  await gone
  const statuses = (await Promise.all(sent)).map(({ status }) => status)
  const left = await leftInFlight(clients[0]!)
  for (const client of clients) client.close()
  const rows = await sql(url, "SELECT id FROM tasks WHERE params IS NOT NULL")
  const done = new Set(rows.map(({ id }) => id))
  const stayed = statuses.filter((_, n) => !leaves(n))
  return [
    Moment.shows("updates of clients that stayed", stayed.length),
    Moment.shows(
      "updates done, of clients that went away",
      statuses.filter((_, n) => leaves(n) && done.has(`a${n}`)).length
    ),
    Moment.none("clients that stayed and were not answered with 200", stayed.filter((status) => status !== 200).length),
    Moment.none("lost", statuses.filter((status, n) => status === 200 && !done.has(`a${n}`)).length),
    Moment.none("requests that the server counts as in flight for ever", left)
  ]
}

/** How many requests a server has in flight beside the one that asks, once that is 0 or has not been for seconds. */
const leftInFlight = async (client: Client.Client): Promise<number> => {
  for (let attempts = 1;; attempts++) {
    const others = Math.max(0, await Moment.measured(client, "emend_http_requests_in_flight") - 1)
    if (others === 0 || attempts > 50) return others
    await pause(100)
  }
}
