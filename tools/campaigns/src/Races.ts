/** What is asked of several servers at once, where only one may have it. */
import { setTimeout as pause } from "node:timers/promises"
import * as Client from "./Client.ts"
import { sql } from "./Database.ts"

/** How many contests there were, and in how many not exactly that came out which must. */
export interface Outcome {
  readonly contests: number
  readonly violations: number
}

/** Each contest is tried by clients of all servers at the same time; `nth` tells contests apart. */
export type Race = (send: SendAll, nth: number, url: string) => Promise<boolean>

/** Sends a request for each rival at once, each over a connection of its own, in turn to all servers, and again where told to. */
export type SendAll = (request: (rival: number) => Client.Request) => Promise<ReadonlyArray<Client.Answer>>

const rivals = 8

const one = (answers: ReadonlyArray<Client.Answer>, other: number): boolean =>
  answers.filter(({ status }) => status === 200).length === 1 &&
  answers.every(({ status }) => status === 200 || status === other)

/** Creates a record that a contest is about. */
export const create = async (send: SendAll, path: string, body: unknown): Promise<void> => {
  const answers = await send(() => ({ method: "POST", path, body }))
  // Of all who create the same record, one does.
  if (answers.filter(({ status }) => status === 201).length !== 1) throw new Error("A record was not created once")
}

export const races: Readonly<Record<string, Race>> = {
  "one record created by all": async (send, nth) => {
    const answers = await send(() => ({ method: "POST", path: "/tasks", body: { id: `new${nth}` } }))
    return answers.filter(({ status }) => status === 201).length === 1 &&
      answers.every(({ status }) => status === 201 || status === 409)
  },
  "a board task claimed by all": async (send, nth) => {
    await create(send, "/agents/tasks", { id: `claim${nth}`, title: "One of us" })
    return one(
      await send((rival) => ({
        method: "POST",
        path: `/agents/tasks/claim${nth}/claim`,
        body: { instance_id: `worker${rival}` }
      })),
      409
    )
  },
  "a task moved to different ends": async (send, nth) => {
    await create(send, "/tasks", { id: `move${nth}` })
    const ends = ["complete", "fail", "cancel", "terminate"]
    const end = (rival: number) => ends[rival % ends.length]!
    const answers = await send((rival) => ({ method: "POST", path: `/tasks/move${nth}/${end(rival)}`, body: {} }))
    // Who asks for the end that it has already come to is told that it has.
    return new Set(answers.flatMap(({ status }, rival) => status === 200 ? [end(rival)] : [])).size === 1 &&
      answers.every(({ status }) => status === 200 || status === 409)
  },
  "updates that demand the same version": async (send, nth) => {
    await create(send, "/tasks", { id: `match${nth}` })
    return one(
      await send((rival) => ({
        method: "PUT",
        path: `/tasks/match${nth}`,
        body: { merge_params: { rival } },
        headers: { "if-match": `"1"` }
      })),
      412
    )
  },
  "one request with a key, sent to all": async (send, nth, url) => {
    await create(send, "/tasks", { id: `key${nth}` })
    const request = (): Client.Request => ({
      method: "PUT",
      path: `/tasks/key${nth}`,
      body: { merge_params: { nth } },
      headers: { "idempotency-key": `race-${nth}` }
    })
    const answers = await send(request)
    const [{ entries }] = await sql(
      url,
      `SELECT count(*)::int AS entries FROM record_history WHERE record_id = 'key${nth}'`
    )
    return entries === 2 && answers.every(({ status, version }) => status === 200 && version === 2) &&
      answers.filter(({ replayed }) => !replayed).length === 1 && new Set(answers.map(({ body }) => body)).size === 1
  },
  "two links that would close a cycle together": async (send, nth) => {
    const [a, b] = [`a${nth}`, `b${nth}`]
    await create(send, "/agents/tasks", { id: a, title: "A" })
    await create(send, "/agents/tasks", { id: b, title: "B" })
    const answers = await send((rival) => {
      const [parent, child] = rival % 2 === 0 ? [a, b] : [b, a]
      return { method: "POST", path: `/agents/tasks/${parent}/subtasks/link`, body: { child_id: child } }
    })
    const linked = (parity: number) => answers.some(({ status }, rival) => rival % 2 === parity && status < 300)
    return linked(0) !== linked(1)
  },
  "events appended by all": async (send, nth, url) => {
    await create(send, "/tasks", { id: `log${nth}`, agent_ids: ["writer"] })
    const answers = await send((rival) => ({
      method: "POST",
      path: `/tasks/log${nth}/events`,
      body: { agent_id: "writer", content: { rival } }
    }))
    const rows = await sql(
      url,
      `SELECT sequence_id::int AS at FROM events WHERE task_id = 'log${nth}' ORDER BY sequence_id`
    )
    return answers.every(({ status }) => status === 201) && rows.map(({ at }) => at).join() === "1,2,3,4,5,6,7,8"
  }
}

export const run = async (
  ports: ReadonlyArray<number>,
  url: string,
  contests: number,
  which = races
): Promise<Readonly<Record<string, Outcome>>> => {
  const clients = Array.from({ length: rivals }, (_, rival) => Client.make(ports[rival % ports.length]!))
  const send: SendAll = (request) =>
    Promise.all(clients.map(async (client, rival) => {
      for (let attempts = 1;; attempts++) {
        const answer = await client.send(request(rival))
        if (!answer.mayRetry || attempts > 100) return answer
        // Those who were sent away together do not come back together.
        await pause(attempts * (1 + rival))
      }
    }))
  const outcomes: Record<string, Outcome> = {}
  for (const [name, race] of Object.entries(which)) {
    let violations = 0
    for (let nth = 0; nth < contests; nth++) if (!await race(send, nth, url)) violations++
    outcomes[name] = { contests, violations }
  }
  for (const client of clients) client.close()
  return outcomes
}
