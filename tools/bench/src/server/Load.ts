/** A load of updates on a server, sent by a process of its own. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** What is sent. The update number n sets a key to the value `firstValue` + n, so that each can be told from all others. */
export interface Load {
  readonly port: number
  readonly connections: number
  readonly millis: number
  /** How many records are updated, by chance: `t1`, `t2` … */
  readonly records: number
  /** How many keys of `params` are written, by chance: `k0`, `k1` … */
  readonly keys: number
  readonly firstValue: number
  readonly seed: number
}

/** What came of it; times in milliseconds. */
export interface Outcome {
  readonly sent: number
  readonly answered: number
  readonly acknowledged: number
  /** How many answers had another status than 200, by it; `wrong` for those that do not show what was written. */
  readonly failures: Readonly<Record<string, number>>
  readonly millis: number
  readonly p50: number
  readonly p99: number
  readonly most: number
  /** Processor time of the sender. */
  readonly cpuMicros: number
}

/** The process that sends loads. It is the same for all, so that each is sent by a process that has warmed up. */
export interface Sender {
  readonly send: (load: Load) => Promise<Outcome>
  readonly end: () => void
}

export const sender = (): Sender => {
  const child = fork(fileURLToPath(new URL("generator.ts", import.meta.url)), { execArgv: [] })
  const ended = once(child, "exit").then(([code]) =>
    Promise.reject(new Error(`The sender of the load ended with ${code}`))
  )
  ended.catch(() => {})
  return {
    send: async (load) => {
      child.send(load)
      const [outcome] = await Promise.race([once(child, "message"), ended])
      return outcome as Outcome
    },
    end: () => child.disconnect()
  }
}
