/**
 * The load under which implementations lose updates that read a record, change it and write it back: it is run against
 * the services, and against such an implementation on the same table, which shows that the load finds what it looks for.
 */
import { describe, expect, it } from "@effect/vitest"
import { Caller, Services, Task, Tasks } from "@emend/domain"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

const tenant = "t"

interface Seen {
  readonly params: Readonly<Record<string, unknown>> | null
  readonly status: string
  readonly updated_at: string
}

/** An implementation under load. What it answers is done. */
interface Subject {
  readonly create: (id: string) => Effect.Effect<unknown, unknown>
  readonly merge: (id: string, key: string) => Effect.Effect<unknown, unknown>
  readonly annotate: (id: string, key: string) => Effect.Effect<unknown, unknown>
  readonly move: (id: string, to: "COMPLETED" | "DELETED") => Effect.Effect<unknown, unknown>
  /** The record, also where it is deleted. */
  readonly read: (id: string) => Effect.Effect<Seen, unknown>
}

const several = (count: number) => Array.from({ length: count }, (_, n) => n)
const atOnce = { concurrency: "unbounded" } as const

/** A clock that stands so many seconds behind. */
const behind = (seconds: number) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const nanos = () => clock.currentTimeNanosUnsafe() - BigInt(seconds) * 1_000_000_000n
    const millis = () => Number(nanos() / 1_000_000n)
    return Effect.provideService(effect, Clock.Clock, {
      ...clock,
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      sleep: (duration) => clock.sleep(duration)
    })
  })

/** Puts a subject under the load, and counts what it acknowledged and did not keep. */
const losses = Effect.fnUntraced(function*({ annotate, create, merge, move, read }: Subject) {
  yield* create("merged")
  const writes = several(100).flatMap((n) => [merge("merged", `k${n}`), annotate("merged", `k${n}`)])
  yield* Effect.all(writes, atOnce)
  const { params } = yield* read("merged")
  const merges = several(100).filter((n) => !Object.hasOwn(params ?? {}, `k${n}`)).length

  /** Of so many tasks that are moved while others write their metadata, those that do not stay where they moved. */
  const strayed = (to: "COMPLETED" | "DELETED") =>
    Effect.map(
      Effect.forEach(several(20), (n) =>
        Effect.gen(function*() {
          const id = `${to} ${n}`
          yield* create(id)
          const beside = several(4).map((k) => Effect.ignore(annotate(id, `k${k}`)))
          yield* Effect.all([...beside, move(id, to), ...beside], atOnce)
          return (yield* read(id)).status === to ? 0 : 1
        }), { concurrency: 2 }),
      (each) => each.reduce<number>((sum, one) => sum + one, 0)
    )
  const statuses = yield* strayed("COMPLETED")
  const deletions = yield* strayed("DELETED")

  yield* create("timed")
  const times: Array<string> = []
  for (const n of several(10)) {
    yield* annotate("timed", `k${n}`).pipe(behind(n % 2 === 0 ? 0 : 50))
    times.push((yield* read("timed")).updated_at)
  }
  const backwards = times.filter((time, n) => n > 0 && time < times[n - 1]!).length
  return { merges, statuses, deletions, backwards }
})

/** The services, with each task's updates by any of the connections. */
const services = Effect.gen(function*() {
  const tasks = yield* Tasks
  const update = (id: string, body: object) => tasks.update(id, Task.Task.fromBody({ ...body }))
  const as = Effect.provideService(Caller, { tenant, subject: "tester" })
  const deleted = { params: null, status: "DELETED", updated_at: "" }
  return {
    create: (id) => as(tasks.create({ id })),
    merge: (id, key) => as(update(id, { merge_params: { [key]: 1 } })),
    annotate: (id, key) => as(update(id, { task_metadata: { [key]: 1 } })),
    move: (id, to) => as(tasks.move(id, to)),
    read: (id) =>
      as(tasks.get(id)).pipe(
        Effect.map(({ state: { params, status, updated_at } }) => ({ params, status: String(status), updated_at })),
        Effect.catchTag("RecordMissing", () => Effect.succeed(deleted))
      )
  } satisfies Subject
})

/** An implementation that reads the row, changes it in the process and writes all of it back. */
const readAndWriteBack = Effect.fnUntraced(function*(url: Redacted.Redacted) {
  const query = Database.through(yield* Database.make({ url, maxConnections: 8, statementTimeoutMillis: 0 }))
  const read = (id: string) =>
    Effect.map(
      query(
        "SELECT params::text, task_metadata::text, status, updated_at::text FROM tasks WHERE tenant = $1 AND id = $2",
        [tenant, id]
      ),
      ([row]) => ({
        params: JSON.parse(String(row![0] ?? "null")) as Seen["params"],
        task_metadata: JSON.parse(String(row![1] ?? "null")) as Seen["params"],
        status: String(row![2]),
        updated_at: String(row![3])
      })
    )
  const change = (id: string, by: (row: Effect.Success<ReturnType<typeof read>>) => object) =>
    Effect.gen(function*() {
      const row = yield* read(id)
      const { params, status, task_metadata } = { ...row, ...by(row) }
      const now = yield* Clock.currentTimeMillis
      yield* query(
        `UPDATE tasks SET params = nullif($3::text, 'null')::jsonb, task_metadata = nullif($4::text, 'null')::jsonb, status = $5, updated_at = to_timestamp($6::text::float8)
          WHERE tenant = $1 AND id = $2`,
        [tenant, id, JSON.stringify(params), JSON.stringify(task_metadata), status, String(now / 1000)]
      )
    })
  return {
    create: (id) =>
      query(
        `INSERT INTO tasks (tenant, id, version, status, created_at, updated_at) VALUES ($1, $2, 1, 'RUNNING', now(), now())`,
        [tenant, id]
      ),
    merge: (id, key) => change(id, ({ params }) => ({ params: { ...params, [key]: 1 } })),
    annotate: (id, key) => change(id, () => ({ task_metadata: { [key]: 1 } })),
    move: (id, to) => change(id, () => ({ status: to })),
    read
  } satisfies Subject
})

describe("a hundred merges beside a hundred writes of the metadata of one task, moves, deletions, and clocks that differ", () => {
  it.live("lose nothing and undo nothing", () =>
    Effect.gen(function*() {
      const url = yield* TestDatabase.make()
      const store = PostgresStore.layer({ url, maxConnections: 8, migrate: false })
      const found = yield* Effect.flatMap(services, losses).pipe(Effect.provide(Layer.provide(Services.layer, store)))
      expect(found).toEqual({ merges: 0, statuses: 0, deletions: 0, backwards: 0 })
    }))

  it.live("lose merges, move statuses back, undo deletions and turn times back where a record is read and written back", ({ annotate }) =>
    Effect.gen(function*() {
      const found = yield* Effect.flatMap(Effect.flatMap(TestDatabase.make(), readAndWriteBack), losses)
      yield* Effect.promise(() => annotate(`read and written back: ${JSON.stringify(found)}`))
      for (const [what, count] of Object.entries(found)) expect(count, what).toBeGreaterThan(0)
    }))
})
