/** Whole records, into the memory and out of it. */
import { Equality } from "@emend/algebra"
import { type EventLog, Json, RecordArchive, RecordKind, type Revision, Text } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { nameOf } from "./MemoryEntries.ts"
import { type Entry, frozen, type State } from "./MemoryState.ts"

type Archived = RecordArchive.Archived

/** What is asked of all records at once: gathered for a batch, and kept up to date in it. */
interface Index {
  /** By kind, the names of the unique values that are claimed; gathered with the first record of the kind. */
  readonly names: Map<string, Set<string>>
  /** By kind and tenant, where edges lead from each node; gathered with the first edge. */
  readonly ways: Map<string, Map<string, Array<string>>>
}

const kinds = new Map(RecordArchive.archivedKinds.map((kind) => [kind.kind.name, kind]))

/** Gives the archive of what is kept. */
export const make = (state: State): RecordArchive.RecordArchive["Service"] => ({
  put: (parcels) =>
    Effect.sync(() => {
      const index: Index = { names: new Map(), ways: new Map() }
      return parcels.map((parcel) => put(state, index, parcel))
    }),
  get: (keys, fields) =>
    Effect.sync(() =>
      keys.map((key) => {
        const found = find(state, key)
        return found && Object.fromEntries(fields.map((field) => [field, found.state[field]]))
      })
    ),
  read: (range) => Effect.sync(() => [...page(state, range)]),
  tenants: Effect.sync(() =>
    [...new Set([...kinds.keys()].flatMap((kind) => all(state, kind).map(({ key }) => key.tenant)))]
      .sort(Text.byCodePoint)
  )
})

/** The records of a range, in order, up to the one by which their states or their histories take so many bytes. */
function* page(state: State, range: RecordArchive.Range): Generator<Archived> {
  let [states, histories] = [0, 0]
  for (const key of first(state, range)) {
    const record = find(state, key)!
    yield record
    if (range.bytes === undefined) continue
    states += Json.textBytes(record.state)
    histories += Json.textBytes([record.history, record.snapshots])
    if (Math.max(states, histories) >= range.bytes) return
  }
}

/** The keys of a range, in order. No more than two pages of them are held and sorted, however many there are. */
const first = (
  state: State,
  { after = "", kind, limit, tenant }: RecordArchive.Range
): ReadonlyArray<Archived["key"]> => {
  let found: Array<Archived["key"]> = []
  let last: string | undefined
  for (const key of keys(state, kind)) {
    if (key.tenant !== tenant || Text.byCodePoint(key.id, after) <= 0) continue
    if (last !== undefined && Text.byCodePoint(key.id, last) > 0) continue
    found.push(key)
    if (found.length < 2 * limit) continue
    found = sorted(found).slice(0, limit)
    last = found.at(-1)?.id
  }
  return sorted(found).slice(0, limit)
}

const sorted = (keys: ReadonlyArray<Archived["key"]>) => keys.toSorted((a, b) => Text.byCodePoint(a.id, b.id))

function* keys(state: State, kind: string): Generator<Archived["key"]> {
  if (kind !== "Event") { for (const { key } of state.entries.all()) if (key.kind === kind) yield key }
  else {
    for (const [name, { id }] of state.events) {
      const [tenant] = JSON.parse(name) as [string]
      yield { kind, tenant, id }
    }
  }
}

const put = (state: State, index: Index, { along = [], record }: RecordArchive.Parcel): RecordArchive.PutResult => {
  const present = find(state, record.key)
  if (present !== undefined) {
    return Equality.same(present, record)
      ? Result.succeed("present")
      : Result.fail({ _tag: "Different", key: record.key })
  }
  const kept: Array<Archived> = []
  for (const one of [record, ...along]) {
    const rejection = refusal(state, index, one)
    if (rejection !== undefined) {
      for (const { key } of kept) remove(state, key)
      // What was taken back is among them.
      if (kept.length > 0) { for (const gathered of [index.names, index.ways]) gathered.clear() }
      return Result.fail(rejection)
    }
    keep(state, one)
    const kind = kinds.get(one.key.kind)!
    for (const [name] of claims(one.key.tenant, kind, one.state)) claimed(state, index, kind).add(name)
    addWay(index, one)
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
  const clash = claims(key.tenant, kind, row).find(([name]) => claimed(state, index, kind).has(name))
  if (clash !== undefined) return { _tag: "Taken", key, fields: clash[1] }
  if (key.kind !== "Event") {
    const field = Object.keys(row).find((field) =>
      typeof row[field] === "object" && row[field] !== null && Json.textBytes(row[field]) > Json.maxBytes
    )
    if (field !== undefined) return { _tag: "TooLarge", key, field, limit: Json.maxBytes }
  }
  return closes(state, index, kind, key.tenant, row) ? { _tag: "Cycle", key } : undefined
}

/** Whether an edge would lead back to where it comes from. */
const closes = (
  state: State,
  index: Index,
  kind: RecordKind.RecordKind,
  tenant: string,
  row: Revision.Row
): boolean => {
  const { acyclic } = kind
  if (acyclic === undefined || row[acyclic.where] !== true) return false
  const name = nameOf(kind.kind.name, tenant)
  let ways = index.ways.get(name)
  if (ways === undefined) {
    index.ways.set(name, ways = new Map())
    for (const { key, state: edge } of state.entries.all()) {
      if (key.kind === kind.kind.name && key.tenant === tenant) lead(ways, acyclic, edge)
    }
  }
  const reached = new Set([row[acyclic.to] as string])
  for (const at of reached) for (const to of ways.get(at) ?? []) reached.add(to)
  return reached.has(row[acyclic.from])
}

const lead = (
  ways: Map<string, Array<string>>,
  { from, to, where }: NonNullable<RecordKind.RecordKind["acyclic"]>,
  edge: Revision.Row
): void => {
  if (edge[where] !== true) return
  const found = ways.get(edge[from])
  found === undefined ? ways.set(edge[from], [edge[to]]) : found.push(edge[to])
}

const addWay = ({ ways }: Index, { key, state }: Archived): void => {
  const { acyclic } = kinds.get(key.kind)!
  const own = ways.get(nameOf(key.kind, key.tenant))
  if (acyclic !== undefined && own !== undefined) lead(own, acyclic, state)
}

/** Unique values that a record claims: a name of each, with its fields. */
const claims = (tenant: string, kind: RecordKind.RecordKind, row: Revision.Row) =>
  (kind.unique ?? []).flatMap(({ among, fields }, at): ReadonlyArray<readonly [string, ReadonlyArray<string>]> =>
    fields.some((field) => row[field] === null) || (among === "live" && RecordKind.isDeleted(kind, row))
      ? []
      : [[JSON.stringify([kind.kind.name, tenant, at, ...fields.map((field) => row[field])]), fields]]
  )

const claimed = (state: State, index: Index, kind: RecordKind.RecordKind): Set<string> => {
  const { name } = kind.kind
  let names = index.names.get(name)
  if (names === undefined) {
    names = new Set()
    index.names.set(name, names)
    if ((kind.unique ?? []).length > 0) {
      for (const { key, state: row } of all(state, name)) {
        for (const [claim] of claims(key.tenant, kind, row)) names.add(claim)
      }
    }
  }
  return names
}

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
