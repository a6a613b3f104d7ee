/**
 * Random commands to the graph of board tasks.
 *
 * @internal
 */
import { Board } from "@emend/domain"
import * as Effect from "effect/Effect"
import { strict as assert } from "node:assert"
import { element } from "../Choice.ts"
import { idAt, maybe, noting, type Verb } from "./Verb.ts"

const place = element([0, 0, 0, 1, 2])
/** The tasks of a graph are meant alike, so that they meet. */
const node = element([0, 1, 2, 3])

/** The verbs of links, and of the lists along them. */
export const graphVerbs: Readonly<Record<string, Verb>> = {
  createSubtask: {
    weight: 2,
    arguments: [["parent", place], ["priority", maybe(element([1, 4]))], [
      "assigned_to_user_id",
      maybe(element(["u"]))
    ]],
    run: ({ parent, ...input }, { board }) =>
      noting(
        board,
        Effect.flatMap(Board, (service) => service.createSubtask(idAt(board, parent), { title: "Part", ...input }))
      )
  },
  linkBoardTasks: {
    weight: 6,
    arguments: [["parent", node], ["child", node], ["reason", maybe(element(["because"]))]],
    run: ({ child, parent, reason }, { board }) =>
      Effect.flatMap(Board, (service) => service.link(idAt(board, parent), idAt(board, child), { reason }))
  },
  unlinkBoardTasks: {
    weight: 2,
    arguments: [["parent", node], ["child", node]],
    run: ({ child, parent }, { board }) =>
      Effect.flatMap(Board, (service) => service.unlink(idAt(board, parent), idAt(board, child)))
  },
  relativesOfBoardTask: {
    weight: 2,
    arguments: [["task", node], ["list", element(["subtasks", "parents", "descendants", "ancestors"])], [
      "depth",
      maybe(element([1, 2]))
    ]],
    run: ({ depth, list, task }, { board }) =>
      Effect.flatMap(
        Board,
        (service) => service[list as "descendants"](idAt(board, task), { limit: 3, ...(depth && { depth }) })
      )
  },
  boardTaskActivity: {
    weight: 1,
    arguments: [["task", node], ["limit", maybe(element([1, 3]))]],
    run: ({ limit, task }, { board }) =>
      Effect.flatMap(Board, (service) => service.activity(idAt(board, task), { limit }))
  },
  boardCounts: {
    weight: 1,
    arguments: [],
    run: () => Effect.flatMap(Board, (service) => service.counts)
  }
}

/** The graph of the tasks that are left. It has no cycle, and either end of a link knows of the other. */
export const soundGraph = Effect.fnUntraced(function*(ids: ReadonlyArray<string>) {
  const board = yield* Board
  const read = (list: "subtasks" | "parents") =>
    Effect.forEach(ids, (id) =>
      Effect.match(board[list](id, { limit: 1_000 }), {
        onSuccess: (found) => found.map(({ state }): readonly [string, string] => [id, state.id]),
        onFailure: () => []
      }))
  const links = (yield* read("subtasks")).flat()
  const back = (yield* read("parents")).flat().map(([child, parent]) => [parent, child])
  assert.deepEqual(links.map(String).sort(), back.map(String).sort())
  let left = links
  while (left.length > 0) {
    // What nothing leads to is in no cycle.
    const rest = left.filter(([parent]) => left.some(([, child]) => child === parent))
    assert.notEqual(rest.length, left.length, `a cycle among ${JSON.stringify(left)}`)
    left = rest
  }
  return links
}, Effect.orDie)
