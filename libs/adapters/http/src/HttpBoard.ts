/**
 * The use cases of the board, carried out by a server elsewhere.
 *
 * @internal
 */
import { Board, BoardTask, type DepthPage } from "@emend/domain"
import { BoardGroup, wholeAnswers } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import type { Client } from "./Client.ts"
import * as Drafts from "./Drafts.ts"
import * as Pages from "./Pages.ts"
import * as Past from "./Past.ts"

const paging = { maximum: Pages.maxima.list }

/** How many steps far relatives are looked for at most; the services take more for as many. */
const maxDepth = 100

/** The one key of the body that gives a task to somebody. */
const given = ({ field, id }: BoardTask.Assignment) => ({ [field.replace("assigned_to_", "")]: id })

/** Gives the use cases that a client carries out. */
export const make = (client: Client): Board["Service"] => {
  const ask = client(BoardGroup, wholeAnswers.board)
  const past = Past.make(ask)
  const at = (task_id: string) => ({ task_id })
  const relatives =
    (list: "subtasks" | "parents" | "ancestors" | "descendants" | "activity") =>
    (id: string, { cursor, depth, limit }: DepthPage = {}) =>
      Pages.range<any, any>(
        { cursor, limit },
        paging,
        (page) =>
          ask[list].page({
            params: at(id),
            query: { ...(depth !== undefined && { depth: Math.min(depth, maxDepth) }), ...Pages.stated(page) }
          })
      )

  return Board.of({
    create: (input, conditions) => ask.create({ payload: input, conditions }),
    get: (id) => ask.get({ params: at(id), query: {} }),
    list: ({ cursor, limit, skip, ...filters } = {}) =>
      Pages.range(
        { cursor, limit, skip },
        paging,
        (page) => ask.list.page({ query: { ...filters, ...Pages.stated(page) } })
      ),
    update: (id, draft, conditions) =>
      Effect.flatMap(
        Drafts.body(BoardTask.BoardTask, draft),
        (payload) => ask.update({ params: at(id), payload, conditions })
      ),
    assign: (id, assignment, conditions) => ask.assign({ params: at(id), payload: given(assignment), conditions }),
    claim: (id, worker, conditions) => ask.claim({ params: at(id), payload: given(worker), conditions }),
    transition: (id, status, { reason, ...conditions } = {}) =>
      ask.transition({
        params: at(id),
        payload: { status, ...(reason === undefined ? undefined : { reason }) },
        conditions
      }),
    transitions: (id) => ask.transitions({ params: at(id) }),
    remove: (id, conditions) => ask.remove({ params: at(id), conditions }),
    counts: ask.counts({}),
    createSubtask: (parent, input, conditions) => ask.createSubtask({ params: at(parent), payload: input, conditions }),
    link: (parent, child_id, conditions) =>
      ask.link({ params: at(parent), payload: { child_id }, conditions, naming: ["task_id", "child_id"] }),
    unlink: (parent, child_id, conditions) => ask.unlink({ params: { ...at(parent), child_id }, conditions }),
    subtasks: relatives("subtasks"),
    parents: relatives("parents"),
    descendants: relatives("descendants"),
    ancestors: relatives("ancestors"),
    activity: relatives("activity"),
    at: (id, version) => past.at(at(id), version),
    diff: (id, from, to) => past.diff(at(id), from, to),
    restore: (id, version, conditions) => past.restore(at(id), version, conditions),
    undo: (id, revision, conditions) => past.undo(at(id), revision, conditions),
    history: (id, page) => past.history(at(id), page)
  })
}
