/** Whole records, into the memory and out of it. */
import { Equality } from "@emend/algebra"
import { type EventLog, Json, RecordArchive, RecordKind, type Revision, Text } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { nameOf } from "./MemoryEntries.ts"
import { type Entry, frozen, type State } from "./MemoryState.ts"

type Archived = RecordArchive.Archived
type Index = Set<string>

const kinds = new Map(RecordArchive.archivedKinds.map((kind) => [kind.kind.name, kind]))

/** Gives the archive of what is kept. */
export const make = (state: State): RecordArchive.RecordArchive["Service"] => ({
  put: (parcels) =>
    Effect.sync(() => {
      const index = indexOf(state)
      return parcels.map((parcel) => put(state, index, parcel))
    }),
  get: (keys) => Effect.sync(() => keys.map((key) => find(state, key))),
  read: ({ after = "", kind, limit, tenant }) =>
    Effect.sync(() =>
      all(state, kind).filter(({ key }) => key.tenant === tenant && Text.byCodePoint(key.id, after) > 0)
        .sort((a, b) => Text.byCodePoint(a.key.id, b.key.id)).slice(0, limit)
    ),
  tenants: Effect.sync(() =>
    [...new Set([...kinds.keys()].flatMap((kind) => all(state, kind).map(({ key }) => key.tenant)))]
      .sort(Text.byCodePoint)
  )
})

const put = (state: State, index: Index, { along = [], record }: RecordArchive.Parcel): RecordArchive.PutResult => {
  const present = find(state, record.key)
  if (present !== undefined) {
    return Equality.same(present, record)
      ? Result.succeed("present")
      : Result.fail({ _tag: "Different", key: record.key })
  }
  const kept: Array<Archived> = []
  const names: Array<string> = []
  for (const one of [record, ...along]) {
    const rejection = refusal(state, index, one)
    if (rejection !== undefined) {
      for (const { key } of kept) remove(state, key)
      for (const name of names) index.delete(name)
      return Result.fail(rejection)
    }
    keep(state, one)
    for (const [name] of claims(one.key.tenant, kinds.get(one.key.kind)!, one.state)) {
      index.add(name)
      names.push(name)
    }
    kept.push(one)
  }
  return Result.succeed("added")
}

const refusal = (state: State, index: Index, { key, state: row }: Archived): RecordArchive.Rejection | undefined => {
  const kind = kinds.get(key.kind)!
  if (find(state, key) !== undefined) return { _tag: "Taken", key, fields: ["id"] }
  for (const [field, target] of Object.entries(kind.references ?? {})) {
    if (row[field] !== null && find(state, { kind: target, tenant: key.tenant, id: row[field] }) === undefined) {
      return { _tag: "Dangling", key, field }
    }
  }
  const clash = claims(key.tenant, kind, row).find(([name]) => index.has(name))
  if (clash !== undefined) return { _tag: "Taken", key, fields: clash[1] }
  if (key.kind !== "Event") {
    const field = Object.keys(row).find((field) =>
      typeof row[field] === "object" && row[field] !== null && Json.textBytes(row[field]) > Json.maxBytes
    )
    if (field !== undefined) return { _tag: "TooLarge", key, field, limit: Json.maxBytes }
  }
  return closes(state, kind, key.tenant, row) ? { _tag: "Cycle", key } : undefined
}

/** Whether an edge would lead back to where it comes from. */
const closes = (state: State, { acyclic, kind }: RecordKind.RecordKind, tenant: string, row: Revision.Row): boolean => {
  if (acyclic === undefined || row[acyclic.where] !== true) return false
  const next = new Map<string, Array<string>>()
  for (const { key, state: edge } of state.entries.all()) {
    if (key.kind !== kind.name || key.tenant !== tenant || edge[acyclic.where] !== true) continue
    const found = next.get(edge[acyclic.from])
    found === undefined ? next.set(edge[acyclic.from], [edge[acyclic.to]]) : found.push(edge[acyclic.to])
  }
  const reached = new Set([row[acyclic.to] as string])
  for (const at of reached) for (const to of next.get(at) ?? []) reached.add(to)
  return reached.has(row[acyclic.from])
}

/** Unique values that a record claims: a name of each, with its fields. */
const claims = (tenant: string, kind: RecordKind.RecordKind, row: Revision.Row) =>
  (kind.unique ?? []).flatMap(({ among, fields }, at): ReadonlyArray<readonly [string, ReadonlyArray<string>]> =>
    fields.some((field) => row[field] === null) || (among === "live" && RecordKind.isDeleted(kind, row))
      ? []
      : [[JSON.stringify([kind.kind.name, tenant, at, ...fields.map((field) => row[field])]), fields]]
  )

const indexOf = (state: State): Index =>
  new Set([...kinds.values()].flatMap((kind) =>
    (kind.unique ?? []).length === 0
      ? []
      : all(state, kind.kind.name).flatMap(({ key, state: row }) => claims(key.tenant, kind, row).map(([name]) => name))
  ))

const find = (state: State, key: Archived["key"]): Archived | undefined => {
  if (key.kind === "Event") {
    const event = state.events.get(nameOf(key.tenant, key.id))
    return event && { key, version: 1, state: event as unknown as Revision.Row, history: [], snapshots: [] }
  }
  const entry = state.entries.get(key)
  return entry && archived(entry)
}

const archived = ({ history, key, snapshots, state, version }: Entry): Archived => ({
  key,
  version,
  state,
  history,
  // The first state follows from the creation.
  snapshots: history.length === 0 ? [] : snapshots.filter((one) => one.version > 1 || history[0]!.redacted === true)
})

const all = (state: State, kind: string): ReadonlyArray<Archived> =>
  kind === "Event"
    ? [...state.events].map(([name, event]) => {
      const [tenant] = JSON.parse(name) as [string]
      return find(state, { kind, tenant, id: event.id })!
    })
    : [...state.entries.all()].filter(({ key }) => key.kind === kind).map(archived)

const keep = (state: State, { history, key, snapshots, state: row, version }: Archived): void => {
  const { id, kind, tenant } = key
  if (kind === "Event") {
    state.events.set(nameOf(tenant, id), frozen(row) as unknown as EventLog.Event)
    return
  }
  const first = history[0]
  const states = first === undefined
    ? [{ version, state: row }]
    : first.initial === null || first.redacted === true
    ? snapshots
    : [{ version: 1, state: first.initial }, ...snapshots]
  state.entries.set(frozen({ key: { id, kind, tenant }, version, state: row, history, snapshots: states }))
}

const remove = (state: State, key: Archived["key"]): void => {
  if (key.kind === "Event") state.events.delete(nameOf(key.tenant, key.id))
  else state.entries.delete(key)
}
