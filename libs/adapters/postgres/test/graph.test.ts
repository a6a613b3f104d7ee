import { describe, expect, it } from "@effect/vitest"
import { Board, type BoardChange, Caller, kinds, RecordStore, Services } from "@emend/domain"
import { Database, PostgresStore, tables } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as FindStatement from "../src/FindStatement.ts"
import * as Relation from "../src/Relation.ts"
import * as CountingStream from "./CountingStream.ts"
import { tenant } from "./Records.ts"

const range = (length: number) => Array.from({ length }, (_, n) => n)

/** Several servers on one new database, each with connections and turns of its own; the first comes with its store. */
const servers = Effect.fnUntraced(function*(count: number) {
  const url = yield* TestDatabase.make()
  const server = Layer.provideMerge(Services.layer, PostgresStore.layer({ url, maxConnections: 3, migrate: false }))
  const [first, ...others] = yield* Effect.forEach(range(count), () => Layer.build(Layer.fresh(server)))
  const boards = yield* Effect.forEach([first!, ...others], (context) => Effect.provide(Board, context))
  return { url, boards, store: yield* Effect.provide(RecordStore.RecordStore, first!) }
})

const as = Effect.provideService(Caller, { tenant, subject: "tester" })

/** All that is linked now, and what is told of how it came to be. */
const stored = Effect.fnUntraced(function*(store: RecordStore.RecordStore["Service"]) {
  const all = (kind: string, more: Partial<RecordStore.Query>) =>
    Effect.map(store.find({ kind, tenant, limit: 100_000, ...more }), (found) => found.map(({ state }) => state))
  const changes = yield* all("BoardChange", { order: [{ field: "number", direction: "asc" }] })
  return {
    links: yield* all("BoardLink", { where: { linked: [true] } }),
    live: new Set((yield* all("BoardTask", {})).map(({ id }) => id as string)),
    changes: changes as unknown as ReadonlyArray<BoardChange.BoardChange>
  }
})

/** Replays the changes: the links that they leave, or the change after which there was a cycle or a dead end. */
const replayed = (changes: ReadonlyArray<BoardChange.BoardChange>): ReadonlySet<string> | BoardChange.BoardChange => {
  const links = new Map<string, readonly [string, string]>()
  const gone = new Set<string>()
  const reaches = (from: string, to: string): boolean => {
    const seen = new Set([from])
    for (const at of seen) for (const [parent, child] of links.values()) if (parent === at) seen.add(child)
    return seen.has(to)
  }
  for (const change of changes) {
    const { change: what, subtask_id, task_id } = change
    if (what === "deleted") gone.add(task_id)
    else if (what === "unlinked") links.delete(`${task_id} ${subtask_id}`)
    else if (gone.has(task_id) || gone.has(subtask_id!) || reaches(subtask_id!, task_id)) return change
    else links.set(`${task_id} ${subtask_id}`, [task_id, subtask_id!])
    if ([...links.values()].some((ends) => ends.some((id) => gone.has(id)))) return change
  }
  return new Set(links.keys())
}

describe("several servers on one board", () => {
  it.effect("of two links that would close a cycle together exactly one is made", () =>
    Effect.gen(function*() {
      const { boards, store } = yield* servers(2)
      for (const round of range(12)) {
        const [a, b] = [`a${round}`, `b${round}`]
        yield* Effect.forEach([a, b], (id) => boards[0]!.create({ id, title: id }))
        const links = yield* Effect.all(
          [Effect.result(boards[0]!.link(a, b)), Effect.result(boards[1]!.link(b, a))],
          { concurrency: "unbounded" }
        )
        expect(links.map((link) => Result.isSuccess(link) ? "linked" : link.failure._tag).sort()).toEqual([
          "CycleRefused",
          "linked"
        ])
      }
      expect((yield* stored(store)).links.length).toBe(12)
    }).pipe(as))

  it.effect("64 links at once are all made", () =>
    Effect.gen(function*() {
      const { boards, store } = yield* servers(4)
      const ids = range(64).map((n) => `t${n}`)
      yield* Effect.forEach(["a", ...ids], (id) => boards[0]!.create({ id, title: id }))
      yield* Effect.forEach(ids, (id, n) => boards[n % 4]!.link("a", id), { concurrency: "unbounded" })
      const { changes, links } = yield* stored(store)
      expect([links.length, changes.map(({ number }) => number)]).toEqual([64, range(64).map((n) => n + 1)])
    }).pipe(as))

  it.effect("of many claims at once exactly one wins", () =>
    Effect.gen(function*() {
      const { boards } = yield* servers(4)
      for (const round of range(8)) {
        const id = `t${round}`
        yield* boards[0]!.create({ id, title: id })
        const claims = yield* Effect.forEach(
          range(16),
          (n) => Effect.result(boards[n % 4]!.claim(id, { field: "assigned_to_user_id", id: `u${n}` })),
          { concurrency: "unbounded" }
        )
        const winner = claims.findIndex(Result.isSuccess)
        expect(claims.flatMap((claim) => Result.isFailure(claim) ? [claim.failure._tag] : [])).toEqual(
          range(15).map(() => "TransitionRefused")
        )
        expect((yield* boards[1]!.get(id)).state).toMatchObject({
          status: "running",
          assigned_to_user_id: `u${winner}`
        })
      }
    }).pipe(as))

  it.effect("whatever they link, unlink, make and delete at once, the links are those that were acknowledged, without a cycle or a dead end", () =>
    Effect.gen(function*() {
      const { boards, store } = yield* servers(3)
      const ids = range(12).map((n) => `t${n}`)
      yield* Effect.forEach(ids, (id) => boards[0]!.create({ id, title: id }))
      const tags = new Map<string, number>()
      const counted = (name: string) => tags.set(name, (tags.get(name) ?? 0) + 1)
      yield* Effect.forEach(
        boards,
        (board) =>
          Effect.forEach(range(25), (round) =>
            Effect.forEach(range(4), () =>
              Effect.gen(function*() {
                const [a, b] = [yield* Random.choice(ids), yield* Random.choice(ids)]
                const dice = yield* Random.nextIntBetween(0, 100, { halfOpen: true })
                const [name, program] = dice < 60
                  ? ["link", Effect.asVoid(board.link(a, b))] as const
                  : dice < 85
                  ? ["unlink", board.unlink(a, b)] as const
                  : dice < 96 || round < 10
                  ? ["subtask", Effect.asVoid(board.createSubtask(a, { title: "x" }))] as const
                  : ["remove", Effect.asVoid(board.remove(a))] as const
                const result = yield* Effect.result(program)
                counted(Result.isSuccess(result) ? name : `${name} ${result.failure._tag}`)
              }), { concurrency: "unbounded" })),
        { concurrency: "unbounded" }
      )
      const { changes, links, live } = yield* stored(store)
      expect(new Set(links.map(({ child_id, parent_id }) => `${parent_id} ${child_id}`))).toEqual(replayed(changes))
      expect(links.flatMap(({ child_id, parent_id }) => [parent_id, child_id]).filter((id) => !live.has(id))).toEqual(
        []
      )
      expect(changes.map(({ number }) => number)).toEqual(changes.map((_, n) => n + 1))
      expect(changes.map(({ at }) => at)).toEqual(changes.map(({ at }) => at).sort())
      const legal = ["CycleRefused", "RecordMissing"]
      expect([...tags.keys()].filter((tag) => tag.includes(" ") && !legal.includes(tag.split(" ")[1]!))).toEqual([])
      expect([...tags.keys()]).toEqual(
        expect.arrayContaining(["link", "link CycleRefused", "unlink", "subtask", "remove"])
      )
      expect(changes.filter(({ change }) => change === "deleted").length).toBe(tags.get("remove"))
    }).pipe(as, Random.withSeed("board")))
})

/** How many rows the scans of a plan looked at. */
const rowsRead = (plan: any): number => {
  const inner = ((plan["Plan"] === undefined ? plan["Plans"] : [plan["Plan"]]) ?? []) as ReadonlyArray<unknown>
  const own = plan["Relation Name"] === undefined
    ? 0
    : (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
  return inner.reduce<number>((sum, one) => sum + rowsRead(one), own)
}

const fan = 10_000
const crowd = 25_000
const deep = 9_000

/** A task with many subtasks, a long chain, and as many links of other tasks as asked for. Each link is told of. */
const load = Effect.fnUntraced(function*(
  url: Effect.Success<ReturnType<typeof TestDatabase.make>>,
  others: number,
  subtasks = fan
) {
  const pool = yield* Database.make({ url, maxConnections: 1, statementTimeoutMillis: 0 })
  const query = (text: string, parameters: ReadonlyArray<string | ReadonlyArray<string>> = []) =>
    Database.through(pool)(text, parameters)
  // The tasks of the many other links are not there: nothing asks for them.
  yield* query("SET session_replication_role = replica")
  yield* query(`INSERT INTO board_tasks (tenant, id, version, organization_id, title, created_at, updated_at, status,
      priority, source, is_deleted)
    SELECT '${tenant}', id, 1, 'o', id, timestamptz '2026-01-01' + n * interval '1 second', now(), 'backlog', 3, 'manual',
      false
    FROM (SELECT 'root' AS id, 0 AS n UNION ALL SELECT 'fan' || n, n FROM generate_series(1, ${subtasks}) n
      UNION ALL SELECT 'crowd', 0 UNION ALL SELECT 'deep' || n, n FROM generate_series(0, ${deep}) n) t`)
  for (
    const [from, to, parent, child] of [
      [1, subtasks, "'root'", "'fan' || n"],
      [1, fan + 1, "'above' || n", "'crowd'"],
      [1, deep, "'deep' || (n - 1)", "'deep' || n"],
      [1, others, "'other' || n / 4", "'some' || n % 1000"]
    ] as const
  ) {
    yield* query(`INSERT INTO board_links (tenant, id, version, parent_id, child_id, parent_created_at,
        child_created_at, linked, created_at, updated_at, created_by)
      SELECT '${tenant}', md5(${parent} || ' ' || ${child} || ' ' || n), 1, ${parent}, ${child}, timestamptz '2026-01-01',
        timestamptz '2026-01-01' + n * interval '1 second', true, now(), now(), 'tester'
      FROM generate_series(${from}, ${to}) n`)
  }
  yield* query(`INSERT INTO board_changes (tenant, id, version, number, change, task_id, subtask_id, at, by)
    SELECT tenant, number::text, 1, number, 'linked', parent_id, child_id, created_at, 'tester'
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS number FROM board_links) t`)
  yield* query("ANALYZE board_tasks, board_links, board_changes")
  return query
})

describe("a large board", () => {
  it.effect("is read by pages and walked by levels, and no more of it is read than is answered", () =>
    Effect.gen(function*() {
      const { boards: [board], url } = yield* servers(1)
      const query = yield* load(url, 100_000)
      const relations = Relation.join(kinds, tables)
      const rows = Effect.fnUntraced(function*(asked: Omit<RecordStore.Query, "tenant">) {
        const { parameters, text } = FindStatement.page(relations, { tenant, ...asked })!
        const [[[plan]]] = (yield* query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, parameters)) as any
        return rowsRead(plan)
      })
      const down = {
        kind: "BoardLink",
        order: [{ field: "child_created_at", direction: "asc" }, { field: "child_id", direction: "asc" }]
      } as const
      const subtasks = { ...down, where: { parent_id: ["root"], linked: [true] }, limit: 50 }
      const late = { values: ["2026-01-01T02:30:00.000000Z", "fan9000"], id: "0" }
      expect(yield* rows(subtasks)).toBeLessThanOrEqual(100)
      expect(yield* rows({ ...subtasks, after: late })).toBeLessThanOrEqual(150)
      expect(yield* rows({ ...down, where: { parent_id: ["deep7", "deep8", "deep9"], linked: [true] }, limit: 10_001 }))
        .toBeLessThanOrEqual(6)
      expect(
        yield* rows({
          kind: "BoardLink",
          order: [{ field: "parent_created_at", direction: "asc" }, { field: "parent_id", direction: "asc" }],
          where: { child_id: ["fan7"], linked: [true] },
          limit: 10_001
        })
      ).toBeLessThanOrEqual(2)
      const changes = { kind: "BoardChange", order: [{ field: "number", direction: "desc" }], limit: 50 } as const
      for (const where of [{ task_id: ["root"] }, { subtask_id: ["some7"] }, { task_id: ["other9"] }]) {
        expect(yield* rows({ ...changes, where })).toBeLessThanOrEqual(100)
        expect(yield* rows({ ...changes, where, after: { values: [50_000], id: "50000" } })).toBeLessThanOrEqual(150)
      }
      expect(yield* rows({ ...changes, where: {}, limit: 1 })).toBeLessThanOrEqual(2)

      const first = yield* board!.subtasks("root", { limit: 2 })
      expect(first.map(({ state }) => state.id)).toEqual(["fan1", "fan2"])
      const all = yield* board!.descendants("root", { limit: 20_000 })
      expect(all.length).toBe(fan)
      yield* board!.link("fan7", "deep0")
      const tooLarge = yield* Effect.flip(board!.descendants("root", { depth: 2, limit: 20_000 }))
      expect(tooLarge).toMatchObject({ _tag: "GraphTooLarge", id: "root", limit: 10_000 })
      expect((yield* board!.subtasks("root", { limit: 1 })).length).toBe(1)
    }).pipe(as))

  it.effect("a cycle is found from the smaller side, and at any depth", () =>
    Effect.gen(function*() {
      const { boards: [board], url } = yield* servers(1)
      yield* load(url, 100)
      yield* board!.create({ id: "new", title: "new" })
      yield* board!.link("new", "root")
      yield* board!.link(`deep${deep}`, "new")
      const refused = yield* Effect.flip(board!.link("fan9", "deep0"))
      expect((refused as { readonly cycle?: unknown }).cycle).toEqual([
        "fan9",
        ...range(deep + 1).map((n) => `deep${n}`),
        "new",
        "root"
      ])
      expect((yield* Effect.flip(board!.link("root", "new")))._tag).toBe("CycleRefused")
      // Above one end, or below the other, there may be more than is ever read, but not both.
      yield* board!.createSubtask("root", { title: "one more" })
      for (const id of ["leaf", "top"]) yield* board!.create({ id, title: id })
      yield* board!.link("crowd", "leaf")
      yield* board!.link("top", "root")
      expect(yield* Effect.flip(board!.link("crowd", "root"))).toMatchObject({ _tag: "GraphTooLarge", id: "crowd" })
    }).pipe(as))

  it.effect("a check through a chain of 9000 links and a list along it are a few statements, however long it is", () =>
    Effect.gen(function*() {
      const url = yield* TestDatabase.make()
      yield* load(url, 100)
      const { stream, take } = CountingStream.make(Redacted.value(url))
      const store = PostgresStore.layer({ url, stream, maxConnections: 1, migrate: false })
      const board = yield* Effect.provide(Board, yield* Layer.build(Layer.provideMerge(Services.layer, store)))
      const statements = Effect.fnUntraced(function*<A, E, R>(program: Effect.Effect<A, E, R>) {
        take()
        return [yield* program, take()] as const
      })
      const [refused, closing] = yield* statements(Effect.flip(board.link(`deep${deep}`, "deep0")))
      expect((refused as { readonly cycle?: ReadonlyArray<string> }).cycle?.length).toBe(deep + 1)
      // Three that read the tasks and the last change, and each side within 100, 1000 and 10000 links.
      expect(closing).toBeLessThanOrEqual(3 + 6)
      yield* board.create({ id: "leaf", title: "leaf" })
      const [, linking] = yield* statements(board.link(`deep${deep}`, "leaf"))
      expect(linking).toBeLessThanOrEqual(3 + 1 + 4)
      const [below, listing] = yield* statements(board.descendants("deep0", { limit: 100 }))
      expect([below.length, listing]).toEqual([100, 3])
    }).pipe(as))

  it.effect("a cycle longer than what is read on either side is found where the sides meet", () =>
    Effect.gen(function*() {
      const { boards: [board], url } = yield* servers(1)
      const query = yield* load(url, 15_000)
      yield* query(`UPDATE board_links SET parent_id = 'way' || (n - 1), child_id = 'way' || n FROM (
        SELECT id AS link, row_number() OVER () AS n FROM board_links WHERE parent_id LIKE 'other%') t WHERE id = link`)
      yield* query(
        `INSERT INTO board_tasks (tenant, id, version, organization_id, title, created_at, updated_at, status,
          priority, source, is_deleted)
        SELECT '${tenant}', id, 1, 'o', id, now(), now(), 'backlog', 3, 'manual', false
        FROM (VALUES ('way0'), ('way15000')) t (id)`
      )
      const refused = yield* Effect.flip(board!.link("way15000", "way0"))
      expect((refused as { readonly cycle?: ReadonlyArray<string> }).cycle).toEqual([
        "way15000",
        ...range(15_000).map((n) => `way${n}`)
      ])
    }).pipe(as))

  it.effect("a task goes with all its links, however many, in parts of one transaction", () =>
    Effect.gen(function*() {
      const url = yield* TestDatabase.make()
      const query = yield* load(url, 100, crowd)
      yield* query(`UPDATE board_links SET child_id = 'fan1' WHERE parent_id = 'above1'`)
      const { stream, take } = CountingStream.make(Redacted.value(url))
      const layer = Layer.provideMerge(
        Services.layer,
        PostgresStore.layer({ url, stream, maxConnections: 1, migrate: false })
      )
      const board = yield* Effect.provide(Board, yield* Layer.build(layer))
      yield* board.link("deep0", "root")
      const told = `SELECT coalesce(max(number), 0)::int4 FROM board_changes`
      const last = (yield* query(told))[0]![0] as number
      const stale = yield* Effect.flip(board.remove("root", { ifMatch: [7] }))
      expect(stale._tag).toBe("VersionMismatch")
      const rehearsed = yield* board.remove("root", { reason: "all", dryRun: true })
      expect([(yield* query(told))[0]![0], (yield* board.get("root")).version]).toEqual([last, 1])

      take()
      const removed = yield* board.remove("root", { reason: "all" })
      // Reading, counting, and three statements for each thousand links.
      expect(take()).toBeLessThanOrEqual(12 + 3 * (crowd / 1_000 + 2))
      expect([rehearsed.changed, rehearsed.version, removed.changed, removed.version]).toEqual([true, 1, true, 2])
      const { updated_at } = removed.state
      expect({ ...rehearsed.state, updated_at }).toEqual(removed.state)
      const counted = yield* query(`SELECT count(*) FILTER (WHERE linked)::int4, count(*) FILTER (WHERE NOT linked AND
        version = 2)::int4 FROM board_links
        WHERE 'root' IN (parent_id, child_id)`)
      expect(counted).toEqual([[0, crowd + 1]])
      const history = yield* query(`SELECT count(*)::int4, min(version)::int4, max(version)::int4 FROM record_history
        WHERE kind = 'BoardLink' AND version = 2 AND reason = 'all' AND moves = '{"linked": {"from": true, "to": false}}'`)
      expect(history).toEqual([[crowd + 1, 2, 2]])
      // The numbers go on without a gap, each tells of a link of its own, and the deletion comes last.
      const changes = yield* query(`SELECT count(*)::int4, count(DISTINCT (task_id, subtask_id))::int4,
          min(number)::int4, max(number)::int4, max(number) FILTER (WHERE change = 'deleted')::int4
        FROM board_changes WHERE number > ${last} AND reason = 'all'`)
      expect(changes).toEqual([[crowd + 2, crowd + 2, last + 1, last + crowd + 2, last + crowd + 2]])
      expect((yield* board.activity("fan5"))[0]).toMatchObject({
        reason: "all",
        changes: ["is no subtask of \"root\" any more"]
      })
      expect(yield* board.parents(`fan${crowd}`)).toEqual([])
      expect((yield* board.activity("deep0"))[0]).toMatchObject({ changes: ["unlinks the subtask \"root\""] })
    }).pipe(as), 120_000)

  it.effect(
    "of links that others make meanwhile none outlives the task, and each is told of",
    () =>
      Effect.gen(function*() {
        const { boards, store, url } = yield* servers(2)
        const query = yield* load(url, 0, 5_000)
        yield* query("DELETE FROM board_changes")
        const [one, two] = boards as [Board["Service"], Board["Service"]]
        const removing = Effect.result(one.remove("root"))
        const linking = Effect.forEach(range(20), (n) => Effect.result(two.link("root", `deep${n}`)))
        const [removed, links] = yield* Effect.all([removing, linking], { concurrency: "unbounded" })
        expect(Result.isSuccess(removed)).toBe(true)
        expect(links.every((link) => Result.isSuccess(link) || link.failure._tag === "RecordMissing")).toBe(true)
        const { changes, links: left } = yield* stored(store)
        expect(left.some(({ parent_id }) => parent_id === "root")).toBe(false)
        expect(changes.map(({ number }) => number)).toEqual(range(changes.length).map((n) => n + 1))
        const made = links.filter(Result.isSuccess).length
        expect(changes.filter(({ change }) => change === "unlinked").length).toBe(5_000 + made)
        expect(changes.filter(({ change }) => change === "linked").length).toBe(made)
        expect(changes.filter(({ change }) => change === "deleted")).toEqual([changes.at(-1)])
      }).pipe(as),
    60_000
  )
})
