/** Two servers that lock the same rows in opposite orders. */
import * as Client from "../Client.ts"
import { deadlocks, sql } from "../Database.ts"
import * as Moment from "./Moment.ts"

const records = 64

export const text = `both servers are sent writes of the same ${records} tasks at once, in opposite orders`

/**
 * Each server is sent updates of the same tasks, and creations of the same ids, all at once: the one from the first to
 * the last, the other from the last to the first. Every second turn the updates have keys, which are rows too.
 */
export const run: Moment.Moment = async ({ database: { url }, fleet, turns }) => {
  const clients = fleet.ports().map((port) => Array.from({ length: records }, () => Client.make(port)))
  const sendAll = (request: (server: number, at: number) => Client.Request) =>
    Promise.all(clients.flatMap((own, server) =>
      own.map(async (client, n) => {
        const at = server === 0 ? n : records - 1 - n
        return { server, at, status: (await client.send(request(server, at))).status }
      })
    ))
  for (let at = 0; at < records; at++) {
    await clients[0]![0]!.send({ method: "POST", path: "/tasks", body: { id: `o${at}` } })
  }
  const before = await deadlocks(url)
  const acknowledged: Array<readonly [id: string, key: string]> = []
  const updates: Array<number> = []
  const creations: Array<number> = []
  for (let turn = 0; turn < turns; turn++) {
    const answers = await sendAll((server, at) => ({
      method: "PUT",
      path: `/tasks/o${at}`,
      body: { merge_params: { [`s${server}t${turn}`]: 1 } },
      headers: turn % 2 === 0 ? {} : { "idempotency-key": `opposite-${turn}-${at}-${server}` }
    }))
    for (const { at, server, status } of answers) {
      updates.push(status)
      if (status === 200) acknowledged.push([`o${at}`, `s${server}t${turn}`])
    }
    const made = await sendAll((_, at) => ({ method: "POST", path: "/tasks", body: { id: `n${turn}-${at}` } }))
    creations.push(...made.map(({ status }) => status))
  }
  for (const client of clients.flat()) client.close()
  const circles = await deadlocks(url) - before
  const rows = await sql(url, "SELECT id, params, version::int FROM tasks WHERE id LIKE 'o%'")
  const byId = new Map(rows.map((row) => [row.id, row]))
  const won = creations.filter((status) => status === 201).length
  return [
    Moment.shows("updates acknowledged", acknowledged.length),
    Moment.shows("creations", Moment.counted(creations)),
    Moment.none("deadlocks in PostgreSQL", circles),
    Moment.none("updates not acknowledged", updates.length - acknowledged.length),
    Moment.none("lost", acknowledged.filter(([id, key]) => byId.get(id)?.params?.[key] !== 1).length),
    Moment.none(
      "tasks with another version than their updates make",
      rows.filter(({ params, version }) => version !== 1 + Object.keys(params ?? {}).length).length
    ),
    Moment.none("ids that were not created once", Math.abs(turns * records - won)),
    Moment.none(
      "creations answered with neither 201 nor 409",
      creations.filter((status) => status !== 201 && status !== 409).length
    )
  ]
}
