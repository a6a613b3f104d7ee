/**
 * What holds of the graph of board tasks.
 *
 * @internal
 */
import { type Activity, Board, BoardTask, type Records, type Relative } from "@emend/domain"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { as, equal, type Facts, refusal } from "./Fact.ts"

const { fromBody } = BoardTask.BoardTask

/** Makes tasks with these ids. */
const make = Effect.fnUntraced(function*(...ids: ReadonlyArray<string>) {
  const board = yield* Board
  yield* Effect.forEach(ids, (id) => board.create({ id, title: id }))
  return board
})

/** Makes tasks, and links them as `parent child`. */
const linked = Effect.fnUntraced(function*(ids: ReadonlyArray<string>, links: ReadonlyArray<string>) {
  const board = yield* make(...ids)
  for (const link of links) {
    const [parent, child] = link.split(" ")
    yield* board.link(parent!, child!)
  }
  return board
})

const named = (found: ReadonlyArray<Records.Saved<BoardTask.BoardTask>>) => found.map(({ state }) => state.id)
const placed = (found: ReadonlyArray<Relative>) => found.map(({ depth, state }) => `${state.id} ${depth}`)
const chain = (length: number) => Array.from({ length }, (_, n) => `t${String(n).padStart(4, "0")}`)
const range = (length: number) => Array.from({ length }, (_, n) => n)

/** Reads a list to its end, so many at a time. */
const pages = Effect.fnUntraced(function*<A extends { readonly cursor: string }, E, R>(
  limit: number,
  read: (page: { readonly cursor?: string | undefined; readonly limit: number }) => Effect.Effect<
    ReadonlyArray<A>,
    E,
    R
  >
) {
  const all: Array<A> = []
  while (true) {
    const page = yield* read({ cursor: all.at(-1)?.cursor, limit })
    all.push(...page)
    if (page.length < limit) return all
  }
})

const told = (found: ReadonlyArray<Activity>) => found.map(({ changes }) => changes.join("; "))

/** What holds of links between tasks, by sentence. */
const linkFacts: Facts = {
  "a link to itself is refused, and nothing is written": Effect.gen(function*() {
    const board = yield* make("a")
    const refused = yield* refusal(board.link("a", "a"), "CycleRefused")
    equal(refused.cycle, ["a"])
    equal(told(yield* board.activity("a")), ["creates the task"])
  }),
  "a link that would close a cycle is refused with the cycle, in the order of its links": Effect.gen(function*() {
    const board = yield* linked(["a", "b", "c", "d", "e"], ["a b", "b c", "c d", "a e", "e d"])
    equal((yield* refusal(board.link("b", "a"), "CycleRefused")).cycle, ["b", "a"])
    equal((yield* refusal(board.link("c", "a"), "CycleRefused")).cycle, ["c", "a", "b"])
    const refused = yield* refusal(board.link("d", "a"), "CycleRefused")
    equal([refused.kind, refused.id, refused.cycle], ["BoardTask", "d", ["d", "a", "e"]])
    equal(named(yield* board.subtasks("d")), [])
    yield* board.unlink("a", "e")
    equal((yield* refusal(board.link("d", "a"), "CycleRefused")).cycle, ["d", "a", "b", "c"])
    yield* board.unlink("b", "c")
    yield* board.link("d", "a")
    equal(placed(yield* board.descendants("c")), ["d 1", "a 2", "b 3"])
  }),
  "a cycle is found however long it is": Effect.gen(function*() {
    const ids = chain(150)
    const board = yield* linked(ids, ids.slice(1).map((id, n) => `${ids[n]} ${id}`))
    equal((yield* refusal(board.link(ids.at(-1)!, ids[0]!), "CycleRefused")).cycle, [ids.at(-1), ...ids.slice(0, -1)])
  }),
  "a task has several parents, and two ways to a task are no cycle": Effect.gen(function*() {
    const board = yield* linked(["a", "b", "c", "d"], ["a b", "a c", "b d", "c d", "a d"])
    equal(placed(yield* board.parents("d")), ["a 1", "b 1", "c 1"])
    equal(placed(yield* board.descendants("a")), ["b 1", "c 1", "d 1"])
    equal(placed(yield* board.ancestors("d")), ["a 1", "b 1", "c 1"])
  }),
  "linking what is linked changes nothing; what was unlinked is linked again": Effect.gen(function*() {
    const board = yield* make("a", "b")
    const first = yield* board.link("a", "b")
    equal([first.created, first.version, first.state.linked], [true, 1, true])
    const again = yield* board.link("a", "b")
    equal([again.created, again.version, again.state], [false, 1, first.state])
    yield* board.unlink("a", "b")
    equal((yield* refusal(board.unlink("a", "b"), "RecordMissing")).kind, "subtask")
    const anew = yield* board.link("a", "b")
    equal([anew.created, anew.version, anew.state.id], [true, 3, first.state.id])
    equal(named(yield* board.subtasks("a")), ["b"])
  }),
  "links need two tasks that are there": Effect.gen(function*() {
    const board = yield* make("a", "gone")
    yield* board.remove("gone")
    for (const [parent, child] of [["a", "none"], ["none", "a"], ["a", "gone"], ["gone", "a"]] as const) {
      equal((yield* refusal(board.link(parent, child), "RecordMissing")).id, parent === "a" ? child : parent)
    }
    yield* refusal(board.unlink("none", "a"), "RecordMissing")
    yield* refusal(board.unlink("a", "none"), "RecordMissing")
    for (const list of ["subtasks", "parents", "descendants", "ancestors", "activity"] as const) {
      yield* refusal(board[list]("gone") as Effect.Effect<unknown, { readonly _tag: string }>, "RecordMissing")
    }
  }),
  "another tenant's tasks cannot be linked, listed or counted": Effect.gen(function*() {
    const board = yield* linked(["a", "b"], ["a b"])
    const other = as("links of another tenant")
    yield* other(Effect.gen(function*() {
      yield* make("mine")
      yield* refusal(board.link("mine", "b"), "RecordMissing")
      yield* refusal(board.link("a", "mine"), "RecordMissing")
      yield* refusal(board.subtasks("a"), "RecordMissing")
      yield* refusal(board.createSubtask("a", { title: "x" }), "RecordMissing")
      equal((yield* board.counts).total, 1)
      yield* board.remove("mine")
    }))
  }),
  "ids of any length are linked": Effect.gen(function*() {
    const ids = ["x".repeat(255), `${"x".repeat(254)}y`]
    const board = yield* make(...ids)
    yield* board.link(ids[0]!, ids[1]!)
    equal(named(yield* board.subtasks(ids[0]!)), [ids[1]])
    equal(named(yield* board.parents(ids[1]!)), [ids[0]])
  }),
  "a subtask is made with its link, and takes priority and assignees of its parent where none are given": Effect.gen(
    function*() {
      const board = yield* Board
      yield* board.create({ id: "a", title: "A", priority: 1, assigned_to_type_id: "t", assigned_to_user_id: "u" })
      const of = ({ state }: Records.Saved<BoardTask.BoardTask>) => [
        state.status,
        state.priority,
        state.assigned_to_type_id,
        state.assigned_to_instance_id,
        state.assigned_to_user_id
      ]
      const heir = yield* board.createSubtask("a", { title: "B", assigned_to_user_id: null, priority: null })
      equal([heir.version, ...of(heir)], [1, "backlog", 1, "t", null, "u"])
      const own = yield* board.createSubtask("a", { title: "C", assigned_to_instance_id: "i", priority: 4 })
      equal(of(own), ["backlog", 4, null, "i", null])
      equal(of(yield* board.get(own.state.id)), of(own))
      equal(named(yield* board.subtasks("a")), [heir.state.id, own.state.id])
    }
  ),
  "a subtask that cannot be made leaves nothing": Effect.gen(function*() {
    const board = yield* make("a", "b", "gone")
    yield* board.remove("gone")
    yield* refusal(board.createSubtask("a", { id: "b", title: "x" }), "AlreadyTaken")
    yield* refusal(board.createSubtask("a", { id: "gone", title: "x" }), "AlreadyTaken")
    yield* refusal(board.createSubtask("gone", { id: "new", title: "x" }), "RecordMissing")
    equal(named(yield* board.subtasks("a")), [])
    equal(told(yield* board.activity("a")), ["creates the task"])
    yield* board.create({ id: "new", title: "x" })
  }),
  "deleting a task takes its links and leaves its subtasks": Effect.gen(function*() {
    const board = yield* linked(["a", "b", "c", "d"], ["a b", "b c", "b d"])
    yield* refusal(board.link("c", "a"), "CycleRefused")
    yield* refusal(board.remove("b", { ifMatch: [7] }), "VersionMismatch")
    equal((yield* board.remove("b", { dryRun: true })).changes, 1)
    equal(placed(yield* board.descendants("a")), ["b 1", "c 2", "d 2"])
    const removed = yield* board.remove("b", { ifMatch: [1], reason: "done" })
    equal([removed.changed, removed.version, removed.state.is_deleted], [true, 2, true])
    equal(named(yield* board.subtasks("a")), [])
    equal(named(yield* board.parents("c")), [])
    equal((yield* board.get("c")).version, 1)
    yield* refusal(board.remove("b"), "RecordMissing")
    yield* board.link("c", "a")
    equal(placed(yield* board.ancestors("a")), ["c 1"])
  })
}

/** What holds of lists along links, by sentence. */
const listFacts: Facts = {
  "relatives are listed by distance, then in the order of their creation, each once": Effect.gen(function*() {
    const board = yield* linked(["z", "y", "x", "w", "v", "u"], ["z x", "z y", "x w", "y w", "w v", "z v", "v u"])
    equal(placed(yield* board.descendants("z")), ["y 1", "x 1", "v 1", "w 2", "u 2"])
    equal(placed(yield* board.descendants("z", { depth: 1 })), ["y 1", "x 1", "v 1"])
    equal(placed(yield* board.subtasks("z")), ["y 1", "x 1", "v 1"])
    equal(placed(yield* board.ancestors("u")), ["v 1", "z 2", "w 2", "y 3", "x 3"])
    equal(placed(yield* board.ancestors("u", { depth: 2 })), ["v 1", "z 2", "w 2"])
    equal(placed(yield* board.ancestors("z")), [])
  }),
  "in pages of any size a list along links is whole": Effect.gen(function*() {
    const board = yield* make("root")
    const ids = yield* Effect.forEach(range(7), () => board.createSubtask("root", { title: "x" }))
    yield* Effect.forEach(ids, ({ state }) => board.createSubtask(state.id, { title: "y" }))
    const leaf = (yield* board.createSubtask(ids[0]!.state.id, { title: "z" })).state.id
    yield* Effect.forEach(ids.slice(1), ({ state }) => board.link(state.id, leaf))
    const below = yield* board.descendants("root")
    equal(below.length, 15)
    const near = below.slice(0, 7).map(({ state }) => state.id)
    for (const limit of [1, 2, 3, 7, 15, 16]) {
      equal(yield* pages(limit, (page) => board.descendants("root", page)), below)
      equal(named(yield* pages(limit, (page) => board.subtasks("root", page))), near)
      equal(yield* pages(limit, (page) => board.parents(leaf, page)), yield* board.parents(leaf))
      equal(yield* pages(limit, (page) => board.ancestors(leaf, page)), yield* board.ancestors(leaf))
    }
  }),
  "relatives are looked for 100 steps far": Effect.gen(function*() {
    const ids = chain(103)
    const board = yield* linked(ids, ids.slice(1).map((id, n) => `${ids[n]} ${id}`))
    equal(named(yield* board.descendants(ids[0]!, { depth: 1_000, limit: 200 })), ids.slice(1, 101))
    equal(named(yield* board.ancestors(ids[101]!, { limit: 200 })), ids.slice(1, 101).toReversed())
    equal(named(yield* board.descendants(ids[100]!)), ids.slice(101))
  }),
  "every status is counted, none included, and nothing that was deleted": Effect.gen(function*() {
    const board = yield* make("a", "b", "c", "gone")
    yield* board.assign("b", { field: "assigned_to_user_id", id: "u" })
    yield* board.remove("gone")
    equal(yield* board.counts, { counts: { backlog: 2, assigned: 1, running: 0, review: 0, done: 0 }, total: 3 })
  }),
  "an activity tells of changes, moves and links, newest first, by whom and why": Effect.gen(function*() {
    const board = yield* make("a", "c", "p")
    yield* board.link("p", "a", { reason: "part of it" })
    yield* board.update("a", fromBody({ priority: 1, title: "A" }))
    yield* board.claim("a", { field: "assigned_to_user_id", id: "u" }, { reason: "mine" })
    yield* board.link("a", "c")
    yield* board.unlink("a", "c", { reason: "not this" })
    const made = yield* board.createSubtask("a", { title: "x" })
    yield* board.remove("p")
    const all = yield* board.activity("a")
    equal(told(all), [
      "is no subtask of \"p\" any more",
      `links the subtask "${made.state.id}"`,
      "unlinks the subtask \"c\"",
      "links the subtask \"c\"",
      "sets assigned_to_user_id to \"u\"; moves status from \"backlog\" to \"running\"",
      "sets title to \"A\"; sets priority to 1",
      "becomes a subtask of \"p\"",
      "creates the task"
    ])
    equal(all.map(({ reason }) => reason), [null, null, "not this", null, "mine", null, "part of it", null])
    equal(all.map(({ version }) => version), [null, null, null, null, 3, 2, null, 1])
    equal(all.every(({ by }) => by === "tester"), true)
    equal(told(yield* board.activity(made.state.id)), ["becomes a subtask of \"a\"", "creates the task"])
    for (const limit of [1, 2, 3, 8]) equal(yield* pages(limit, (page) => board.activity("a", page)), all)
  }),
  "a cursor leads on in its own list and no other": Effect.gen(function*() {
    const board = yield* linked(["a", "b", "c"], ["a b", "a c", "b c"])
    const [first] = yield* board.descendants("a", { limit: 1 })
    equal(placed(yield* board.descendants("a", { cursor: first!.cursor })), ["c 1"])
    const page = { cursor: first!.cursor }
    yield* refusal(board.descendants("a", { ...page, depth: 2 }), "CursorMalformed")
    yield* refusal(board.descendants("b", page), "CursorMalformed")
    yield* refusal(board.ancestors("a", page), "CursorMalformed")
    yield* refusal(board.activity("a", page), "CursorMalformed")
    for (const cursor of ["", "x", "é", "bm9uZQ", (yield* board.activity("a"))[0]!.cursor]) {
      yield* refusal(board.subtasks("a", { cursor }), "CursorMalformed")
    }
    yield* refusal(board.activity("b", (yield* board.activity("a"))[0]), "CursorMalformed")
  })
}

/** The ways in which a task comes to a link. */
const joins = [
  (board: Board["Service"], id: string) => board.link(id, "a"),
  (board: Board["Service"], id: string) => board.link("a", id),
  (board: Board["Service"], id: string) => board.createSubtask(id, { title: "x" })
].map((join) => (board: Board["Service"], id: string): Effect.Effect<unknown, { readonly _tag: string }> =>
  join(board, id)
)

const raceFacts: Facts = {
  "of links that would close a cycle together, all but one are made": Effect.gen(function*() {
    const ids = chain(8)
    const board = yield* make(...ids)
    const links = yield* Effect.forEach(
      ids,
      (id, n) => Effect.result(board.link(id, ids[(n + 1) % ids.length]!)),
      { concurrency: "unbounded" }
    )
    const refused = links.flatMap((link) => link._tag === "Failure" ? [link.failure] : [])
    equal(refused.map(({ _tag }) => _tag), ["CycleRefused"])
    equal((refused[0] as { readonly cycle?: ReadonlyArray<string> }).cycle?.length, 8)
  }),
  "of two tasks that are linked both ways at once, one is a part of the other": Effect.gen(function*() {
    for (const round of range(6)) {
      const [a, b] = [`a${round}`, `b${round}`]
      const board = yield* make(a, b)
      const links = yield* Effect.all([board.link(a, b), board.link(b, a)].map(Effect.result), {
        concurrency: "unbounded"
      })
      equal(links.map((link) => link._tag === "Failure" ? link.failure._tag : "linked").sort(), [
        "CycleRefused",
        "linked"
      ])
    }
  }),
  "however many link at once, each succeeds": Effect.gen(function*() {
    const ids = chain(64)
    const board = yield* make("a", ...ids)
    yield* Effect.forEach(ids, (id) => board.link("a", id), { concurrency: "unbounded" })
    equal(named(yield* board.subtasks("a", { limit: 100 })), ids)
  }),
  "a task that is deleted while it is linked has no link": Effect.gen(function*() {
    const ids = chain(24)
    const board = yield* make("a", ...ids)
    const outcomes = yield* Effect.forEach(
      ids,
      (id, n) =>
        Effect.all([
          Effect.result(Effect.asVoid(joins[n % 3]!(board, id))),
          Effect.result(board.remove(id))
        ], { concurrency: "unbounded" }),
      { concurrency: "unbounded" }
    )
    for (const [link, removal] of outcomes) {
      equal(removal._tag, "Success")
      if (link._tag === "Failure") equal(link.failure._tag, "RecordMissing")
    }
    equal([yield* board.subtasks("a"), yield* board.parents("a")], [[], []])
  })
}

/** Runs a program by a clock that is a second further each time that it is asked. */
const ticking = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    let seconds = 1_700_000_000n
    const next = () => ++seconds * 1_000_000_000n
    const slow: Clock.Clock = {
      ...clock,
      currentTimeNanosUnsafe: next,
      currentTimeNanos: Effect.sync(next),
      sleep: (duration) => clock.sleep(duration)
    }
    return Effect.provideService(program, Clock.Clock, slow)
  })

const byTicks = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).map(([sentence, fact]) => [sentence, ticking(fact)]))

/** What holds of the graph of tasks, by sentence. */
export const graphFacts: Facts = byTicks({ ...linkFacts, ...listFacts })

/** What holds of links that are made at once, by sentence. */
export const graphRaces: Facts = byTicks(raceFacts)
