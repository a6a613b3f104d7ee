/** Rows that another client of PostgreSQL locks, among requests of every kind for others. */
import { setTimeout as pause } from "node:timers/promises"
import * as Client from "../Client.ts"
import { holding } from "../Database.ts"
import * as Moment from "./Moment.ts"

const locked = 20
const holdMillis = 2000
/** How long others may take after the writers were told to end, before they count as held by the locks. */
const patienceMillis = 5000

export const text = `somebody else locks ${locked} rows for ${
  holdMillis / 1000
} s, among requests of every kind for others`

const kinds = ["update", "read", "event", "creation"] as const
type Kind = (typeof kinds)[number]

const connections: Readonly<Record<Kind, number>> = { update: 20, read: 8, event: 6, creation: 6 }

/** What is free is updated and appended to; what is locked can still be read. */
const request = (kind: Kind, n: number, turn: number): Client.Request => {
  const free = locked + (n + turn) % 40
  if (kind === "update") return { method: "PUT", path: `/tasks/l${free}`, body: { merge_params: { [`k${n}`]: turn } } }
  if (kind === "read") return { method: "GET", path: `/tasks/l${n}` }
  if (kind === "event") return { ...event, path: `/tasks/l${free}/events` }
  return { method: "POST", path: "/tasks", body: { id: `new${n}-${turn}` } }
}

const event = { method: "POST", body: { agent_id: "g", content: 1 } }

/** Halfway an event comes for a locked task: its statement waits for the row too. */
export const run: Moment.Moment = async ({ database: { url }, fleet }) => {
  const port = fleet.ports()[0]!
  const setUp = Client.make(port)
  for (let n = 0; n < locked + 40; n++) {
    await setUp.send({ method: "POST", path: "/tasks", body: { id: `l${n}`, agent_ids: ["g"] } })
  }
  setUp.close()
  const millis: Record<Kind, Array<number>> = { update: [], read: [], event: [], creation: [] }
  const failed: Array<string> = []
  let isOver = false
  let underWay = 0
  const writer = async (kind: Kind, n: number): Promise<void> => {
    const client = Client.make(port)
    underWay++
    for (let turn = 0; !isOver; turn++) {
      const from = performance.now()
      const { status } = await client.send(request(kind, n, turn))
      millis[kind].push(performance.now() - from)
      if (status !== 200 && status !== 201) failed.push(`${kind} ${status}`)
      await pause(5)
    }
    underWay--
    client.close()
  }
  const waiting = async (request: Client.Request): Promise<number> => {
    const client = Client.make(port)
    const { status } = await client.send(request)
    client.close()
    return status
  }
  const lock = `SELECT FROM tasks WHERE id IN (${Array.from({ length: locked }, (_, n) => `'l${n}'`)}) FOR UPDATE`
  const { held, others, waited } = await holding(url, lock, async () => {
    const others = Promise.all(
      kinds.flatMap((kind) => Array.from({ length: connections[kind] }, (_, n) => writer(kind, n)))
    )
    const updates = Array.from(
      { length: locked },
      (_, n) => waiting({ method: "PUT", path: `/tasks/l${n}`, body: { merge_params: { waited: true } } })
    )
    await pause(holdMillis / 2)
    const appended = waiting({ ...event, path: "/tasks/l3/events" })
    await pause(holdMillis / 2)
    isOver = true
    await Promise.race([others, pause(patienceMillis, undefined, { ref: false })])
    return { held: underWay, others, waited: [...updates, appended] }
  })
  await others
  const statuses = await Promise.all(waited)
  return [
    ...kinds.map((kind) =>
      Moment.shows(
        `answers to others, ${kind}: number, and milliseconds at most`,
        `${millis[kind].length}, ${Math.max(...millis[kind]).toFixed(0)}`
      )
    ),
    Moment.none("others that were held until the locks were gone", held),
    Moment.none("others that were refused", failed.length),
    Moment.none(
      "requests for what is locked that were not done when the locks were gone",
      statuses.filter((status) => status !== 200 && status !== 201).length
    )
  ]
}
