/**
 * What writers were told, held against the histories afterwards.
 *
 * The histories are read from the tables and [replayed](./Replay.ts) by a few lines that share no code with what is tested.
 */
import type { Answer } from "./Client.ts"
import { sql } from "./Database.ts"
import type { Operation } from "./Operation.ts"
import * as Replay from "./Replay.ts"

/** Counts of what was found. All but the first four must be 0. */
export interface Findings {
  /** Updates that were acknowledged, and changed something. */
  readonly updates: number
  /** Answers that showed a state without changing it. */
  readonly reads: number
  /** Moves that were refused, and whatever was asked of deleted tasks. */
  readonly refused: number
  /** Entries of the histories. */
  readonly entries: number
  /** Acknowledged and in no history. */
  readonly lost: number
  /** In a history more than once, or under another version than the answer's. */
  readonly misplaced: number
  /** In a history and never acknowledged. */
  readonly unasked: number
  /** Tasks whose versions are not 1, 2, 3 … up to that of the task, or that are not what their history gives. */
  readonly broken: number
  /** Answers that show another state than the history gives at their version. */
  readonly wrong: number
  /** Answers with a version before one that was answered to anybody before the request was sent. */
  readonly backwards: number
  /** Versions that are older than the one before them. */
  readonly timeBackwards: number
}

export const names: ReadonlyArray<keyof Findings> = [
  "lost",
  "misplaced",
  "unasked",
  "broken",
  "wrong",
  "backwards",
  "timeBackwards"
]

interface Told {
  readonly operation: Operation
  readonly version: number
  readonly body: string
}

export interface Ledger {
  /** What was told of a record before now; to be asked before the request is sent. */
  readonly seen: (record: string) => number
  /** Notes an answer. Whether it is one that may be had is for the caller to say. */
  readonly note: (operation: Operation, answer: Answer, seen: number) => void
  readonly updates: () => number
  readonly check: (url: string) => Promise<Findings>
}

export const make = (): Ledger => {
  const told: Array<Told> = []
  const newest = new Map<string, number>()
  let updates = 0
  let refused = 0
  let backwards = 0
  return {
    seen: (record) => newest.get(record) ?? 0,
    updates: () => updates,
    note: (operation, { body, status, version }, seen) => {
      if (status !== 200) {
        refused++
        return
      }
      const { kind, record } = operation
      if (kind !== "nothing" && kind !== "read") updates++
      if (version > 0) {
        if (version < seen || (version === seen && kind !== "nothing" && kind !== "read")) backwards++
        newest.set(record, Math.max(version, newest.get(record) ?? 0))
      }
      told.push({ operation, version, body })
    },
    check: async (url) => {
      const histories = await replay(url)
      const count = { lost: 0, misplaced: 0, wrong: 0, reads: 0 }
      const acknowledged = new Set<number>()
      for (const { body, operation: { kind, number, record }, version } of told) {
        const history = histories.byRecord.get(record)!
        if (kind === "nothing" || kind === "read") count.reads++
        else {
          acknowledged.add(number)
          const places = histories.places.get(number) ?? []
          if (places.length === 0) count.lost++
          // A deletion is answered without a version.
          else if (
            places.length > 1 || places[0]!.record !== record || (kind !== "delete" && places[0]!.version !== version)
          ) {
            count.misplaced++
          }
        }
        if (kind !== "delete" && history.states[version - 1] !== shown(JSON.parse(body))) count.wrong++
      }
      return {
        ...count,
        updates,
        refused,
        entries: histories.entries,
        unasked: [...histories.places.keys()].filter((number) => !acknowledged.has(number)).length,
        broken: [...histories.byRecord.values()].filter(({ isBroken }) => isBroken).length,
        backwards,
        timeBackwards: histories.timeBackwards
      }
    }
  }
}

interface State {
  readonly name: string | null
  readonly status: string
  readonly status_reason: string | null
  readonly updated_at: string
  readonly params: Readonly<Record<string, unknown>> | null
  readonly task_metadata: Readonly<Record<string, unknown>> | null
}

/** The parts of a state that change, as one text: keys have no order. */
const shown = ({ params, status, status_reason, task_metadata, updated_at }: State): string =>
  Replay.canonical([status, status_reason, updated_at, params, task_metadata])

interface History {
  /** The state at each version. */
  readonly states: Array<string>
  isBroken: boolean
}

interface Place {
  readonly record: string
  readonly version: number
}

const at = `to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** Reads all histories, and the tasks that they must lead to, as of one moment. */
const replay = async (url: string) => {
  const rows = await sql(
    url,
    `SELECT record_id AS record, h.version::int, ${at} AS at, reason, initial, patch, moves, to_jsonb(t) - 'updated_at' AS task,
        t.version::int AS present, ${at.replace("(at", "(t.updated_at")} AS updated_at
      FROM record_history h LEFT JOIN tasks t ON t.tenant = h.tenant AND t.id = h.record_id
        AND NOT EXISTS (SELECT FROM record_history n WHERE n.tenant = h.tenant AND n.kind = 'Task'
          AND n.record_id = h.record_id AND n.version > h.version)
      WHERE kind = 'Task' ORDER BY record_id, h.version`
  )
  const byRecord = new Map<string, History>()
  const places = new Map<number, Array<Place>>()
  let timeBackwards = 0
  let state: State | undefined
  for (const row of rows) {
    const { initial, moves, patch, present, record, reason, task, updated_at, version } = row
    let history = byRecord.get(record)
    if (history === undefined) {
      history = { states: [], isBroken: version !== 1 }
      byRecord.set(record, history)
      state = initial as State
    } else {
      if (version !== history.states.length + 1) history.isBroken = true
      if (row.at < state!.updated_at) timeBackwards++
      const number = numberOf(patch, reason)
      if (number !== undefined) {
        const found = places.get(number)
        found === undefined ? places.set(number, [{ record, version }]) : found.push({ record, version })
      }
      state = { ...Replay.after(state!, patch, moves), updated_at: row.at } as State
    }
    history.states.push(shown(state!))
    // The newest version is the task itself.
    if (task !== null && (present !== version || shown({ ...task, updated_at }) !== shown(state!))) {
      history.isBroken = true
    }
  }
  return { byRecord, places, timeBackwards, entries: rows.length }
}

/** The number that an operation left in its entry. */
const numberOf = (patch: any, reason: string | null): number | undefined => {
  const values = [
    ...Object.values(patch.params?.merge?.set ?? {}).filter((value) => typeof value === "number"),
    patch.task_metadata?.set?.by,
    reason?.startsWith("#") ? Number(reason.slice(1)) : undefined
  ].filter((value) => value !== undefined)
  return values[0] as number | undefined
}
