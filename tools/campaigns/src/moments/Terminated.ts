/** Connections of servers to PostgreSQL that are ended again and again while statements run on them. */
import { setTimeout as pause } from "node:timers/promises"
import { connected } from "../Database.ts"
import * as HotCrowd from "./HotCrowd.ts"
import * as Moment from "./Moment.ts"

const betweenMillis = 70
const updatesPerTurn = 48

/** Those that run a statement go first. */
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'emend'
  ORDER BY state = 'active' DESC LIMIT 2`

/** Goes on until there are enough updates in spite of it. */
export const run: Moment.Moment = async (stage) => {
  let ended = 0
  const lines = await HotCrowd.run(stage, "terminated", (updates) =>
    connected(stage.database.url, async (client) => {
      while (updates() < stage.turns * updatesPerTurn) {
        await pause(betweenMillis)
        ended += (await client.query(terminate)).rowCount ?? 0
      }
    }))
  return [Moment.shows("connections ended", ended), ...lines]
}
