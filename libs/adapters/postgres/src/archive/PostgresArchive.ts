/**
 * The archive on PostgreSQL. Records come by COPY into temporary tables and are compared and moved from there by
 * statements over many rows.
 *
 * @since 0.1.0
 */
import { Json, RecordArchive, type RecordStore, type Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import pg from "pg"
import * as ArchiveReading from "./ArchiveReading.ts"
import * as ArchiveTable from "./ArchiveTable.ts"
import * as Cycle from "./Cycle.ts"
import { failure, type PutFailed, type Session, session } from "./Session.ts"
import * as Waves from "./Waves.ts"

/**
 * Settings of the archive. The database must be in the present form, see `PostgresStore`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly url: Redacted.Redacted
  /** How many connections it may open. Default 2. */
  readonly maxConnections?: number
}

/**
 * The settings of its connections. A stage has no statistics, nor has a table that was filled just now: whatever the
 * planner guesses, tables are looked up, and read on in order, by their indexes.
 *
 * @category settings
 * @since 0.1.0
 */
export const options =
  "-c TimeZone=UTC -c client_min_messages=warning -c enable_seqscan=off -c enable_bitmapscan=off " +
  "-c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c work_mem=32MB -c temp_buffers=32MB"

/**
 * Opens the archive while the scope is open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { maxConnections = 2, url }: Options
): Effect.Effect<RecordArchive.RecordArchive["Service"], never, Scope.Scope> =>
  Effect.gen(function*() {
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const pool = new pg.Pool({
          connectionString: Redacted.value(url),
          max: maxConnections,
          application_name: "emend archive",
          options
        })
        // A connection that is lost while it is idle is replaced by the next one who needs it.
        pool.on("error", () => {})
        return pool
      }),
      (pool) => Effect.promise(() => pool.end())
    )
    const tables: Tables = new Map(ArchiveTable.all().map((table) => [table.relation.kind.kind.name, table]))
    const on: On = { pool, tables, expectsNew: new Set(tables.keys()) }
    return {
      put: (parcels) =>
        Effect.gen(function*() {
          const results: Array<RecordArchive.PutResult> = []
          for (const wave of Waves.waves(parcels)) yield* put(on, parcels, wave, results)
          return results
        }),
      get: Effect.fnUntraced(function*(keys, fields) {
        const found = new Map<string, Revision.Row>()
        for (const group of groups(keys)) {
          const [{ kind, tenant }] = group
          const table = tables.get(kind)!
          const ids = group.map(({ id }) => id)
          for (
            const [id, row] of yield* session(pool, (open) => ArchiveReading.byKey(open, table, tenant, ids, fields))
          ) {
            found.set(nameOf({ kind, tenant, id }), row)
          }
        }
        return keys.map((key) => found.get(nameOf(key)))
      }),
      read: (range) => session(pool, (session) => ArchiveReading.read(session, tables.get(range.kind)!, range)),
      tenants: session(pool, (session) => ArchiveReading.tenants(session, [...tables.values()]))
    }
  })

/**
 * Provides the archive.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<RecordArchive.RecordArchive> =>
  Layer.effect(RecordArchive.RecordArchive, make(options))

type Keys = readonly [RecordStore.RecordKey, ...ReadonlyArray<RecordStore.RecordKey>]

const nameOf = ({ id, kind, tenant }: RecordStore.RecordKey): string => JSON.stringify([kind, tenant, id])

/** Keys of one kind and tenant together. */
const groups = (keys: ReadonlyArray<RecordStore.RecordKey>): Iterable<Keys> => {
  const out = new Map<string, [RecordStore.RecordKey, ...Array<RecordStore.RecordKey>]>()
  for (const key of keys) {
    const name = JSON.stringify([key.kind, key.tenant])
    const group = out.get(name)
    group === undefined ? out.set(name, [key]) : group.push(key)
  }
  return out.values()
}

type Tables = ReadonlyMap<string, ArchiveTable.ArchiveTable>
type Parcels = ReadonlyArray<RecordArchive.Parcel>

interface On {
  readonly pool: pg.Pool
  readonly tables: Tables
  /** Kinds whose last records were all new: so the next ones are inserted first and asked about only if that fails. */
  readonly expectsNew: Set<string>
}

/**
 * Puts the parcels at these places, none of which is in the way of another. Where the database refuses, halves are put
 * one after the other, so that one that is refused is found and its neighbours are not. Of edges the first one that closes a cycle
 * with earlier ones is refused.
 */
const put = (
  on: On,
  parcels: Parcels,
  places: ReadonlyArray<number>,
  results: Array<RecordArchive.PutResult>
): Effect.Effect<void, RecordStore.StoreUnavailable> =>
  Effect.suspend(() => {
    const rest = places.filter((place) => {
      const flaw = tooLarge(parcels[place]!.record)
      if (flaw !== undefined) results[place] = flaw
      return flaw === undefined
    })
    if (rest.length === 0) return Effect.void
    const { pool, tables } = on
    const kinds = new Set(rest.map((place) => parcels[place]!.record.key.kind))
    const expectsNew = [...kinds].every((kind) => on.expectsNew.has(kind))
    return session(pool, (session) => transaction(session, tables, parcels, rest, expectsNew)).pipe(
      Effect.map((found) => {
        let allNew = true
        for (const [place, result] of found) {
          results[place] = result
          if (result !== Waves.added) allNew = false
        }
        if (allNew) { for (const kind of kinds) on.expectsNew.add(kind) }
      }),
      Effect.catchTag("PutFailed", (failed) => {
        const { code, culprit } = failed
        for (const kind of kinds) on.expectsNew.delete(kind)
        if (code.startsWith("40") || expectsNew) return put(on, parcels, rest, results)
        if (culprit !== undefined) {
          results[culprit.place] = culprit.result
          return put(on, parcels, rest.filter((place) => place !== culprit.place), results)
        }
        if (rest.length === 1) {
          const [place] = rest
          results[place!] = failure(failed, tables, parcels[place!]!)
          return Effect.void
        }
        const half = rest.length >> 1
        return Effect.andThen(
          put(on, parcels, rest.slice(0, half), results),
          put(on, parcels, rest.slice(half), results)
        )
      })
    )
  })

const tooLarge = ({ key, state }: RecordArchive.Archived): RecordArchive.PutResult | undefined => {
  if (key.kind === "Event") return undefined
  for (const [field, value] of Object.entries(state)) {
    if (typeof value !== "object" || value === null || Json.fits(value, Json.maxBytes)) continue
    return Waves.refused({ _tag: "TooLarge", key, field, limit: Json.maxBytes })
  }
  return undefined
}

type Found = ReadonlyMap<number, RecordArchive.PutResult>

/** Puts parcels in one transaction. A parcel of one record that cannot be put is left out. */
const transaction = (
  session: Session,
  tables: Tables,
  parcels: Parcels,
  places: ReadonlyArray<number>,
  expectsNew: boolean
): Effect.Effect<Found, RecordStore.StoreUnavailable | PutFailed> =>
  Effect.gen(function*() {
    yield* session.query("BEGIN")
    const found = new Map<number, RecordArchive.PutResult>()
    yield* stage(session, tables, places.map((place) => [place, parcels[place]!.record]), found, expectsNew)
    const along = places.filter((place) => found.get(place) === Waves.added)
      .flatMap((place) => (parcels[place]!.along ?? []).map((record) => [place, record] as const))
    if (along.length > 0) {
      const others = new Map<number, RecordArchive.PutResult>()
      yield* stage(session, tables, along, others, false)
      // The record itself is written by now: the parcel is refused with what goes along.
      for (const [place, record] of along) {
        const result = others.get(place)!
        if (result === Waves.added) continue
        const isThere = Result.isSuccess(result) || result.failure._tag === "Different"
        const taken = Waves.refused({ _tag: "Taken", key: record.key, fields: ["id"] })
        return yield* session.refuse(place, isThere ? taken : result)
      }
    }
    yield* session.query("COMMIT")
    return found
  })

type Numbered = ReadonlyArray<readonly [ord: number, record: RecordArchive.Archived]>

function* lines(records: Numbered, write: (record: RecordArchive.Archived, ord: number) => string): Generator<string> {
  for (const [ord, record] of records) yield write(record, ord)
}

/** Writes records into their table with nothing asked before: the database refuses them all if one is in the way. */
const insert = Effect.fnUntraced(function*(
  session: Session,
  table: ArchiveTable.ArchiveTable,
  statement: string,
  records: Numbered
) {
  // In one order, so that of two who insert the same ones neither waits for the other in turn.
  const sorted = records.toSorted(([, { key: a }], [, { key: b }]) =>
    a.tenant < b.tenant ? -1 : a.tenant > b.tenant ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
  )
  yield* session.copy(statement, lines(sorted, (record) => ArchiveTable.row(table, record)))
  if (table.relation.kind.touched === undefined) return
  yield* session.copy(
    ArchiveTable.history.copyDirectly,
    lines(sorted, (record) => ArchiveTable.historyRows(record))
  )
})

/** Stages records, tells what stands in the way of some, and moves the others into their tables. */
const stage = Effect.fnUntraced(function*(
  session: Session,
  tables: Tables,
  records: Numbered,
  found: Map<number, RecordArchive.PutResult>,
  expectsNew: boolean
) {
  for (const [kind, table] of tables) {
    const own = records.filter(([, { key }]) => key.kind === kind)
    if (own.length === 0) continue
    const { statements } = table
    if (expectsNew && statements.copyDirectly !== undefined) {
      yield* insert(session, table, statements.copyDirectly, own)
      for (const [ord] of own) found.set(ord, Waves.added)
      continue
    }
    const hasHistory = table.relation.kind.touched !== undefined
    // Few answers are waited for: who reads the next records has little time to take them.
    const prepared = [statements.prepare, ...(hasHistory ? [ArchiveTable.history.prepare] : [])]
    yield* session.query([...prepared, ...(statements.lock === undefined ? [] : [statements.lock])].join(";\n"))
    yield* session.copy(statements.copy, lines(own, (record, ord) => ArchiveTable.row(table, record, ord)))
    if (hasHistory) yield* session.copy(ArchiveTable.history.copy, lines(own, ArchiveTable.historyRows))
    const inserts = [
      ...statements.insertAlong,
      statements.insert,
      ...(hasHistory ? [ArchiveTable.history.insert] : [])
    ]
    if (expectsNew && statements.between === undefined) {
      yield* session.query(inserts.map((text) => text.replaceAll("$1", "'{}'")).join(";\n"))
      for (const [ord] of own) found.set(ord, Waves.added)
      continue
    }
    const outcomes = yield* session.query(statements.classify)
    const keys = new Map(own.map(([ord, { key }]) => [ord, key]))
    const there = outcomes.filter(([, outcome]) => outcome === "there").map(([ord]) => ord as number)
    if (there.length > 0) {
      const same = (yield* session.query(statements.same, [there])).map(([ord]) => ord as number)
      const different = hasHistory && same.length > 0
        ? (yield* session.query(ArchiveTable.history.different, [same])).map(([ord]) => ord as number)
        : []
      const present = new Set(same)
      for (const ord of different) present.delete(ord)
      for (const ord of there) {
        found.set(ord, present.has(ord) ? Waves.present : Waves.refused({ _tag: "Different", key: keys.get(ord)! }))
      }
    }
    for (const [ord, outcome] of outcomes) {
      if (outcome === "there") continue
      const key = keys.get(ord as number)!
      const [why, what] = (outcome as string).split(":")
      found.set(
        ord as number,
        Waves.refused(
          why === "dangling"
            ? { _tag: "Dangling", key, field: what! }
            : { _tag: "Taken", key, fields: table.relation.kind.unique![Number(what)]!.fields }
        )
      )
    }
    const left = own.filter(([ord]) => found.has(ord)).map(([ord]) => ord)
    if (left.length < own.length) {
      for (const statement of inserts) yield* session.query(statement, [left])
      if (statements.between !== undefined) {
        const place = closing(yield* session.query(statements.between, [left]), own.filter(([ord]) => !found.has(ord)))
        if (place !== undefined) {
          return yield* session.refuse(place, Waves.refused({ _tag: "Cycle", key: keys.get(place)! }))
        }
      }
    }
    for (const [ord] of own) if (!found.has(ord)) found.set(ord, Waves.added)
  }
})

/** The ordinal of the first of the records, in their order, that closes a cycle among the edges given as rows. */
const closing = (rows: ReadonlyArray<ReadonlyArray<unknown>>, records: Numbered): number | undefined => {
  const name = (...parts: ReadonlyArray<unknown>) => JSON.stringify(parts)
  const edges = new Map(
    rows.map(([tenant, id, from, to]) => [name(tenant, id), { from: name(tenant, from), to: name(tenant, to) }])
  )
  const added: Array<{ readonly ord: number; readonly edge: Cycle.Edge }> = []
  for (const [ord, { key: { id, tenant } }] of records) {
    const own = name(tenant, id)
    const edge = edges.get(own)
    if (edge === undefined) continue
    edges.delete(own)
    added.push({ ord, edge })
  }
  const at = Cycle.firstClosing([...edges.values()], added.map(({ edge }) => edge))
  return at === undefined ? undefined : added[at]!.ord
}
