/** Undoing, restoring, rebasing and demands on versions, among updates that are folded into one statement. */
import * as Client from "../Client.ts"
import { sql } from "../Database.ts"
import { source } from "../Operation.ts"
import * as Replay from "../Replay.ts"
import * as Moment from "./Moment.ts"

const connections = 24
const records = ["u0", "u1", "u2"]

export const text =
  `${connections} clients undo, restore, rebase and demand versions of ${records.length} tasks that they update`

interface Asked {
  readonly record: string
  readonly what: "merge" | "replace" | "undo" | "restore" | "rebase" | "demand"
  readonly request: Client.Request
}

interface Told extends Asked {
  /** What an update brings, which nothing else does. */
  readonly value: string
  readonly answer: Client.Answer
}

/** Beside what is done, there are conflicts of paths, and demands that do not hold. */
const isExpected = ({ answer: { status } }: Told): boolean => [200, 409, 412].includes(status)

/** Half of everything is asked of the first record. `seen` is the newest version that anybody was told of. */
const choose = (random: () => number, value: string, seen: ReadonlyMap<string, number>): Asked => {
  const upTo = (bound: number): number => Math.floor(random() * bound)
  const record = upTo(2) === 0 ? records[0]! : records[upTo(records.length)]!
  const newest = seen.get(record)!
  const version = Math.max(1, newest - upTo(4))
  const path = `/tasks/${record}`
  const put = (body: unknown, headers: Readonly<Record<string, string>> = {}): Client.Request => ({
    method: "PUT",
    path,
    body,
    headers
  })
  const merge = { merge_params: { [`k${upTo(4)}`]: value } }
  const dice = random()
  const [what, request]: readonly [Asked["what"], Client.Request] = dice < 0.4
    ? ["merge", put(merge)]
    : dice < 0.5
    ? ["replace", put({ task_metadata: { [`m${upTo(2)}`]: value } })]
    : dice < 0.7
    ? ["undo", { method: "POST", path: `${path}/undo`, body: { revision: Math.max(2, version) } }]
    : dice < 0.8
    ? ["restore", { method: "POST", path: `${path}/restore`, body: { version } }]
    : dice < 0.9
    ? ["rebase", put(merge, { "rebase-from": `"${version}"` })]
    : ["demand", put(merge, { "if-match": `"${newest}"` })]
  return { record, what, request }
}

/** What was told, and the histories with all their inverses, are held against a replay. */
export const run: Moment.Moment = async ({ database: { url }, fleet, seed, turns }) => {
  const ports = fleet.ports()
  const clients = Array.from({ length: connections }, (_, n) => Client.make(ports[n % ports.length]!))
  const seen = new Map<string, number>()
  for (const record of records) {
    await clients[0]!.send({ method: "POST", path: "/tasks", body: { id: record } })
    // So that there is a revision to undo.
    const { version } = await clients[0]!.send({
      method: "PUT",
      path: `/tasks/${record}`,
      body: { merge_params: { k0: 0 } }
    })
    seen.set(record, version)
  }
  const told: Array<Told> = []
  await Promise.all(clients.map(async (client, n) => {
    const random = source(seed * 1000 + n)
    for (let turn = 0; turn < turns; turn++) {
      const value = `${n}.${turn}`
      const asked = choose(random, value, seen)
      const answer = await client.send(asked.request)
      seen.set(asked.record, Math.max(answer.version, seen.get(asked.record)!))
      told.push({ ...asked, value, answer })
    }
  }))
  for (const client of clients) client.close()
  const found = { broken: 0, inverses: 0, wrong: 0, elsewhere: 0, entries: 0 }
  for (const record of records) {
    const { entries, inverses, isBroken, states } = await replay(url, record)
    found.entries += entries
    found.inverses += inverses
    if (isBroken) found.broken++
    for (const one of told.filter((one) => one.record === record && one.answer.status === 200)) {
      const body = JSON.parse(one.answer.body)
      // An undo and a restoration answer with what they left alone, beside the record.
      if (states[one.answer.version - 1] !== shown(body.record ?? body)) found.wrong++
      if (!isInPlace(one, states)) found.elsewhere++
    }
  }
  return [
    Moment.shows("answers", Moment.counted(told.map(({ answer, what }) => `${what} ${answer.status}`))),
    Moment.shows("history entries", found.entries),
    Moment.none("tasks with gaps, or unlike their history", found.broken),
    Moment.none("entries whose inverse does not lead back", found.inverses),
    Moment.none("wrong answers", found.wrong),
    Moment.none(
      "updates under another version than the answer's, or the one that follows what was demanded",
      found.elsewhere
    ),
    Moment.none("answers that must not be had", told.filter((one) => !isExpected(one)).length)
  ]
}

/** Whether an update is in the state of which its answer tells, not in the one before, and that is the one demanded. */
const isInPlace = ({ answer: { version }, request, value, what }: Told, states: ReadonlyArray<string>): boolean => {
  if (what === "undo" || what === "restore") return true
  const [before, after] = [version - 2, version - 1].map((at) => states[at]?.includes(JSON.stringify(value)))
  return !before && after === true && (what !== "demand" || request.headers!["if-match"] === `"${version - 1}"`)
}

const shown = ({ params, task_metadata }: Replay.State): string => Replay.canonical([params, task_metadata])

const replay = async (url: string, record: string) => {
  const rows = await sql(
    url,
    `SELECT version::int, initial, patch, inverse, moves FROM record_history WHERE record_id = '${record}' ORDER BY version`
  )
  const [task] = await sql(url, `SELECT version::int, params, task_metadata FROM tasks WHERE id = '${record}'`)
  const states: Array<string> = []
  let inverses = 0
  let state: Replay.State = {}
  for (const { initial, inverse, moves, patch } of rows) {
    const before = state
    state = initial ?? Replay.after(state, patch, moves)
    if (initial === null && shown(Replay.after(state, inverse, {})) !== shown(before)) inverses++
    states.push(shown(state))
  }
  const isBroken = rows.some(({ version }, n) => version !== n + 1) || task.version !== rows.length ||
    shown(task) !== states.at(-1)
  return { entries: rows.length, inverses, isBroken, states }
}
