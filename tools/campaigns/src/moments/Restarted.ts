/** A PostgreSQL that is stopped, as an operator does who does not wait for clients, and started again. */
import { setTimeout as pause } from "node:timers/promises"
import * as HotCrowd from "./HotCrowd.ts"
import type * as Moment from "./Moment.ts"

const beforeMillis = 800
const updatesAfter = 480

export const text = `PostgreSQL is stopped and started again, as ${HotCrowd.connections} clients update one task`

/** Nobody helps: whoever supervises PostgreSQL starts it again. */
export const run: Moment.Moment = (stage) =>
  HotCrowd.run(stage, "restarted", async (updates) => {
    await pause(beforeMillis)
    process.kill(stage.database.pid(), "SIGINT")
    const known = updates()
    while (updates() < known + updatesAfter) await pause(20)
  })
