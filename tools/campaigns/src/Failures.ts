/** What is done to a running system on purpose. Each ends when the system can be whole again. */
import { setTimeout as pause } from "node:timers/promises"
import { type Database, holding, sql } from "./Database.ts"
import type { Fleet } from "./Fleet.ts"

export type Failure = (fleet: Fleet, database: Database, turn: number) => Promise<void>

/** How long what blocks others is held. */
const holdMillis = 2000

export const failures: Readonly<Record<string, Failure>> = {
  "a server is killed": (fleet, _, turn) => fleet.crash(turn % fleet.size),
  "connections of clients are cut": async ({ balancer }) => void balancer.cut(),
  "PostgreSQL is killed, with all its processes": async (_, database) => {
    process.kill(database.pid(), "SIGKILL")
    await back(database)
  },
  "the clock of a server jumps by an hour": async (fleet, _, turn) => {
    process.kill(fleet.pid(turn % fleet.size), "SIGUSR2")
  },
  "connections of servers to PostgreSQL are cut": async (_, { url }) => {
    await sql(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'emend'")
  },
  "a process of PostgreSQL is killed, so that it recovers": async (_, database) => {
    const [found] = await sql(
      database.url,
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'emend' ORDER BY state = 'active' DESC LIMIT 1"
    )
    if (found !== undefined) process.kill(found.pid, "SIGKILL")
    await back(database)
  },
  "all connections of the pools wait for a lock": async (_, { url }) => {
    await holding(url, "LOCK TABLE tasks IN EXCLUSIVE MODE", () => pause(holdMillis))
  },
  "a server stands still": async (fleet, _, turn) => {
    const pid = fleet.pid(turn % fleet.size)
    process.kill(pid, "SIGSTOP")
    await pause(holdMillis)
    process.kill(pid, "SIGCONT")
  }
}

/** Waits until PostgreSQL lets clients in again. */
const back = async ({ url }: Database): Promise<void> => {
  for (let attempts = 0; attempts < 600; attempts++) {
    try {
      // One that is on its way out may still answer.
      await pause(100)
      await sql(url, "SELECT 1")
      return
    } catch {
      // It is not there yet.
    }
  }
  throw new Error("PostgreSQL did not come back within a minute")
}
