/** Measure G: the first page of a list and its 20,000th, filtered and not. */
import { Agent, type IncomingMessage, request } from "node:http"
import { type Figure, summarise } from "../Figure.ts"
import * as ServerProcess from "../ServerProcess.ts"
import type * as Postgres from "./Postgres.ts"

export interface Plan {
  readonly records: number
  /** The page that is compared with the first. */
  readonly page: number
  readonly rounds: number
  /** How often each page is asked for in a round. */
  readonly requests: number
}

/** Milliseconds for one answer, medians within each round. */
export interface Row {
  readonly list: string
  readonly first: Figure
  readonly deep: Figure
  readonly ratio: Figure
  /** The same page by its number, where records are counted off. */
  readonly byNumber: number
  readonly walked: number
}

interface List {
  readonly name: string
  readonly query: string
  readonly limit: number
  /** How many of how many records are listed: every first, or every second. */
  readonly every: number
}

const lists = (records: number, page: number): ReadonlyArray<List> => [
  { name: "all", query: "", limit: records / page, every: 1 },
  { name: "`status=RUNNING`, every second", query: "status=RUNNING&", limit: records / 2 / page, every: 2 },
  {
    name: "`task_metadata={\"team\":\"even\"}`, every second",
    query: `task_metadata=${encodeURIComponent(JSON.stringify({ team: "even" }))}&`,
    limit: records / 2 / page,
    every: 2
  }
]

/** Adds tasks `t1`, `t2` …: the even ones run, and their team says it. */
const fill = async ({ sql }: Postgres.Postgres, database: string, records: number): Promise<void> => {
  await sql(
    database,
    `INSERT INTO tasks (tenant, id, version, status, created_at, updated_at, task_metadata)
      SELECT 'local', 't' || n, 1, CASE n % 2 WHEN 0 THEN 'RUNNING' ELSE 'COMPLETED' END, at, at,
        jsonb_build_object('team', CASE n % 2 WHEN 0 THEN 'even' ELSE 'odd' END, 'batch', n / 1000)
      FROM generate_series(1, ${records}) n,
        LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 second' AS at) a`,
    "VACUUM (ANALYZE, FREEZE) tasks"
  )
}

/** Fills a database that has the tables and nothing else, and measures on it. */
export const measure = async (
  postgres: Postgres.Postgres,
  database: string,
  plan: Plan,
  say: (line: string) => void
): Promise<ReadonlyArray<Row>> => {
  await fill(postgres, database, plan.records)
  say(`lists: ${plan.records} tasks are there`)
  const server = await ServerProcess.emend({ DATABASE_URL: postgres.url(database) })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const get = (path: string): Promise<Page> => page(agent, `http://127.0.0.1:${server.port}${path}`)
  const rows: Array<Row> = []
  for (const list of lists(plan.records, plan.page)) {
    const first = `/tasks?${list.query}limit=${list.limit}`
    const { path: deep, walked } = await walk(get, list, plan)
    const expected = Array.from({ length: list.limit }, (_, n) => `t${(list.limit - n) * list.every}`)
    const number = `${first}&page_number=${plan.page}`
    for (const path of [deep, number]) {
      const { ids } = await get(path)
      if (ids.join() !== expected.join()) throw new Error(`Page ${plan.page} of ${list.name} has other records`)
    }
    const rounds = { first: [] as Array<number>, deep: [] as Array<number>, number: [] as Array<number> }
    for (let round = 0; round < plan.rounds; round++) {
      const times = { first: [] as Array<number>, deep: [] as Array<number> }
      for (let n = 0; n < plan.requests; n++) {
        times.first.push((await get(first)).millis)
        times.deep.push((await get(deep)).millis)
      }
      rounds.first.push(summarise(times.first).median)
      rounds.deep.push(summarise(times.deep).median)
      rounds.number.push((await get(number)).millis)
    }
    rows.push({
      list: list.name,
      first: summarise(rounds.first),
      deep: summarise(rounds.deep),
      ratio: summarise(rounds.deep.map((millis, round) => millis / rounds.first[round]!)),
      byNumber: summarise(rounds.number).median,
      walked
    })
    say(
      `lists: ${list.name}: ${summarise(rounds.first).median.toFixed(2)} ms, ${
        summarise(rounds.deep).median.toFixed(2)
      } ms`
    )
  }
  agent.destroy()
  await server.stop()
  return rows
}

interface Page {
  readonly ids: ReadonlyArray<string>
  readonly next: string | undefined
  readonly millis: number
}

/** Follows the links to the page, in large steps first, and sees to it that no record comes twice or is left out. */
const walk = async (
  get: (path: string) => Promise<Page>,
  { every, limit, name, query }: List,
  { page, records }: Plan
): Promise<{ readonly path: string; readonly walked: number }> => {
  let path = `/tasks?${query}limit=1000`
  let walked = 0
  const before = (page - 1) * limit
  while (walked < before) {
    const step = before - walked >= 1000 ? 1000 : limit
    const { ids, next } = await get(path.replace(/limit=\d+/, `limit=${step}`))
    for (const id of ids) {
      if (id !== `t${records - walked++ * every}`) throw new Error(`${id} is out of order in ${name}`)
    }
    if (next === undefined) throw new Error(`The list ${name} ends after ${walked} records`)
    path = next
  }
  return { path: path.replace(/limit=\d+/, `limit=${limit}`), walked }
}

const page = (agent: Agent, url: string): Promise<Page> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    request(url, { agent }, (response: IncomingMessage) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part)).on("end", () => {
        const millis = performance.now() - began
        const body = Buffer.concat(parts).toString()
        if (response.statusCode !== 200) return reject(new Error(`Expected 200, got ${response.statusCode}: ${body}`))
        const ids = (JSON.parse(body) as ReadonlyArray<{ readonly id: string }>).map(({ id }) => id)
        resolve({ ids, next: /<([^>]*)>; *rel="next"/.exec(String(response.headers["link"]))?.[1], millis })
      })
    }).on("error", reject).end()
  })
