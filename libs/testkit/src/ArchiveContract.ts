/**
 * The contract of the port `RecordArchive`, as a suite that any archive passes or fails.
 *
 * @since 0.1.0
 */
import { EventLog, RecordArchive, type RecordStore, type Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { afterAll, describe, expect, test } from "vitest"

type Services = RecordArchive.RecordArchive | EventLog.EventLog
type Archived = RecordArchive.Archived
type Holds = Effect.Effect<void, RecordStore.StoreUnavailable, Services>

const at = (second: number): string => `2026-11-21T10:00:${String(second).padStart(2, "0")}.000001Z`

const record = (tenant: string, kind: string, state: Revision.Row): Archived => {
  const touched = RecordArchive.archivedKinds.find((one) => one.kind.name === kind)!.touched
  const history = touched === undefined
    ? []
    : [{
      version: 1,
      at: state[touched] as string,
      by: "ann",
      reason: null,
      initial: state,
      patch: {},
      inverse: {},
      moves: {}
    }]
  return { key: { kind, tenant, id: state["id"] }, version: 1, state, history, snapshots: [] }
}

const task = (tenant: string, id: string, more: Revision.Row = {}): Archived =>
  record(tenant, "Task", {
    id,
    name: null,
    status: "RUNNING",
    status_reason: null,
    created_at: at(1),
    updated_at: at(1),
    cleaned_at: null,
    params: { ["__proto__"]: { "\\N": "a\tb\\." } },
    task_metadata: null,
    ...more
  })

const agent = (tenant: string, id: string): Archived => record(tenant, "Agent", { id, name: null, created_at: at(1) })

const event = (tenant: string, task_id: string, sequence_id: number): Archived =>
  record(tenant, "Event", {
    id: `e${sequence_id}`,
    sequence_id,
    task_id,
    agent_id: "a",
    created_at: at(2),
    content: sequence_id === 1 ? null : { n: sequence_id }
  })

const said = (tenant: string, sequence_id: number, content: string): Archived => {
  const { key, state } = event(tenant, "0", sequence_id)
  return record(tenant, key.kind, { ...state, content })
}

const tracker = (tenant: string, task_id: string): Archived =>
  record(tenant, "AgentTaskTracker", {
    id: "tr",
    agent_id: "a",
    task_id,
    status: null,
    status_reason: null,
    last_processed_event_id: null,
    created_at: at(1),
    updated_at: at(1)
  })

const card = (tenant: string, id: string): Archived =>
  record(tenant, "BoardTask", {
    organization_id: "acme",
    title: id,
    created_at: at(1),
    updated_at: at(1),
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

const link = (tenant: string, parent_id: string, child_id: string): Archived =>
  record(tenant, "BoardLink", {
    id: `${parent_id}-${child_id}`,
    parent_id,
    child_id,
    parent_created_at: at(1),
    child_created_at: at(1),
    linked: true,
    created_at: at(1),
    updated_at: at(1),
    created_by: "ann"
  })

const change = (tenant: string, number: number): Archived =>
  record(tenant, "BoardChange", {
    id: String(number),
    number,
    change: "linked",
    task_id: "x",
    subtask_id: "y",
    at: at(1),
    by: "ann",
    reason: null
  })

/** A history of three versions, with a whole state at the second. */
const changed = (tenant: string): Archived => {
  const { history, key, state } = task(tenant, "changed")
  const second = { ...state, params: { a: 1 }, updated_at: at(2) }
  const step = { at: at(2), by: "bob", reason: "x", initial: null, moves: {} }
  const inverse = { params: { set: state["params"] } }
  return {
    key,
    version: 3,
    state: { ...second, status: "COMPLETED", updated_at: at(3) },
    history: [
      ...history,
      { ...step, version: 2, patch: { params: { set: { a: 1 } } }, inverse },
      {
        ...step,
        version: 3,
        at: at(3),
        patch: {},
        inverse: {},
        moves: { status: { from: "RUNNING", to: "COMPLETED" } }
      }
    ],
    snapshots: [{ version: 2, state: second }]
  }
}

const given = ({ state }: Archived): Revision.Row => ({ status: state["status"], id: state["id"] })

const put = (...records: ReadonlyArray<Archived>) =>
  Effect.gen(function*() {
    const archive = yield* RecordArchive.RecordArchive
    return told(yield* archive.put(records.map((record) => ({ record }))))
  })

const told = (results: ReadonlyArray<RecordArchive.PutResult>): ReadonlyArray<string> =>
  results.map((result) => Result.isSuccess(result) ? result.success : result.failure._tag)

const all = (tenant: string, kind: string, limit = 100, after?: string) =>
  Effect.flatMap(
    RecordArchive.RecordArchive,
    (archive) => archive.read({ kind, tenant, limit, ...(after === undefined ? undefined : { after }) })
  )

/** How many records of a kind are read at once, page by page to the end; all of them are read. */
const pages = Effect.fnUntraced(
  function*(kind: string, records: ReadonlyArray<Archived>, limit: number, bytes: number) {
    const archive = yield* RecordArchive.RecordArchive
    const read: Array<Archived> = []
    const counts: Array<number> = []
    while (true) {
      const after = read.at(-1)?.key.id ?? ""
      const page = yield* archive.read({ kind, tenant: records[0]!.key.tenant, after, limit, bytes })
      if (page.length === 0) break
      read.push(...page)
      counts.push(page.length)
    }
    expect(read).toEqual(records)
    return counts
  }
)

const size = 100_000
const alike = "x".repeat(size)

/** Hardly any shorter when it is compressed. */
const unlike = (seed: number): string => {
  let [text, at] = ["", seed + 1]
  while (text.length < size) {
    at = at * 48_271 % 2_147_483_647
    text += at.toString(36)
  }
  return text.slice(0, size)
}

/** A small record whose history has so many characters. */
const edited = (tenant: string, id: string, text: string): Archived => {
  const { history, key, state } = task(tenant, id, { params: {} })
  const step = { at: at(1), by: "bob", reason: null, initial: null, moves: {} }
  return {
    key,
    version: 3,
    state,
    history: [
      ...history,
      { ...step, version: 2, patch: { params: { set: { text } } }, inverse: { params: { set: {} } } },
      { ...step, version: 3, patch: { params: { set: {} } }, inverse: { params: { set: { text } } } }
    ],
    snapshots: []
  }
}

const facts: Readonly<Record<string, (tenant: string) => Holds>> = {
  "what is put is read again as it is, with its history, by its key and in the order of ids": Effect.fnUntraced(
    function*(tenant) {
      const archive = yield* RecordArchive.RecordArchive
      const ids = ["\u{1d54f}", "\uffee", "b", "a"]
      const tasks = [...ids.map((id) => task(tenant, id)), changed(tenant)]
      const results = yield* put(...tasks, agent(tenant, "a"), event(tenant, "a", 1), event(tenant, "a", 7))
      expect(new Set(results)).toEqual(new Set(["added"]))
      expect((yield* all(tenant, "Task")).map(({ key }) => key.id)).toEqual([
        "a",
        "b",
        "changed",
        "\uffee",
        "\u{1d54f}"
      ])
      expect((yield* all(tenant, "Task", 2, "b")).map(({ key }) => key.id)).toEqual(["changed", "\uffee"])
      expect(yield* all(tenant, "Event")).toEqual([event(tenant, "a", 1), event(tenant, "a", 7)])
      const keys = [changed(tenant).key, { kind: "Task", tenant, id: "none" }, task(tenant, "\uffee").key]
      expect(yield* archive.get(keys, ["status", "id"])).toEqual([
        given(changed(tenant)),
        undefined,
        given(task(tenant, "\uffee"))
      ])
      expect(yield* archive.get([...keys, ...keys], [])).toEqual([{}, undefined, {}, {}, undefined, {}])
      expect(yield* archive.get([event(tenant, "a", 7).key], ["sequence_id"])).toEqual([{ sequence_id: 7 }])
      expect(yield* archive.tenants).toContain(tenant)
    }
  ),
  "a page ends with the record by which its states take so many bytes, compressible or not": Effect.fnUntraced(
    function*(tenant) {
      const texts = [alike, unlike(1), alike, unlike(2), unlike(3), alike, unlike(4)]
      const tasks = texts.map((text, i) => task(tenant, `${i}`, { params: { text } }))
      const small = Array.from({ length: 7 }, (_, i) => task(tenant, `small ${i}`))
      yield* put(...tasks, ...small)
      expect(yield* pages("Task", [...tasks, ...small], 5, 2.5 * size)).toEqual([3, 3, 5, 3])
      expect(yield* pages("Task", [...tasks, ...small], 5, 1)).toEqual(Array.from({ length: 14 }, () => 1))
      expect(yield* pages("Task", [...tasks, ...small], 5, Infinity)).toEqual([5, 5, 4])
      yield* put(agent(tenant, "a"))
      const events = texts.map((content, i) => said(tenant, i + 1, content))
      yield* put(...events)
      expect(yield* pages("Event", events, 5, 2.5 * size)).toEqual([3, 3, 1])
    }
  ),
  "a page ends with the record by which its histories take so many bytes, and has each of them whole": Effect
    .fnUntraced(
      function*(tenant) {
        const texts = [alike, unlike(1), alike, unlike(2), unlike(3)]
        const tasks = [
          ...texts.map((text, i) => edited(tenant, `${i}`, text)),
          ...["a", "b", "c"].map((id) => task(tenant, id))
        ]
        yield* put(...tasks)
        expect(yield* pages("Task", tasks, 5, 1.5 * size)).toEqual([1, 1, 1, 1, 1, 3])
        expect(yield* pages("Task", tasks, 5, 2.5 * size)).toEqual([2, 2, 4])
        expect(yield* pages("Task", tasks, 5, 1)).toEqual(tasks.map(() => 1))
        expect(yield* pages("Task", tasks, 5, Infinity)).toEqual([5, 3])
      }
    ),
  "the same once more is present; another content is refused and what is there stays": Effect.fnUntraced(
    function*(tenant) {
      yield* put(changed(tenant), task(tenant, "t"))
      const { history, ...rest } = changed(tenant)
      const other = { ...rest, history: history.with(1, { ...history[1]!, reason: "another" }) }
      const state = task(tenant, "t", { params: { a: 1 } })
      expect(yield* put(changed(tenant), other, state, task(tenant, "t"), task(tenant, "n"), task(tenant, "n")))
        .toEqual([
          "present",
          "Different",
          "Different",
          "present",
          "added",
          "present"
        ])
      expect(yield* all(tenant, "Task")).toEqual([changed(tenant), task(tenant, "n"), task(tenant, "t")])
    }
  ),
  "what refers to nothing, or has what another one has, is refused, and its neighbours are not": Effect.fnUntraced(
    function*(tenant) {
      const named = { name: "same" }
      const results = yield* put(
        task(tenant, "1", named),
        task(tenant, "2", named),
        task(tenant, "3", { ...named, status: "DELETED" }),
        tracker(tenant, "none"),
        tracker(tenant, "1"),
        agent(tenant, "a"),
        task(tenant, "5", { params: { a: "x".repeat(1_100_000) } }),
        task(tenant, "6")
      )
      const [first] = yield* put(tracker(tenant, "1"))
      expect([results[0], results[1], results[2], results[3], results[6], results[7]]).toEqual([
        "added",
        "Taken",
        "added",
        "Dangling",
        "TooLarge",
        "added"
      ])
      expect(["added", "present"]).toContain(first)
      expect(yield* put(event(tenant, "1", 2), { ...event(tenant, "1", 2), ...other(event(tenant, "1", 2)) })).toEqual([
        "added",
        "Taken"
      ])
    }
  ),
  "an edge that closes a cycle is refused, with what goes along; what goes along is refused with its record": Effect
    .fnUntraced(function*(tenant) {
      const archive = yield* RecordArchive.RecordArchive
      yield* put(card(tenant, "x"), card(tenant, "y"), card(tenant, "z"))
      const parcels = [["x", "y"], ["y", "z"], ["z", "x"], ["x", "x"], ["x", "z"]].map(([from, to], i) => ({
        record: link(tenant, from!, to!),
        along: [change(tenant, i + 1)]
      }))
      expect(told(yield* archive.put(parcels))).toEqual(["added", "added", "Cycle", "Cycle", "added"])
      expect((yield* all(tenant, "BoardChange")).map(({ key }) => key.id)).toEqual(["1", "2", "5"])
      yield* put(card(tenant, "w"))
      const clash = [{ record: link(tenant, "w", "x"), along: [change(tenant, 5)] }]
      expect(told(yield* archive.put(clash))).toEqual(["Taken"])
      expect((yield* all(tenant, "BoardLink")).length).toBe(3)
      expect(told(yield* archive.put(parcels.slice(0, 1)))).toEqual(["present"])
    }),
  "of edges in any order, in batches, exactly those are refused that close a cycle with those before": Effect
    .fnUntraced(
      function*(tenant) {
        const archive = yield* RecordArchive.RecordArchive
        const nodes = Array.from({ length: 12 }, (_, i) => `n${i}`)
        yield* put(...nodes.map((node) => card(tenant, node)))
        // Every other pair of nodes, the ends of each in either order, scattered.
        const pairs = nodes.flatMap((a, i) => nodes.slice(i).map((b, j) => (i * 5 + j * 3) % 4 === 0 ? [b, a] : [a, b]))
        const edges = pairs.map((_, i) => pairs[(i * 31) % pairs.length] as [string, string]).filter((_, i) =>
          i % 2 === 0
        )
        const ways = new Map<string, Array<string>>()
        const expected = edges.map(([from, to]) => {
          const reached = new Set([to])
          for (const node of reached) for (const next of ways.get(node) ?? []) reached.add(next)
          if (reached.has(from)) return "Cycle"
          ways.set(from, [...ways.get(from) ?? [], to])
          return "added"
        })
        const found: Array<unknown> = []
        for (let i = 0; i < edges.length; i += 7) {
          const batch = edges.slice(i, i + 7).map(([from, to]) => ({ record: link(tenant, from, to) }))
          found.push(...told(yield* archive.put(batch)))
        }
        expect(found).toEqual(expected)
        expect(new Set(expected).size).toBe(2)
      }
    ),
  "an event that is appended later has a number after those that were put": Effect.fnUntraced(function*(tenant) {
    const log = yield* EventLog.EventLog
    yield* put(task(tenant, "t"), agent(tenant, "a"), event(tenant, "t", 3), event(tenant, "t", 9))
    yield* put(tracker(tenant, "t"))
    const append = { tenant, id: "new", task_id: "t", agent_id: "a", created_at: at(9), content: {} }
    const [result] = yield* log.append([append])
    expect(result).toMatchObject({ success: { sequence_id: 10 } })
    expect((yield* log.read({ tenant, task_id: "t", after: 3, limit: 9 })).map(({ id }) => id)).toEqual(["e9", "new"])
  })
}

/** The same number under another id. */
const other = ({ key, state }: Archived): Partial<Archived> => ({
  key: { ...key, id: "other" },
  state: { ...state, id: "other" }
})

/**
 * Registers one test for each fact that an archive must keep.
 *
 * @category suites
 * @since 0.1.0
 */
export const suite = (name: string, layer: Layer.Layer<Services, unknown>): void => {
  describe(name, () => {
    const runtime = ManagedRuntime.make(layer)
    afterAll(() => runtime.dispose())
    Object.entries(facts).forEach(([fact, holds], at) => test(fact, () => runtime.runPromise(holds(`archive-${at}`))))
  })
}
