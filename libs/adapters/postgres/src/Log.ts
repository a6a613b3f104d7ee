/**
 * The log of the events of tasks.
 *
 * @since 0.1.0
 */
import type { PgPool } from "@effect/sql-pg/PgPool"
import type { EventLog } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import * as Attempts from "./Attempts.ts"
import {
  classify,
  impatiently,
  isImpatient,
  on,
  refusalText,
  type Run,
  texts,
  through,
  unavailable
} from "./Database.ts"
import * as Encoded from "./Encoded.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as Memos from "./Memos.ts"
import { deleted, quoted, type Relation, timestampText } from "./Relation.ts"
import * as Table from "./Table.ts"

/**
 * Makes the log over a pool. The numbers of a task are given out by the appending statement under the lock of the
 * task's head row, which is held until they are visible.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  pool: PgPool,
  relations: ReadonlyMap<string, Relation>,
  options: { readonly groupCommit?: boolean; readonly maxConnections?: number; readonly maxWaiting?: number } = {}
): EventLog.EventLog["Service"] => {
  const { groupCommit = true } = options
  const run = through(pool)
  const [task, tracker] = [relations.get("Task")!, relations.get("AgentTaskTracker")!]
  const statements: Statements = ({ remembers, waits }) => made[Number(remembers)]![Number(waits)]!
  const made = [false, true].map((remembers) =>
    [false, true].map((waits) => appendStatement(task, tracker, { remembers, waits }))
  )
  /** Unless it `waits`, none of the events where another transaction is in the way of one for long. */
  const appended = (events: ReadonlyArray<EventLog.Append>, waits: boolean) =>
    Effect.catch(
      append(run, statements, events, waits),
      (error) => !waits && isImpatient(error) ? Effect.succeed(undefined) : Effect.fail(error)
    )
  const execute = Effect.fnUntraced(
    function*(events: ReadonlyArray<EventLog.Append>, waits = true) {
      const results: Array<Found | undefined> = events.map(() => undefined)
      for (const places of waves(events)) {
        const wave = places.map((at) => events[at]!)
        const dry = wave[0]!.dry === true
        const found = dry ? yield* rehearsed(pool, statements, wave) : yield* appended(wave, waits)
        // What comes after it may be of the same task.
        if (found === undefined) return results
        for (const [n, at] of places.entries()) {
          const { memo, tenant } = events[at]!
          // What the first of them left may be why another one is refused.
          const first = dry || memo === undefined || Result.isSuccess(found[n]!)
            ? undefined
            : (yield* Memos.recall(run, [{ tenant, id: memo.id }], memo.made))[0]
          results[at] = first === undefined ? found[n]! : Result.fail({ _tag: "Repeated" })
        }
      }
      return results
    },
    Effect.uninterruptible
  )
  const gathered = GroupCommit.gathering<EventLog.Append, Found>({
    encode,
    execute,
    place: ({ task_id, tenant }) => JSON.stringify([tenant, task_id]),
    bounds: GroupCommit.bounds(options)
  })
  return {
    append: (events) =>
      groupCommit && events.length === 1 && events[0]!.dry !== true
        ? Effect.map(gathered(events[0]!), (found) => [found])
        : Effect.mapError(Effect.map(execute(events), (found) => found as ReadonlyArray<Found>), unavailable),
    get: ({ id, tenant }) =>
      run(`SELECT ${columns} FROM events WHERE tenant = $1 AND id = $2`, [tenant, id]).pipe(
        Effect.map((rows) => rows[0] === undefined ? undefined : event(rows[0])),
        Effect.mapError(unavailable)
      ),
    read: ({ after, agent_id, limit, task_id, tenant }) =>
      run(
        `SELECT ${columns} FROM events
WHERE tenant = $1 AND task_id = $2 AND sequence_id > $3::bigint${agent_id === undefined ? "" : " AND agent_id = $5"}
ORDER BY sequence_id LIMIT $4::bigint`,
        [
          tenant,
          task_id,
          String(after),
          String(Number.isSafeInteger(limit) ? limit : Number.MAX_SAFE_INTEGER),
          ...(agent_id === undefined ? [] : [agent_id])
        ]
      ).pipe(Effect.map((rows) => rows.map(event)), Effect.mapError(unavailable))
  }
}

const columns = `id, sequence_id::float8, task_id, agent_id, ${timestampText("created_at")}, content`

const event = ([id, sequence_id, task_id, agent_id, created_at, content]: ReadonlyArray<unknown>): EventLog.Event =>
  ({ id, sequence_id, task_id, agent_id, created_at, content }) as EventLog.Event

const appendStatement = (task: Relation, tracker: Relation, { remembers, waits }: Form): string =>
  `WITH i AS MATERIALIZED (
  SELECT u.*, CASE
    WHEN t.id IS NULL THEN 'TaskMissing'
    WHEN NOT EXISTS (SELECT FROM ${quoted(tracker.table.name)} a
      WHERE a.tenant = u.tenant AND a.task_id = u.task_id AND a.agent_id = u.agent_id) THEN 'NotAssigned'
    WHEN EXISTS (SELECT FROM events e WHERE e.tenant = u.tenant AND e.id = u.id) THEN 'Taken'
  END AS refusal
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]${
    remembers ? `, ${Memos.places(7)}` : ""
  }) WITH ORDINALITY
    AS u (tenant, task_id, agent_id, id, moment, content${remembers ? `, ${Memos.columns}` : ""}, ord)
  LEFT JOIN ${quoted(task.table.name)} t ON t.tenant = u.tenant AND t.id = u.task_id
    AND NOT (${deleted(task, ({ column }) => `t.${quoted(Table.names(column)[0]!)}`)})${
    waits ? "" : `\n  WHERE ${impatiently}`
  }
), n AS (
  SELECT i.*, row_number() OVER (PARTITION BY tenant, task_id ORDER BY ord) AS place,
    count(*) OVER (PARTITION BY tenant, task_id) AS total
  FROM i WHERE refusal IS NULL
), h AS (
  INSERT INTO task_event_heads AS head (tenant, task_id, last_sequence_id)
  SELECT DISTINCT tenant, task_id, total FROM n ORDER BY tenant, task_id
  ON CONFLICT (tenant, task_id) DO UPDATE SET last_sequence_id = head.last_sequence_id + excluded.last_sequence_id
  RETURNING tenant, task_id, last_sequence_id
), e AS (
  INSERT INTO events (tenant, id, sequence_id, task_id, agent_id, created_at, content)
  SELECT n.tenant, n.id, h.last_sequence_id - n.total + n.place, n.task_id, n.agent_id, n.moment::timestamptz, n.content::jsonb
  FROM n JOIN h ON h.tenant = n.tenant AND h.task_id = n.task_id
  RETURNING tenant, id, sequence_id
)${remembers ? `, m AS (\n  ${remembered}\n)` : ""}
SELECT i.ord::int4, i.refusal, e.sequence_id::float8 FROM i LEFT JOIN e ON e.tenant = i.tenant AND e.id = i.id`

const remembered = Memos.insert("e JOIN i ON i.tenant = e.tenant AND i.id = e.id WHERE m_id IS NOT NULL", {
  tenant: "e.tenant",
  kind: "'Event'",
  id: "e.id",
  version: "e.sequence_id",
  changed: "true"
})

interface Form {
  readonly remembers: boolean
  /** Otherwise it fails where another transaction is in its way for long. */
  readonly waits: boolean
}

type Statements = (form: Form) => string

const encode = ({ content, memo }: EventLog.Append): Encoded.Encoded => Encoded.make(content, null, memo)

type Found = Result.Result<EventLog.Event, EventLog.AppendRejection>

const append = (
  run: Run,
  statements: Statements,
  events: ReadonlyArray<EventLog.Append>,
  waits: boolean
): Effect.Effect<ReadonlyArray<Found>, SqlError> => {
  const together = (events: ReadonlyArray<EventLog.Append>): Effect.Effect<ReadonlyArray<Found>, SqlError> => {
    const remembers = events.some(({ memo }) => memo !== undefined)
    const encoded = events.map((event) => Encoded.of(event, encode))
    return Attempts.again(
      run(statements({ remembers, waits }), [
        texts(events.map(({ tenant }) => tenant)),
        texts(events.map(({ task_id }) => task_id)),
        texts(events.map(({ agent_id }) => agent_id)),
        texts(events.map(({ id }) => id)),
        texts(events.map(({ created_at }) => created_at)),
        texts(encoded.map(({ json }) => json)),
        ...(remembers ? Memos.parameters(events.map(({ memo }) => memo), encoded.map(({ note }) => note)) : [])
      ]),
      (error) => mayPass(error) && (waits || !isImpatient(error))
    ).pipe(Effect.map((rows) => {
      const found: Array<Found> = []
      for (const [ordinal, refusal, sequence] of rows) {
        const at = (ordinal as number) - 1
        const { dry: _, memo: __, tenant: ___, ...event } = events[at]!
        found[at] = refusal === null
          ? Result.succeed({ ...event, sequence_id: sequence as number })
          : Result.fail({ _tag: refusal as "TaskMissing" | "NotAssigned" | "Taken" })
      }
      return found
    }))
  }
  return Attempts.inHalves(
    events,
    together,
    (_, error) =>
      Effect.succeed(
        Result.fail(Memos.isInForce(error) ? { _tag: "Repeated" } : { _tag: "Refused", reason: refusalText(error) })
      )
  )
}

/** Appends in a transaction that is taken back. */
const rehearsed = (
  pool: PgPool,
  statements: Statements,
  events: ReadonlyArray<EventLog.Append>
): Effect.Effect<ReadonlyArray<Found>, SqlError> =>
  Effect.scoped(Effect.flatMap(pool.reserve, (connection) => {
    const run = on(connection)
    return run("BEGIN", []).pipe(
      Effect.andThen(append(run, statements, events.map(({ memo: _, ...event }) => event), true)),
      Effect.ensuring(Effect.ignore(run("ROLLBACK", [])))
    )
  }))

/** An id that another transaction took meanwhile is seen by the next statement. */
const mayPass = (error: SqlError): boolean => {
  const failure = classify(error)
  return Attempts.isInTheWay(error) || (failure._tag === "Refused" && failure.code === "23505")
}

/** Divides events so that an id, and the name of a memo, occurs once in each part, and a rehearsal is alone, in order. */
const waves = (events: ReadonlyArray<EventLog.Append>): ReadonlyArray<ReadonlyArray<number>> => {
  const parts: Array<Array<number>> = []
  const seen = new Map<string, number>()
  let least = 0
  events.forEach(({ dry, id, memo, tenant }, at) => {
    if (dry === true) {
      least = parts.push([at])
      return
    }
    const names = [
      JSON.stringify([tenant, id]),
      ...(memo === undefined ? [] : [JSON.stringify([tenant, memo.id, "memo"])])
    ]
    // Numbers follow the order given, so what comes after a second occurrence stays after it.
    least = Math.max(least, ...names.map((name) => seen.get(name) ?? 0))
    ;(parts[least] ??= []).push(at)
    for (const name of names) seen.set(name, least + 1)
  })
  return parts
}
