/**
 * The two ports of the domain on PostgreSQL.
 *
 * @since 0.1.0
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import type { PgPool } from "@effect/sql-pg/PgPool"
import { EventLog, kinds as allKinds, type RecordKind, RecordReach, RecordStore, type Revision } from "@emend/domain"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SqlError } from "effect/sql/SqlError"
import * as Attempts from "./Attempts.ts"
import * as Commits from "./Commits.ts"
import * as Database from "./Database.ts"
import * as Finding from "./Finding.ts"
import * as FindStatement from "./FindStatement.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as JoinedPool from "./JoinedPool.ts"
import * as Log from "./Log.ts"
import * as Memos from "./Memos.ts"
import * as Migration from "./Migration.ts"
import { migrations } from "./migrations.ts"
import * as Observed from "./Observed.ts"
import * as ReachStatement from "./ReachStatement.ts"
import * as ReadStatement from "./ReadStatement.ts"
import * as Relation from "./Relation.ts"
import type * as Table from "./Table.ts"
import { tables as allTables } from "./tables.ts"

/**
 * Settings of the store.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Database.Config {
  /** The kinds of record, by default the domain's own. */
  readonly kinds?: ReadonlyArray<RecordKind.RecordKind>
  /** A table for each kind, by default those of the domain's kinds. */
  readonly tables?: ReadonlyArray<Table.Table>
  /** Whether the database is looked at and brought to the present form first. Default true. */
  readonly migrate?: boolean
  /** Whether writes that are asked for at the same time share a statement. Default true. */
  readonly groupCommit?: boolean
  /** How many requests of one form may wait for the database, where they share statements. Default 4,096. */
  readonly maxWaiting?: number
  /** Whether statements, connections and batches are counted and timed. Default false. */
  readonly metrics?: boolean
}

/**
 * Provides both ports over one pool of connections, after bringing the database to the present form.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options
): Layer.Layer<RecordStore.RecordStore | EventLog.EventLog, SqlError | Migration.DatabaseUnsuitable> =>
  Layer.effectContext(Effect.gen(function*() {
    const pool = yield* Database.make(options)
    const provided = yield* ports(pool, options)
    if (options.migrate ?? true) yield* warnOfSettings(pool, options)
    return provided
  }))

/**
 * Provides both ports over the client that the embedding program has already. Within `withTransaction` of that client,
 * what the services write is a part of the transaction: it is there when that is committed, with its history, and not
 * at all when it is rolled back. Within one, call one after the other, and use its default isolation (read committed).
 *
 * Where another transaction is in the way, the call fails with `StoreUnavailable`, and the whole transaction may be
 * tried anew. Its client should have the {@link Database.parameters} that keep lists fast.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerClient = (
  options: Omit<Options, keyof Database.Config | "groupCommit"> = {}
): Layer.Layer<
  RecordStore.RecordStore | EventLog.EventLog,
  SqlError | Migration.DatabaseUnsuitable,
  PgClient.PgClient
> =>
  Layer.effectContext(Effect.gen(function*() {
    // What shares a statement would share a transaction.
    const provided = yield* ports(JoinedPool.make(yield* PgClient.PgClient), { ...options, groupCommit: false })
    const store = Context.get(provided, RecordStore.RecordStore)
    return Context.add(provided, RecordStore.RecordStore, { ...store, isJoined: true })
  }))

/** Without its settings a session does the same, and may take much longer for it. */
const warnOfSettings = Effect.fnUntraced(function*(pool: PgPool, options: Options): Effect.fn.Return<void, SqlError> {
  const wanted = Database.settings(options)
  for (const [setting, value] of Object.entries(yield* Database.unapplied(Database.through(pool), wanted))) {
    yield* Effect.logWarning(
      "A session lacks a setting that it asked for: a pooler may have dropped it, and the role can be given it"
    ).pipe(Effect.annotateLogs({ setting, value, wanted: wanted[setting] }))
  }
})

/**
 * Provides both ports over the database that `DATABASE_URL` names.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<
  RecordStore.RecordStore | EventLog.EventLog,
  SqlError | Migration.DatabaseUnsuitable | Config.ConfigError
> = Layer.unwrap(Effect.map(Config.Redacted("DATABASE_URL"), (url) => layer({ url })))

const ports = Effect.fnUntraced(function*(opened: PgPool, options: Omit<Options, "url">) {
  if (options.migrate ?? true) yield* Migration.run(opened, migrations)
  const pool = yield* Observed.make(opened, options)
  const relations = Relation.join(options.kinds ?? allKinds, options.tables ?? allTables)
  const executing = Commits.make(pool, relations)
  const execute = options.metrics === true ? Observed.batches(executing, yield* Effect.context<never>()) : executing
  return Context.make(RecordStore.RecordStore, recordStore(pool, relations, execute, options)).pipe(
    Context.add(EventLog.EventLog, Log.make(pool, relations, options))
  )
})

type Relations = ReadonlyMap<string, Relation.Relation>

const recordStore = (
  pool: PgPool,
  relations: Relations,
  execute: Commits.Execute,
  options: Omit<Options, "url">
): RecordStore.RecordStore["Service"] => {
  const { groupCommit = true } = options
  const bounds = GroupCommit.bounds(options)
  const gathered = GroupCommit.make(execute, Commits.encoding(relations), bounds)
  const run = Database.through(pool)
  const ask = (statement: FindStatement.Statement | undefined) =>
    Effect.mapError(Finding.ask(run, statement), Database.unavailable)
  const readTogether = Effect.fnUntraced(function*(keys: ReadonlyArray<RecordStore.RecordKey>) {
    const found: Array<RecordStore.Stored | undefined> = keys.map(() => undefined)
    for (const [kind, places] of byKind(keys)) {
      const rows = yield* run(byKey.get(kind)!, [
        Database.texts(places.map((at) => keys[at]!.tenant)),
        Database.texts(places.map((at) => keys[at]!.id))
      ])
      for (const row of rows) {
        found[places[(row[0] as number) - 1]!] = {
          version: row[1] as number,
          state: Relation.read(relations.get(kind)!, row, 2)
        }
      }
    }
    return found
  })
  const read = (keys: ReadonlyArray<RecordStore.RecordKey>) =>
    Attempts.inHalves(keys, readTogether, (_, error) => {
      const failure = Database.classify(error)
      // A key that is no text of the database is nobody's.
      return failure._tag === "Refused" && failure.code.startsWith("22") ? Effect.undefined : Effect.fail(error)
    })
  // That there is none is an answer, too.
  const gatheredReads = new Map([...relations.keys()].map((kind) => [
    kind,
    GroupCommit.gathering({
      bounds,
      execute: (keys: ReadonlyArray<RecordStore.RecordKey>) =>
        Effect.map(read(keys), (found) => found.map((stored) => [stored] as const))
    })
  ]))
  const byKey = new Map([...relations].map(([kind, relation]) => [kind, ReadStatement.byKey(relation)]))
  return {
    commit: groupCommit ? gathered : (commits) => Effect.mapError(execute(commits), Database.unavailable),
    get: (keys) => {
      const gathered = groupCommit && keys.length === 1 ? gatheredReads.get(keys[0]!.kind) : undefined
      return gathered === undefined ? Effect.mapError(read(keys), Database.unavailable) : gathered(keys[0]!)
    },
    find: (query) => Effect.suspend(() => Effect.mapError(Finding.page(run, relations, query), Database.unavailable)),
    reach: (asked) =>
      Effect.suspend(() => ask(ReachStatement.make(relations, asked))).pipe(
        Effect.map((rows) => {
          const relation = Relation.get(relations, asked.kind)
          const edges = rows.map((row) => ({ version: row[0] as number, state: Relation.read(relation, row, 1) }))
          return RecordReach.follow(edges, asked)
        })
      ),
    count: (selection, field) =>
      Effect.suspend(() => ask(FindStatement.count(relations, selection, field))).pipe(
        Effect.map((rows) =>
          rows.map(([value, count]) => ({ value: value as RecordStore.Value, count: count as number }))
        )
      ),
    history: (key, { before, limit, moved }) =>
      run(moved === undefined ? ReadStatement.history() : ReadStatement.history({ kind: key.kind, field: moved }), [
        key.tenant,
        key.kind,
        key.id,
        String(Number.isSafeInteger(before) ? before : Number.MAX_SAFE_INTEGER),
        String(Number.isSafeInteger(limit) ? limit : Number.MAX_SAFE_INTEGER)
      ]).pipe(
        Effect.map((rows) => rows.map((row) => revision(relations.get(key.kind)!, row))),
        Effect.mapError(Database.unavailable)
      ),
    past: (key, version) =>
      run(ReadStatement.past, [key.tenant, key.kind, key.id, String(version)]).pipe(
        Effect.map((rows): RecordStore.Past | undefined => {
          const [first, ...rest] = rows
          if (first === undefined || rows.at(-1)![0] !== version || rest.some((row) => row[8])) return undefined
          const base = { version: first[0] as number, state: (first[9] ?? first[4]) as Revision.Row }
          return { base, revisions: rest.map((row) => revision(relations.get(key.kind)!, row)) }
        }),
        Effect.mapError(Database.unavailable)
      ),
    recall: (keys, at) => Effect.mapError(Memos.recall(run, keys, at), Database.unavailable),
    remember: (tenant, memo, written) =>
      Effect.mapError(Effect.uninterruptible(Memos.remember(run, tenant, memo, written)), Database.unavailable),
    ping: run("SELECT 1", []).pipe(Effect.asVoid, Effect.mapError(Database.unavailable))
  }
}

const byKind = (keys: ReadonlyArray<RecordStore.RecordKey>): ReadonlyMap<string, ReadonlyArray<number>> => {
  const places = new Map<string, Array<number>>()
  keys.forEach(({ kind }, at) => {
    const found = places.get(kind)
    found === undefined ? places.set(kind, [at]) : found.push(at)
  })
  return places
}

const revision = (
  { kind: { kind } }: Relation.Relation,
  [version, at, by, reason, initial, patch, inverse, moves, redacted]: ReadonlyArray<unknown>
): Revision.Revision =>
  // The database leaves the keys that an inverse removes in an order of its own.
  ({
    version,
    at,
    by,
    reason,
    initial,
    patch,
    inverse: kind.normalise(inverse as Revision.Row),
    moves,
    ...(redacted === true ? { redacted } : undefined)
  }) as Revision.Revision
