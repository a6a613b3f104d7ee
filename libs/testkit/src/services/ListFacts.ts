/**
 * What holds of lists.
 *
 * @internal
 */
import { Board, type Lists, Task, TaskAgents, Tasks, Trackers } from "@emend/domain"
import * as Effect from "effect/Effect"
import { as, equal, type Facts, refusal } from "./Fact.ts"

type Entry = Lists.Listed<{ readonly id: string }>
type List<E, R> = (range: Lists.Range) => Effect.Effect<ReadonlyArray<Entry>, E, R>

/** Reads a list in pages, with something happening between them, and gives the ids. */
const walk = Effect.fnUntraced(function*<E, R, E2, R2>(
  list: List<E, R>,
  between: (page: number) => Effect.Effect<unknown, E2, R2>,
  limit = 2
) {
  const ids: Array<string> = []
  let cursor: string | undefined
  for (let page = 1;; page++) {
    const found = yield* list({ cursor, limit })
    ids.push(...found.map(({ state }) => state.id))
    if (found.length < limit) return ids
    cursor = found.at(-1)!.cursor
    yield* between(page)
  }
})

const names = ["a", "b", "c", "d", "e", "f", "g"]
const touch = (id: string, value: number) =>
  Effect.flatMap(Tasks, ({ update }) => update(id, Task.Task.fromBody({ merge_params: { value } })))
const seven = Effect.flatMap(Tasks, ({ create }) => Effect.forEach(names, (id) => create({ id, name: `name ${id}` })))

/** What holds of the lists of tasks, by sentence. */
export const taskListFacts: Facts = {
  "in an order that no update changes each task is given once, while others come, change, move and go": Effect.gen(
    function*() {
      const tasks = yield* Tasks
      yield* seven
      for (const order_by of ["created_at", "name", "id"] as const) {
        for (const order_direction of ["asc", "desc"] as const) {
          const found = yield* walk(
            (range) => tasks.list({ order_by, order_direction, ...range }),
            (page) =>
              Effect.gen(function*() {
                for (const id of names) yield* touch(id, Math.random())
                const passing = yield* tasks.create({ name: `${"az"[page % 2]}${page}` })
                yield* tasks.move(passing.state.id, "DELETED")
              }),
            3
          )
          equal(found.filter((id) => names.includes(id)), order_direction === "asc" ? names : names.toReversed())
        }
      }
    }
  ),
  "in the order of the last change a task that does not change is given once, and none twice": Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* seven
    for (const order_direction of ["asc", "desc"] as const) {
      const order = (yield* tasks.list({ order_by: "updated_at", order_direction })).map(({ state }) => state.id)
      const [first, last] = [order[0]!, order.at(-1)!]
      const found = yield* walk(
        (range) => tasks.list({ order_by: "updated_at", order_direction, ...range }),
        (page) => page < 9 ? Effect.andThen(touch(first, Math.random()), touch(last, Math.random())) : Effect.void
      )
      equal(found.length, new Set(found).size)
      equal(found.filter((id) => id !== first && id !== last), order.slice(1, -1))
    }
  }),
  "in the order of the status a task that keeps its status is given once": Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* seven
    const found = yield* walk(
      (range) => tasks.list({ order_by: "status", order_direction: "asc", ...range }),
      (page) => page === 1 ? tasks.move("a", "TERMINATED") : page === 2 ? tasks.move("g", "CANCELED") : Effect.void
    )
    equal(found.filter((id) => id !== "a" && id !== "g"), names.slice(1, -1))
  }),
  "a cursor goes on in a list of any length, and belongs to its filters and order": Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* seven
    const [first] = yield* tasks.list({ status: "RUNNING", limit: 1 })
    equal(first!.state.id, "g")
    const rest = yield* tasks.list({ status: "RUNNING", cursor: first!.cursor, limit: 10 })
    equal(rest.map(({ state }) => state.id), names.slice(0, -1).toReversed())
    const { cursor } = first!
    yield* refusal(tasks.list({ cursor }), "CursorMalformed")
    yield* refusal(tasks.list({ status: "FAILED", cursor }), "CursorMalformed")
    yield* refusal(tasks.list({ status: "RUNNING", order_direction: "asc", cursor }), "CursorMalformed")
    yield* refusal(tasks.list({ status: "RUNNING", order_by: "id", cursor }), "CursorMalformed")
    yield* refusal(tasks.list({ cursor: "" }), "CursorMalformed")
  }),
  "a list has no params, and agents only where they are asked for": Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* tasks.create({ id: "one", params: { a: 1 }, agent_ids: ["x", "y"] })
    yield* tasks.create({ id: "two" })
    const plain = yield* tasks.list()
    equal(plain.map((task) => ["params" in task.state, "agents" in task]), [[false, false], [false, false]])
    const told = yield* tasks.list({ agents: true })
    equal(told.map(({ agents }) => agents!.map(({ id }) => id).sort()), [[], ["x", "y"]])
  }),
  "a task that is read has its agents where they are asked for, those of now": Effect.gen(function*() {
    const tasks = yield* Tasks
    yield* tasks.create({ id: "one", agent_ids: ["x"] })
    yield* tasks.create({ id: "two" })
    const plain = yield* tasks.get("one")
    const read = [tasks.get("one", { agents: true }), tasks.at("one", 1, { agents: true })]
    for (const ids of [["x"], ["x", "y"]]) {
      for (const [{ agents, ...task }, listed] of (yield* Effect.all(read)).map((task) => [task, ids] as const)) {
        equal([task, agents!.map(({ id }) => id)], [plain, listed])
      }
      yield* (yield* Trackers).assign({ task_id: "one", agent_id: "y" })
    }
    equal("agents" in plain, false)
    equal((yield* tasks.get("two", { agents: true })).agents, [])
    yield* refusal(tasks.get("none", { agents: true }), "RecordMissing")
    yield* tasks.move("one", "DELETED")
    yield* refusal(tasks.get("one", { agents: true }), "RecordMissing")
  }),
  "tasks are listed by the name of an agent, however many have it": Effect.gen(function*() {
    const trackers = yield* Trackers
    const tasks = yield* Tasks
    yield* seven
    yield* trackers.assign({ task_id: "b", agent_id: "one", name: "Ann" })
    const ids = (agent_id?: string) =>
      Effect.map(
        tasks.list({ agent_name: "Ann", ...(agent_id === undefined ? undefined : { agent_id }) }),
        (found) => found.map(({ state }) => state.id)
      )
    equal([yield* ids(), yield* ids("one"), yield* ids("two")], [["b"], ["b"], []])
    for (let n = 0; n < 101; n++) yield* trackers.assign({ task_id: "d", agent_id: `ann ${n}`, name: "Ann" })
    equal([yield* ids(), yield* ids("ann 7"), yield* ids("one")], [["d", "b"], ["d"], ["b"]])
  }),
  "what is no number of records asks for none, and a fraction is rounded down": Effect.gen(function*() {
    const [tasks, trackers, board] = [yield* Tasks, yield* Trackers, yield* Board]
    yield* tasks.create({ id: "t", agent_ids: ["x"] })
    for (const n of [1, 2]) {
      yield* tasks.update("t", Task.Task.fromBody({ merge_params: { n } }))
      yield* tasks.create({ id: `t${n}` })
      yield* trackers.append("t", { agent_id: "x", content: n })
      yield* board.create({ id: `b${n}`, title: "b" })
      yield* board.createSubtask("b1", { title: "s" })
    }
    const parts = (limit: number) => {
      const lists: ReadonlyArray<Effect.Effect<ReadonlyArray<unknown>, unknown>> = [
        tasks.list({ limit }),
        trackers.events({ task_id: "t", agent_id: "x", limit }),
        board.list({ limit }),
        board.subtasks("b1", { limit }),
        board.descendants("b1", { limit }),
        board.activity("b1", { limit }),
        tasks.history("t", { limit })
      ]
      return Effect.forEach(lists, (list) => Effect.map(list, ({ length }) => length))
    }
    for (const none of [0, 0.5, -1, NaN, -Infinity]) equal([none, yield* parts(none)], [none, [0, 0, 0, 0, 0, 0, 0]])
    equal(yield* parts(1.5), [1, 1, 1, 1, 1, 1, 1])
    equal(yield* parts(Infinity), [3, 2, 4, 2, 2, 3, 3])
    for (const skip of [-1, NaN, 0.5]) equal((yield* tasks.list({ skip })).length, 3)
    const versions = (before: number) => Effect.map(tasks.history("t", { before }), (found) => found.length)
    equal(
      yield* Effect.forEach([NaN, -Infinity, -1, 0, 1, 1.5, 2, 2.5, Infinity], versions),
      [0, 0, 0, 0, 0, 1, 1, 2, 3]
    )
  }),
  "another tenant's lists are its own": Effect.gen(function*() {
    yield* seven
    const [own] = yield* (yield* Tasks).list({ limit: 1 })
    const lists = Effect.gen(function*() {
      const scope = { organization_id: "o", project_id: "p" }
      return [
        yield* (yield* Tasks).list(),
        yield* (yield* Tasks).list({ cursor: own!.cursor }),
        yield* (yield* Tasks).list({ agent_id: "x" }),
        yield* (yield* Trackers).list(),
        yield* (yield* Board).list(),
        yield* (yield* TaskAgents).list(scope)
      ]
    })
    equal(yield* lists.pipe(as("somebody else")), [[], [], [], [], [], []])
    yield* refusal((yield* Tasks).named("name a", (yield* Tasks).get).pipe(as("somebody else")), "RecordMissing")
  }),
  "what is done by name is done to the task that has the name, also when it changes hands meanwhile": Effect.gen(
    function*() {
      const tasks = yield* Tasks
      yield* tasks.create({ id: "old", name: "same" })
      let attempts = 0
      const after = yield* tasks.named("same", (id) =>
        Effect.gen(function*() {
          if (attempts++ === 0) {
            yield* tasks.move("old", "DELETED")
            yield* tasks.create({ id: "new", name: "same" })
          }
          return yield* tasks.update(id, Task.Task.fromBody({ merge_params: { a: 1 } }))
        }))
      equal([after.state.id, after.state.params, attempts], ["new", { a: 1 }, 2])
      equal((yield* refusal(tasks.named("none", tasks.get), "RecordMissing")).id, "none")
    }
  )
}

/** What holds of the lists of the board, by sentence. */
export const boardListFacts: Facts = {
  "each task of the board is given once, while others come, change, move and go": Effect.gen(function*() {
    const board = yield* Board
    for (const id of names) yield* board.create({ id, title: "T" })
    const found = yield* walk(board.list, (page) =>
      Effect.gen(function*() {
        yield* board.create({ id: `new ${page}`, title: "T" })
        yield* board.claim(names.filter((id) => id !== "c")[page]!, { field: "assigned_to_user_id", id: "u" })
        if (page === 1) yield* board.remove("c")
      }))
    equal(found, names.filter((id) => id !== "c").toReversed())
    equal((yield* board.list({ assigned_to_user_id: "u", status: "running" })).length > 0, true)
  })
}
