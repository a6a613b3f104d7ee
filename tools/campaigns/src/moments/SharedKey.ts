/** One idempotency key with two bodies, sent to two servers at once. */
import { sql } from "../Database.ts"
import * as Races from "../Races.ts"
import * as Moment from "./Moment.ts"

export const text = "one idempotency key comes with two bodies, to both servers at once"

/** The rivals of each server have both bodies. */
const bodyOf = (rival: number): number => Math.floor(rival / 2) % 2

/** One body is carried out, once; who sent it is told so, and who sent the other that the key is taken. */
const race: Races.Race = async (send, nth, url) => {
  await Races.create(send, "/tasks", { id: `shared${nth}` })
  const answers = await send((rival) => ({
    method: "PUT",
    path: `/tasks/shared${nth}`,
    body: { merge_params: { body: bodyOf(rival) } },
    headers: { "idempotency-key": `shared-${nth}` }
  }))
  const [{ entries, params }] = await sql(
    url,
    `SELECT (SELECT count(*)::int FROM record_history WHERE record_id = t.id) AS entries, params
      FROM tasks t WHERE id = 'shared${nth}'`
  )
  return entries === 2 && answers.filter(({ replayed, status }) => status === 200 && !replayed).length === 1 &&
    answers.every(({ status }, rival) => status === (bodyOf(rival) === params.body ? 200 : 422))
}

/** A contest a turn. */
export const run: Moment.Moment = async ({ database: { url }, fleet, turns }) => {
  const { violations } = (await Races.run(fleet.ports(), url, turns, { race }))["race"]!
  return [
    Moment.shows("contests", turns),
    Moment.none("contests in which not one body was done once, and the other told of", violations)
  ]
}
