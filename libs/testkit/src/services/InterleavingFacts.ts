/**
 * What holds of two writers, in whatever order their calls reach the store (law P4).
 *
 * @internal
 */
import { Board, Tasks } from "@emend/domain"
import * as Effect from "effect/Effect"
import { activate, edit, make as agent, scope } from "./AgentScene.ts"
import { equal, type Facts, type Services } from "./Fact.ts"
import { type Meeting, serial } from "./Interleavings.ts"
import { type Life, lives } from "./Life.ts"

/** The fact that two writers come one after the other; there are several orders to try, or nothing is shown. */
const meet = <E>(scene: Effect.Effect<Meeting, E, Services>) =>
  Effect.map(serial(scene), (orders) => equal(orders > 1, true, `${orders} orders`))

const sentence = (what: string) => `${what} come one after the other, in every order of their calls (P4)`

/** Two writers of a record of version 2, which has been written to once. */
const writers: Readonly<Record<string, (life: Life) => Meeting["writers"]>> = {
  "two updates carried over the same version": ({ write }) => [
    write("a", { rebaseFrom: 2 }),
    write("b", { rebaseFrom: 2 })
  ],
  "an update carried over a version and one elsewhere": ({ elsewhere, write }) => [
    write("a", { rebaseFrom: 2 }),
    elsewhere[0]!
  ],
  "two updates that demand the same version": (
    { write }
  ) => [write("a", { ifMatch: [2] }), write("b", { ifMatch: [2] })],
  "two updates that demand nothing": ({ write }) => [write("a"), write("b")],
  "an undo and a change elsewhere": ({ elsewhere, undo }) => [undo(2), elsewhere.at(-1)!],
  "an undo and an update of the same": ({ undo, write }) => [undo(2), write("b")],
  "a restore and a change elsewhere": ({ elsewhere, restore }) => [restore(1), elsewhere[0]!]
}

const ofLife = (make: (typeof lives)[keyof typeof lives]): Facts =>
  Object.fromEntries(
    Object.entries(writers).map(([what, choose]) => [
      sentence(what),
      meet(Effect.gen(function*() {
        const life = yield* make
        yield* life.write("one")
        return { writers: choose(life), look: Effect.all([life.get, life.history]) }
      }))
    ])
  )

const taskMoves = Effect.gen(function*() {
  const tasks = yield* Tasks
  const { state: { id } } = yield* tasks.create({})
  return {
    writers: [tasks.move(id, "INTERRUPTED"), tasks.move(id, "COMPLETED")],
    look: Effect.all([tasks.get(id), tasks.history(id)])
  } satisfies Meeting
})

const worker = { field: "assigned_to_user_id", id: "u" } as const

const boardMeeting = (
  writers: (board: Board["Service"]) => Meeting["writers"],
  before: (board: Board["Service"]) => Effect.Effect<unknown, unknown, Services> = () => Effect.void
) =>
  meet(Effect.gen(function*() {
    const board = yield* Board
    for (const id of ["a", "b"]) yield* board.create({ id, title: id })
    yield* before(board)
    const seen = ["a", "b"].map((id) =>
      Effect.result(Effect.all([board.get(id), board.subtasks(id), board.parents(id), board.activity(id)]))
    )
    return { writers: writers(board), look: Effect.all(seen) }
  }))

const claimed = (board: Board["Service"]) => board.claim("a", worker)

const boardMeetings: Facts = {
  [sentence("two moves along one edge")]: boardMeeting(
    (board) => [board.transition("a", "review"), board.transition("a", "review")],
    claimed
  ),
  [sentence("two moves along different edges")]: boardMeeting(
    (board) => [board.transition("a", "review"), board.transition("a", "assigned")],
    claimed
  ),
  [sentence("a claim and an assignment")]: boardMeeting((board) => [
    board.claim("a", worker),
    board.assign("a", { field: "assigned_to_instance_id", id: "i" })
  ]),
  [sentence("two links that would close a cycle together")]: boardMeeting((board) => [
    board.link("a", "b"),
    board.link("b", "a")
  ]),
  [sentence("a link and a deletion of its end")]: boardMeeting((board) => [board.link("a", "b"), board.remove("b")])
}

const agentMeeting = (
  writers: (scene: Effect.Success<typeof agent>, second: string) => Meeting["writers"]
) =>
  meet(Effect.gen(function*() {
    const made = yield* agent
    const { revision_id } = yield* made.update(edit({ description: "second" }))
    const { agents, id } = made
    const seen = Effect.flatMap(agents.get(scope, id), (view) =>
      Effect.all([
        Effect.succeed(view),
        agents.history(scope, id),
        ...view.revisions.map((revision) => agents.revision(scope, id, revision.id))
      ]))
    return { writers: writers(made, revision_id!), look: seen }
  }))

const agentMeetings: Facts = {
  [sentence("two edits of a configuration")]: agentMeeting(({ update }) => [
    update(edit({ max_turns: 3 })),
    update(edit({ instruction: "Do better" }))
  ]),
  [sentence("an edit and an activation")]: agentMeeting(({ made, update }) => [
    update(edit({ max_turns: 3 })),
    update(activate(made.active_revision!.id))
  ]),
  [sentence("an edit carried over a version and another edit")]: agentMeeting(({ update }) => [
    update(edit({ max_turns: 3 }), { rebaseFrom: 2 }),
    update(edit({ max_turns: 4 }))
  ]),
  [sentence("an edit and a deletion")]: agentMeeting(({ agents, id, update }) => [
    update(edit({ max_turns: 3 })),
    agents.remove(scope, id)
  ])
}

/** The facts by service and sentence. */
export const interleavings: Readonly<Record<string, Facts>> = {
  Tasks: { [sentence("two moves")]: meet(taskMoves), ...ofLife(lives.Tasks) },
  Trackers: ofLife(lives.Trackers),
  Board: { ...boardMeetings, ...ofLife(lives.Board) },
  TaskAgents: { ...agentMeetings, ...ofLife(lives.TaskAgents) }
}
