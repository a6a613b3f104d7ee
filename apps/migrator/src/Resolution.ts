/**
 * What a record lacks that only the store knows which it goes to.
 *
 * @since 0.1.0
 */
import { ContentHash, RecordArchive, type RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import { ChangeNumbers } from "./ChangeNumbers.ts"
import type { Flaw } from "./Flaw.ts"
import type { Origin } from "./Rejects.ts"
import type { Item } from "./Shape.ts"
import { begun } from "./Shape.ts"

/**
 * A record that was read, and where.
 *
 * @category models
 * @since 0.1.0
 */
export interface Read extends Item {
  readonly origin: Origin
}

/**
 * A record with all that it needs, or what is wrong with it.
 *
 * @category models
 * @since 0.1.0
 */
export type Resolved =
  & { readonly origin: Origin }
  & ({ readonly parcel: RecordArchive.Parcel } | { readonly flaw: Flaw })

type Services = RecordArchive.RecordArchive | ChangeNumbers

const agentKind = RecordArchive.archivedKinds.find((kind) => kind.kind.name === "Agent")!

/**
 * Completes records of one kind. An agent is an opaque id: one that an event or a tracker names is made where it is not
 * there. A cursor gets the number of its event; a link gets the times of its ends, its id, and the change of the graph
 * that tells of it.
 *
 * @category operations
 * @since 0.1.0
 */
export const resolve = Effect.fnUntraced(function*(
  kind: string,
  items: ReadonlyArray<Read>
): Effect.fn.Return<ReadonlyArray<Resolved>, RecordStore.StoreUnavailable, Services> {
  if (kind === "Event" || kind === "AgentTaskTracker") yield* makeAgents(items)
  if (kind === "AgentTaskTracker") return yield* cursors(items)
  if (kind === "BoardLink") return yield* links(items)
  return items.map(({ origin, record }) => ({ origin, parcel: { record } }))
})

const makeAgents = Effect.fnUntraced(function*(items: ReadonlyArray<Read>) {
  const archive = yield* RecordArchive.RecordArchive
  const first = new Map<string, RecordArchive.Archived>()
  for (const { record: { key: { tenant }, state } } of items) {
    const name = JSON.stringify([tenant, state["agent_id"]])
    if (first.has(name)) continue
    first.set(name, begun(agentKind, tenant, { id: state["agent_id"], name: null, created_at: state["created_at"] }))
  }
  const agents = [...first.values()]
  const there = yield* archive.get(agents.map(({ key }) => key), [])
  yield* archive.put(agents.filter((_, i) => there[i] === undefined).map((record) => ({ record })))
})

const cursors = Effect.fnUntraced(function*(items: ReadonlyArray<Read>) {
  const archive = yield* RecordArchive.RecordArchive
  const keys = items.map(({ lookUp, record: { key: { tenant }, state } }) =>
    lookUp === "cursor" ? { kind: "Event", tenant, id: state["last_processed_event_id"].id as string } : undefined
  )
  const wanted = keys.filter((key) => key !== undefined)
  const found = yield* archive.get(wanted, ["id", "sequence_id", "task_id", "agent_id"])
  let at = 0
  return items.map(({ origin, record }, i): Resolved => {
    if (keys[i] === undefined) return { origin, parcel: { record } }
    const event = found[at++]
    const { agent_id, task_id } = record.state
    if (event === undefined || event["task_id"] !== task_id || event["agent_id"] !== agent_id) {
      const reason = "last_processed_event_id names no event of the tracker's task and agent"
      return { origin, flaw: { kind: record.key.kind, reason } }
    }
    const cursor = { sequence: event["sequence_id"], id: event["id"] }
    return { origin, parcel: { record: changed(record, { last_processed_event_id: cursor }) } }
  })
})

const links = Effect.fnUntraced(function*(items: ReadonlyArray<Read>) {
  const archive = yield* RecordArchive.RecordArchive
  const open = items.filter(({ lookUp }) => lookUp === "ends")
  const ends = yield* archive.get(
    open.flatMap(({ record: { key: { tenant }, state } }) =>
      [state["parent_id"], state["child_id"]].map((id) => ({ kind: "BoardTask", tenant, id: id as string }))
    ),
    ["created_at"]
  )
  const made = yield* Effect.forEach(open, ({ record }, i): Effect.Effect<string | RecordArchive.Archived> => {
    const [parent, child] = [ends[2 * i], ends[2 * i + 1]]
    if (parent === undefined || child === undefined) {
      return Effect.succeed(`${parent === undefined ? "parent_id" : "child_id"} names a record that does not exist`)
    }
    const [parent_created_at, child_created_at] = [parent["created_at"], child["created_at"]]
    const { child_id, created_at, parent_id, updated_at } = record.state
    // A link that does not say when it was made is as old as the younger of its ends.
    const at = created_at > "0001-01-01T00:00:00.000000Z"
      ? created_at
      : parent_created_at > child_created_at
      ? parent_created_at
      : child_created_at
    const updated = updated_at > at ? updated_at : at
    return Effect.map(
      ContentHash.of([parent_id, child_id]),
      (id) => changed(record, { id, parent_created_at, child_created_at, created_at: at, updated_at: updated })
    )
  })
  const records = made.filter((one) => typeof one !== "string")
  const there = yield* archive.get(records.map(({ key }) => key), [])
  const known = new Set(records.filter((_, i) => there[i] !== undefined))
  const next = yield* numbers(records)
  let at = 0
  return items.map(({ lookUp, origin, record }): Resolved => {
    if (lookUp === undefined) return { origin, parcel: { record } }
    const one = made[at++]!
    if (typeof one === "string") return { origin, flaw: { kind: "BoardLink", reason: one } }
    if (known.has(one) || one.state["linked"] !== true) return { origin, parcel: { record: one } }
    return { origin, parcel: { record: one, along: [told(one, next(one.key.tenant))] } }
  })
})

/** Gives out the numbers of changes of the graph, from the last one of each tenant on. */
const numbers = Effect.fnUntraced(function*(records: ReadonlyArray<RecordArchive.Archived>) {
  const changes = yield* ChangeNumbers
  const last = new Map<string, number>()
  for (const tenant of new Set(records.map(({ key }) => key.tenant))) last.set(tenant, yield* changes.last(tenant))
  return (tenant: string): number => {
    const number = last.get(tenant)! + 1
    last.set(tenant, number)
    return number
  }
})

const told = ({ key: { tenant }, state }: RecordArchive.Archived, number: number): RecordArchive.Archived => {
  const id = String(number)
  const { child_id, created_at, created_by, parent_id } = state
  return {
    key: { kind: "BoardChange", tenant, id },
    version: 1,
    state: {
      id,
      number,
      change: "linked",
      task_id: parent_id,
      subtask_id: child_id,
      at: created_at,
      by: created_by,
      reason: "Imported"
    },
    history: [],
    snapshots: []
  }
}

/** A record that begins with some of its fields changed. */
const changed = (record: RecordArchive.Archived, fields: Readonly<Record<string, unknown>>): RecordArchive.Archived => {
  const kind = RecordArchive.archivedKinds.find((kind) => kind.kind.name === record.key.kind)!
  return begun(kind, record.key.tenant, { ...record.state, ...fields })
}
