/** A server that is told to stop while many writes wait in it. */
import * as ServerProcess from "@emend/bench/ServerProcess"
import { setTimeout as pause } from "node:timers/promises"
import * as Client from "../Client.ts"
import { holding, sql } from "../Database.ts"
import * as Moment from "./Moment.ts"

const connections = 300
const records = 10
/** Until all writes have come, and until the server has begun to stop. */
const settleMillis = 700

export const text =
  `a third server is told to stop while ${connections} updates wait in it, or a third of them and the others are refused`

/** With room for all of them, and with room for a third. */
export const run: Moment.Moment = async (stage) => [
  ...await one(stage, "room for all", {}),
  ...await one(stage, "a full lane", { EMEND_MAX_WAITING: "100" })
]

/** A lock holds all statements until the server was told to stop. */
const one = async (
  { database: { url } }: Moment.Stage,
  name: string,
  env: Readonly<Record<string, string>>
): ReturnType<Moment.Moment> => {
  const server = await ServerProcess.emend(
    { DATABASE_URL: url, EMEND_MAX_REQUESTS: "2000", ...env },
    { log: "ignore" }
  )
  await sql(url, "TRUNCATE tasks, record_history CASCADE")
  const clients = Array.from({ length: connections }, () => Client.make(server.port))
  for (let n = 0; n < records; n++) await clients[0]!.send({ method: "POST", path: "/tasks", body: { id: `s${n}` } })
  // Who has no connection yet when the server stops is not let in, which is no answer to a write.
  await Promise.all(clients.map((client) => client.send({ method: "GET", path: "/tasks/s0" })))
  const { answers, stopped } = await holding(url, "LOCK TABLE tasks IN EXCLUSIVE MODE", async () => {
    const answers = clients.map((client, n) =>
      client.send({ method: "PUT", path: `/tasks/s${n % records}`, body: { merge_params: { [`k${n}`]: 1 } } })
        .catch(() => Client.broken)
    )
    await pause(settleMillis)
    const stopped = server.stop()
    await pause(settleMillis)
    return { answers, stopped }
  })
  const got = await Promise.all(answers)
  await stopped
  for (const client of clients) client.close()
  const rows = await sql(url, "SELECT params FROM tasks")
  const there = new Set(rows.flatMap(({ params }) => Object.keys(params ?? {})))
  return [
    Moment.shows(`${name}: answers`, Moment.counted(got.map(({ status }) => status))),
    Moment.none(`${name}: lost`, got.filter(({ status }, n) => status === 200 && !there.has(`k${n}`)).length),
    Moment.none(
      `${name}: not acknowledged, yet there`,
      got.filter(({ status }, n) => status !== 200 && there.has(`k${n}`)).length
    ),
    Moment.none(
      `${name}: neither done nor told to come back`,
      got.filter(({ mayRetry, status }) => status !== 200 && !(status === 503 && mayRetry)).length
    )
  ]
}
