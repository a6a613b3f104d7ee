/** A moment that is bad for statements that many writes share, and what came of it. */
import type * as Client from "../Client.ts"
import type { Database } from "../Database.ts"
import type { Fleet } from "../Fleet.ts"
import type { Line } from "../Report.ts"

/** What a moment happens to. It holds no records when the moment begins. */
export interface Stage {
  readonly database: Database
  /** Two servers. */
  readonly fleet: Fleet
  /** How often a moment that can come again does so. */
  readonly turns: number
  readonly seed: number
  readonly say: (line: string) => void
}

/** Brings the moment about, and tells what was found. */
export type Moment = (stage: Stage) => Promise<ReadonlyArray<Line>>

/** A line that only shows. */
export const shows = (name: string, value: number | string): Line => ({ name, cells: [value] })

/** A line of what must not be. */
export const none = (name: string, value: number): Line => ({ name, cells: [value], mustBeNone: true })

/** How often each text comes, in the order of the texts. */
export const counted = (texts: ReadonlyArray<string | number>): string =>
  [...Map.groupBy(texts.map(String), (text) => text)]
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([text, all]) => `${all.length} × ${text}`)
    .join(", ") || "none"

/** A number that a server tells of itself at present. */
export const measured = async (client: Client.Client, name: string): Promise<number> => {
  const { body } = await client.send({ method: "GET", path: "/metrics" })
  const [, value] = new RegExp(`^${name} (\\d+)$`, "m").exec(body) ?? []
  if (value === undefined) throw new Error(`The metrics have no ${name}`)
  return Number(value)
}
