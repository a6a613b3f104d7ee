/** Writers that share records: each sends one operation after the other until enough updates are acknowledged. */
import { setTimeout as pause } from "node:timers/promises"
import * as Client from "./Client.ts"
import type * as Ledger from "./Ledger.ts"
import * as Operation from "./Operation.ts"

export interface Options {
  readonly port: number
  readonly connections: number
  readonly records: number
  /** Asked before each operation. */
  readonly goesOn: () => boolean
  readonly seed: number
  /** Whether what is not answered, or answered with an invitation to come back, is sent again under a key. */
  readonly insists: boolean
  /** Apart from all others that use the same database: a part of the keys. */
  readonly run: string
  readonly ledger: Ledger.Ledger
  readonly say: (line: string) => void
}

/** Creates the records that are written to: `t0`, `t1` … */
export const create = async (port: number, records: number): Promise<void> => {
  const client = Client.make(port)
  for (let n = 0; n < records; n++) {
    const { status } = await client.send({ method: "POST", path: "/tasks", body: { id: `t${n}`, params: { k0: -1 } } })
    if (status !== 201) throw new Error(`A task was not created: ${status}`)
  }
  client.close()
}

/** Answers that may be had: moves are refused where the status does not allow them, and deleted tasks are gone. */
const isExpected = ({ kind }: Operation.Operation, status: number): boolean =>
  status === 200 || status === 404 || (status === 409 && kind === "move")

/** What came of it beside what the ledger holds. */
export interface Outcome {
  readonly seconds: number
  /** Answers that must not be had, by operation and status. */
  readonly unexpected: Readonly<Record<string, number>>
  /** How often a request was sent again. */
  readonly retries: number
  /** How long an operation took at most until its answer was there. */
  readonly longestSeconds: number
}

export const run = async (options: Options): Promise<Outcome> => {
  const { connections, ledger, port, records, say, seed } = options
  const began = performance.now()
  const unexpected: Record<string, number> = {}
  let sent = 0
  let tenths = 0
  let retries = 0
  let longest = 0
  await Promise.all(Array.from({ length: connections }, async (_, n) => {
    const random = Operation.source(seed * 1000 + n)
    const client = Client.make(port)
    while (options.goesOn()) {
      const operation = Operation.choose(random, ++sent, records)
      const seen = ledger.seen(operation.record)
      const from = performance.now()
      const { answer, attempts } = await answered(client, options, operation)
      longest = Math.max(longest, performance.now() - from)
      retries += attempts - 1
      if (isExpected(operation, answer.status)) ledger.note(operation, answer, seen)
      else {
        const name = `${operation.kind}: ${answer.status}`
        if (unexpected[name] === undefined) say(`unexpected, ${name}: ${answer.body}`)
        unexpected[name] = (unexpected[name] ?? 0) + 1
      }
      if (Math.floor(ledger.updates() / 10_000) > tenths) say(`${++tenths}0,000 updates are acknowledged`)
    }
    client.close()
  }))
  return { seconds: (performance.now() - began) / 1000, unexpected, retries, longestSeconds: longest / 1000 }
}

/** How long at most an operation is sent again before it counts as not answered. */
const patienceMillis = 120_000

/**
 * Sends an operation, and where it is told to be, again: under a key, so that it is carried out once, whatever became of
 * the first. What is not to be sent again fails where its connection breaks.
 */
const answered = async (
  client: Client.Client,
  { insists, run }: Options,
  { kind, number, request }: Operation.Operation
): Promise<{ readonly answer: Client.Answer; readonly attempts: number }> => {
  if (!insists) return { answer: await client.send(request), attempts: 1 }
  const headers = { ...request.headers, "idempotency-key": `${run}-${number}` }
  const keyed = kind === "read" ? request : { ...request, headers }
  const from = performance.now()
  for (let attempts = 1;; attempts++) {
    const answer = await client.send(keyed).catch(() => Client.broken)
    if (!answer.mayRetry || performance.now() - from > patienceMillis) return { answer, attempts }
    await pause(20 * Math.min(attempts, 10))
  }
}
