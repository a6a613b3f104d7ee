/** A campaign of a row that somebody else locks: who updates it waits, and nobody else does. */
import { setTimeout as pause } from "node:timers/promises"
import * as Client from "./Client.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Crowd from "./Crowd.ts"
import * as Database from "./Database.ts"
import * as Fleet from "./Fleet.ts"
import * as Report from "./Report.ts"

const { locks } = CommandLine.read({ locks: 10 })
const holdMillis = 1000
const records = 1000
const connections = { locked: 16, others: 48 }

interface Answered {
  readonly isLocked: boolean
  readonly sent: number
  readonly millis: number
}

/** When the lock was held, from and to. */
type Hold = readonly [from: number, to: number]

const measured = await Database.use(async ({ url }) => {
  const fleet = await Fleet.start(1, { DATABASE_URL: url })
  await Crowd.create(fleet.port, records)
  const answers: Array<Answered> = []
  let isOver = false
  const writer = async (_: unknown, n: number): Promise<void> => {
    const client = Client.make(fleet.port)
    const isLocked = n < connections.locked
    for (let turn = 0; !isOver; turn++) {
      const record = isLocked ? 0 : 1 + (n * 7919 + turn * 104729) % (records - 1)
      const sent = performance.now()
      const { body, status } = await client.send({
        method: "PUT",
        path: `/tasks/t${record}`,
        body: { merge_params: { [`w${n}`]: turn } }
      })
      if (status !== 200) throw new Error(`An update was answered with ${status}: ${body}`)
      answers.push({ isLocked, sent, millis: performance.now() - sent })
    }
    client.close()
  }
  const writers = Promise.all(Array.from({ length: connections.locked + connections.others }, writer))
  const holds: Array<Hold> = []
  for (let n = 0; n < locks; n++) {
    await pause(holdMillis)
    await Database.holding(url, "SELECT FROM tasks WHERE tenant = 'local' AND id = 't0' FOR UPDATE", async () => {
      const from = performance.now()
      await pause(holdMillis)
      holds.push([from, performance.now()])
    })
  }
  await pause(holdMillis)
  isOver = true
  await writers
  await fleet.stop()
  return { answers, holds }
})

const { answers, holds } = measured
/** During a lock: sent while it was held, and half of it still lay ahead. */
const during = ({ sent }: Answered): Hold | undefined =>
  holds.find(([from, to]) => sent >= from && sent < to - holdMillis / 2)
const free = ({ millis, sent }: Answered): boolean => holds.every(([from, to]) => sent + millis < from || sent > to)

const groups: ReadonlyArray<readonly [string, ReadonlyArray<Answered>]> = [
  ["other records, nothing locked", answers.filter((one) => !one.isLocked && free(one))],
  ["other records, sent during a lock", answers.filter((one) => !one.isLocked && during(one) !== undefined)],
  ["the record, nothing locked", answers.filter((one) => one.isLocked && free(one))],
  ["the record, sent during a lock", answers.filter((one) => one.isLocked && during(one) !== undefined)]
]
const quantile = (of: ReadonlyArray<Answered>, part: number): string => {
  const sorted = of.map(({ millis }) => millis).sort((a, b) => a - b)
  return `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0)} ms`
}
/** Answered only once the lock was gone. */
const held = groups.map(([, group]) =>
  group.filter((one) => {
    const hold = during(one)
    return hold !== undefined && one.sent + one.millis >= hold[1]
  }).length
)

Report.write({
  file: locks >= 10 ? "locked" : undefined,
  title: "A row that is locked elsewhere",
  command: "campaign:locked",
  text: [
    `${connections.locked} connections update one task, and ${connections.others} others, over one server. Another client of PostgreSQL locks the row of`,
    `that task ${locks} times, for ${holdMillis / 1000} s each time.`
  ],
  heads: ["", ...groups.map(([name]) => name)],
  lines: [
    { name: "updates", cells: groups.map(([, group]) => group.length) },
    { name: "median", cells: groups.map(([, group]) => quantile(group, 0.5)) },
    { name: "p99", cells: groups.map(([, group]) => quantile(group, 0.99)) },
    { name: "most", cells: groups.map(([, group]) => quantile(group, 1)) },
    { name: "answered only when the lock was gone", cells: held },
    { name: "of these, of other records", cells: groups.map((_, n) => n === 1 ? held[n]! : 0), mustBeNone: true }
  ]
})
