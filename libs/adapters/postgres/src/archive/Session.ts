/**
 * A connection of the archive, and what its failures mean.
 *
 * @since 0.1.0
 */
import { type RecordArchive, RecordStore } from "@emend/domain"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type pg from "pg"
import { from as copyFrom } from "pg-copy-streams"
import * as Table from "../Table.ts"
import type { ArchiveTable } from "./ArchiveTable.ts"
import * as Waves from "./Waves.ts"

/**
 * The database refused what a transaction would write, or the archive did.
 *
 * @category errors
 * @since 0.1.0
 */
export class PutFailed extends Data.TaggedError("PutFailed")<{
  readonly code: string
  readonly constraint: string | undefined
  /** The place of the parcel that is known to stand in the way, and its outcome. */
  readonly culprit?: { readonly place: number; readonly result: RecordArchive.PutResult }
}> {}

type Failure = PutFailed | RecordStore.StoreUnavailable

/**
 * What is done on a connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly query: (
    text: string,
    values?: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, Failure>
  /** Rows are asked for as fast as the database takes them, so that few of them are held as text. */
  readonly copy: (text: string, rows: Iterable<string>) => Effect.Effect<void, Failure>
  /** Gives the transaction up because of one parcel. */
  readonly refuse: (place: number, result: RecordArchive.PutResult) => Effect.Effect<never, PutFailed>
}

/**
 * Does something on a connection of a pool. What fails leaves no open transaction; a connection that is lost is given up.
 *
 * @category operations
 * @since 0.1.0
 */
export const session = <A, E>(
  pool: pg.Pool,
  use: (session: Session) => Effect.Effect<A, E>
): Effect.Effect<A, E | RecordStore.StoreUnavailable> =>
  Effect.acquireUseRelease(
    Effect.tryPromise({ try: () => pool.connect(), catch: unavailable }),
    (client) => {
      // Who waits for an answer is told of a loss by that; in between it would be nobody's.
      client.on("error", ignore)
      return Effect.onError(use(on(client)), () => Effect.ignore(on(client).query("ROLLBACK")))
    },
    (client, exit) =>
      Effect.sync(() => {
        client.off("error", ignore)
        client.release(Exit.isFailure(exit) && !isPutFailed(exit))
      })
  )

const ignore = (): void => {}

const isPutFailed = (exit: Exit.Exit<unknown, unknown>): boolean => {
  const error = Exit.isFailure(exit) ? exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error : undefined
  return error instanceof PutFailed
}

const on = (client: pg.PoolClient): Session => ({
  query: (text, values) =>
    Effect.map(
      Effect.tryPromise({
        try: () =>
          client.query({ text, rowMode: "array", ...(values === undefined ? undefined : { values: [...values] }) }),
        catch: classify
      }),
      // Several statements in one text have several answers, of which nobody asks for the rows.
      (answer) => Array.isArray(answer) ? [] : answer.rows as ReadonlyArray<ReadonlyArray<unknown>>
    ),
  copy: (text, rows) =>
    Effect.tryPromise({
      try: () =>
        new Promise<void>((resolve, reject) => {
          const stream = client.query(copyFrom(text))
          stream.on("finish", () => resolve()).on("error", (error) => {
            // It has left the connection: what is still held must not be sent.
            stream.destroy()
            reject(error)
          })
          const rest = chunks(rows)
          const more = () => {
            for (let next = rest.next(); next.done !== true; next = rest.next()) {
              if (!stream.write(next.value)) return void stream.once("drain", more)
            }
            stream.end()
          }
          more()
        }),
      catch: classify
    }),
  refuse: (place, result) => Effect.fail(new PutFailed({ code: "", constraint: undefined, culprit: { place, result } }))
})

const chunkLength = 65_536

/** Rows together, as far as they make no chunk that is much longer than {@link chunkLength}. */
function* chunks(rows: Iterable<string>): Generator<string, void> {
  let held = ""
  for (const row of rows) {
    held += row
    if (held.length < chunkLength) continue
    yield held
    held = ""
  }
  if (held !== "") yield held
}

/** 22: a value is not one of the type. 23: a constraint. 54: a limit. 40: another transaction was in the way. */
const classify = (cause: unknown): Failure => {
  const { code, constraint } = cause as { readonly code?: unknown; readonly constraint?: unknown }
  return typeof code === "string" && code.length === 5 && ["22", "23", "40", "54"].includes(code.slice(0, 2))
    ? new PutFailed({ code, constraint: typeof constraint === "string" ? constraint : undefined })
    : unavailable(cause)
}

const unavailable = (cause: unknown): RecordStore.StoreUnavailable =>
  new RecordStore.StoreUnavailable({ message: "The database cannot be reached or did not answer", cause })

/**
 * Tells what it means that a parcel alone could not be put: constraints are named after what they hold.
 *
 * @category errors
 * @since 0.1.0
 */
export const failure = (
  { code, constraint }: PutFailed,
  tables: ReadonlyMap<string, ArchiveTable>,
  { along = [], record }: RecordArchive.Parcel
): RecordArchive.PutResult => {
  for (const { key } of [record, ...along]) {
    const { kind, table } = tables.get(key.kind)!.relation
    if (constraint === Table.primaryKey(table)) return Waves.refused({ _tag: "Taken", key, fields: ["id"] })
    const unique = kind.unique?.find(({ fields }) => Table.uniqueKey(table, fields) === constraint)
    if (unique !== undefined) return Waves.refused({ _tag: "Taken", key, fields: unique.fields })
    const field = Object.keys(kind.references ?? {}).find((field) => Table.foreignKey(table, field) === constraint)
    if (field !== undefined) return Waves.refused({ _tag: "Dangling", key, field })
  }
  const reason = `The database refuses the values with code ${code}` +
    (constraint === undefined ? "" : ` under ${constraint}`)
  return Waves.refused({ _tag: "Refused", key: record.key, reason })
}
