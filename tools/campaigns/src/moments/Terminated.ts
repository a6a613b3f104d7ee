/** Connections of servers to PostgreSQL that are ended again and again while statements run on them. */
import { setTimeout as pause } from "node:timers/promises"
import { sql } from "../Database.ts"
import * as HotCrowd from "./HotCrowd.ts"
import * as Moment from "./Moment.ts"

const betweenMillis = 70
const updatesPerTurn = 48

export const text =
  `connections to PostgreSQL are ended while statements run, as ${HotCrowd.connections} clients update one task`

/** Those that run a statement go first. */
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'emend'
  ORDER BY state = 'active' DESC LIMIT 2`

/** Goes on until there are enough updates in spite of it. */
export const run: Moment.Moment = async (stage) => {
  let ended = 0
  const lines = await HotCrowd.run(stage, "terminated", async (updates) => {
    while (updates() < stage.turns * updatesPerTurn) {
      await pause(betweenMillis)
      ended += (await sql(stage.database.url, terminate)).length
    }
  })
  return [Moment.shows("connections ended", ended), ...lines]
}
