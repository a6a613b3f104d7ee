/** What requests that are data ask of a store, and what a store answers. */
import { EventLog, RecordStore } from "@emend/domain"
import type { Database } from "@emend/postgres"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Asks from "./Asks.ts"
import { agent, at, author, task, tracker } from "./Records.ts"

type Stores = RecordStore.RecordStore | EventLog.EventLog

const key = (kind: string, tenant: string, id: string): RecordStore.RecordKey => ({ kind, tenant, id })

const board = (id: string): Asks.Insert["state"] => ({
  organization_id: "o",
  title: "t",
  created_at: at(),
  updated_at: at(),
  id,
  description: null,
  status: "backlog",
  priority: 3,
  assigned_to_type_id: null,
  assigned_to_instance_id: null,
  assigned_to_user_id: null,
  correlation_bucket_id: null,
  created_by: null,
  source: "manual",
  is_deleted: false
})

const states: Readonly<Record<string, (id: string) => Asks.Insert["state"]>> = {
  Task: (id) => task(id),
  AgentTaskTracker: (id) => tracker(id, "log", "i"),
  BoardTask: board,
  Agent: agent
}

const dead: Readonly<Record<string, Asks.Insert["state"]>> = {
  Task: { status: "DELETED" },
  BoardTask: { is_deleted: true }
}

/** The trackers of the settled records: two of one task, one of another. */
const assigned: ReadonlyArray<readonly [id: string, task: string, agent: string]> = [
  ["one", "log", "g"],
  ["two", "log", "h"],
  ["three", "one", "g"],
  ["spare", "two", "g"],
  ["gone", "three", "g"]
]

/** Writes what the groups find: the records by name, and four events of each of three trackers, in turn. */
export const settle = Effect.fnUntraced(function*(tenant: string) {
  const store = yield* RecordStore.RecordStore
  const log = yield* EventLog.EventLog
  const insert = (kind: string, state: Asks.Insert["state"]): RecordStore.Commit => [{
    _tag: "Insert",
    key: key(kind, tenant, state["id"]),
    state,
    author: author()
  }]
  const named = Asks.settled.flatMap((id) => [
    insert("Task", task(id, { ...id === "gone" ? dead["Task"] : id === "spare" ? { name: "spare" } : {} })),
    insert("BoardTask", { ...board(id), ...id === "gone" ? dead["BoardTask"] : {} })
  ])
  const written = yield* store.commit([
    ...named,
    insert("Task", task("log")),
    ...["one", "g", "h", "i", "j"].map((id) => insert("Agent", agent(id))),
    ...assigned.map(([id, task, agent]) => insert("AgentTaskTracker", tracker(id, task, agent)))
  ])
  written.forEach(Result.getOrThrow)
  const events = [0, 1, 2, 3].flatMap((n) =>
    assigned.slice(0, 3).map(([id, task_id, agent_id]) => ({
      tenant,
      id: `${id}-${n}`,
      task_id,
      agent_id,
      created_at: at(),
      content: n
    }))
  )
  ;(yield* log.append(events)).forEach(Result.getOrThrow)
})

/** The records that updates and reads are about, and those that inserts are. */
export const keys = (tenant: string): ReadonlyArray<RecordStore.RecordKey> => {
  const ids = [...new Set([...Asks.names, ...Asks.fresh])].filter((id) => !id.includes("\u0000"))
  return Object.keys(states).flatMap((kind) => ids.map((id) => key(kind, tenant, id)))
}

const tables = [
  "tasks",
  "agents",
  "agent_task_trackers",
  "board_tasks",
  "record_history",
  "events",
  "task_event_heads",
  "memos"
]

/** Every row that is there of a tenant, as it lies in the tables, without the transactions that wrote it. */
export const everything = (query: Database.Run, tenant: string) =>
  Effect.forEach(tables, (table) =>
    Effect.map(
      query(
        `SELECT (to_jsonb(t) - '{tenant,transaction}'::text[])::text COLLATE "C" FROM ${table} t WHERE tenant = $1 ORDER BY 1`,
        [tenant]
      ),
      (rows) => ({ table, rows: rows.map(([row]) => row) })
    ))

/** What the requests of a group are about, and which of them could not be told apart from another order. */
export interface Group {
  readonly tenants: ReadonlyArray<string>
  /** Which group of its program, from 0. */
  readonly number: number
  /** The version of each record at the beginning. */
  readonly versions: ReadonlyMap<string, number>
  readonly asks: ReadonlyArray<Asks.Ask>
}

export type Request =
  | { readonly _tag: "Write"; readonly write: RecordStore.Write }
  | { readonly _tag: "Append"; readonly event: EventLog.Append }
  | { readonly _tag: "Read"; readonly key: RecordStore.RecordKey }

export const nameOf = ({ id, kind, tenant }: RecordStore.RecordKey): string => JSON.stringify([kind, tenant, id])

/**
 * Gives the requests of a group. Those of different lanes are about different things, because nobody says which of them is
 * first: tasks with events are not deleted, a rehearsal is about a record of its own, and so on.
 */
export const requests = ({ asks, number, tenants, versions }: Group): ReadonlyArray<Request> => {
  const inserted = new Set(
    asks.flatMap((ask) =>
      ask._tag === "Insert" ? [nameOf(key(ask.kind, tenants[ask.tenant]!, Asks.fresh[ask.slot]!))] : []
    )
  )
  const memoOf = (lane: string, memo: number | null, body: number): Pick<RecordStore.Update, "memo"> =>
    memo === null
      ? {}
      : {
        memo: {
          id: `${lane} ${memo}`,
          fingerprint: `${body}`,
          made: at(number),
          expires: at(number + 2),
          note: { body }
        }
      }
  return asks.flatMap((ask, place): ReadonlyArray<Request> => {
    const tenant = tenants[ask.tenant]!
    switch (ask._tag) {
      case "Append":
        return [{
          _tag: "Append",
          event: {
            tenant,
            id: `${number}-${ask.slot}`,
            task_id: ask.task,
            agent_id: ask.agent,
            created_at: at(),
            content: ask.content,
            ...memoOf("Append", ask.memo, place)
          }
        }]
      case "Read":
        return [{ _tag: "Read", key: key(ask.kind, tenant, Asks.names[ask.slot]!) }]
      case "Insert": {
        const id = Asks.fresh[ask.slot]!
        const name = ask.state["name"] === "new" ? { name: `new ${number}` } : {}
        return [{
          _tag: "Write",
          write: {
            _tag: "Insert",
            key: key(ask.kind, tenant, id),
            state: { ...states[ask.kind]!(id), ...ask.state, ...name },
            author: author(number),
            ifAbsent: ask.ifAbsent,
            ...memoOf(`Insert ${ask.kind}`, ask.memo, place)
          }
        }]
      }
      case "Update": {
        const id = ask.dry ? "spare" : Asks.names[ask.slot]!
        const target = key(ask.kind, tenant, id)
        if (inserted.has(nameOf(target))) return []
        const lives = ask.kind === "Task" && id === "one" && ask.assign["status"] === "DELETED"
        const own = assigned.find(([tracker]) => tracker === id)?.[0] ?? "one"
        const other = own === "one" ? "two" : "one"
        const event = ask.event === null
          ? undefined
          : [`${own}-0`, `${own}-1`, `${own}-2`, `${own}-3`, `${other}-1`, "x"][ask.event]!
        const name = ask.assign["name"] === "again" ? { name: `again ${number} ${place}` } : {}
        const present = versions.get(nameOf(target)) ?? 1
        return [{
          _tag: "Write",
          write: {
            _tag: "Update",
            key: target,
            patch: ask.patch,
            assign: lives ? { status: "FAILED" } : { ...ask.assign, ...name },
            where: ask.where,
            backwards: ask.backwards,
            author: { ...author(number * 10 + ask.seconds), reason: place % 3 === 0 ? null : `${place}` },
            ...(ask.versions === null ? {} : { versions: ask.versions.map((by) => present + by) }),
            ...(event === undefined ? {} : { advance: { last_processed_event_id: event } }),
            ...(ask.dry ? { dry: true } : memoOf(`Update ${ask.kind}`, ask.memo, place))
          }
        }]
      }
    }
  })
}

/** Asks a store for one thing, and gives the answer with what it says of the database alone left out. */
export const answered = (request: Request): Effect.Effect<unknown, RecordStore.StoreUnavailable, Stores> => {
  switch (request._tag) {
    case "Read":
      return Effect.flatMap(
        RecordStore.RecordStore,
        (store) => Effect.map(store.get([request.key]), ([found]) => found)
      )
    case "Append":
      return Effect.flatMap(
        EventLog.EventLog,
        (log) => Effect.map(log.append([request.event]), ([result]) => plain(result!))
      )
    case "Write":
      return Effect.flatMap(
        RecordStore.RecordStore,
        (store) => Effect.map(store.commit([[request.write]]), ([result]) => plain(result!))
      )
  }
}

const plain = <A, E>(result: Result.Result<A, E>): unknown =>
  Result.isSuccess(result) ? { done: result.success } : { refused: result.failure }
