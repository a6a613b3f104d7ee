/**
 * The use cases of tasks, carried out by a server elsewhere.
 *
 * @internal
 */
import { IdempotencyKey, Refusals, Task, TaskNames, Tasks } from "@emend/domain"
import { moves, TasksGroup, wholeAnswers } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import type { Client } from "./Client.ts"
import * as Drafts from "./Drafts.ts"
import * as Pages from "./Pages.ts"
import * as Past from "./Past.ts"

const moveTo = new Map(Object.entries(moves).map(([name, status]) => [status, name as keyof typeof moves]))

/** What a query says of what is given beside tasks. */
const relationships = ({ agents }: { readonly agents?: boolean | undefined } = {}) =>
  agents === true ? { relationships: "agents" as const } : {}

/** Gives the use cases that a client carries out. */
export const make = (client: Client): Tasks["Service"] => {
  const ask = client(TasksGroup, wholeAnswers.tasks)
  const past = Past.make(ask)
  const at = (task_id: string) => ({ task_id })
  const find = TaskNames.naming((name) =>
    Effect.map(ask.getByName({ params: { name }, query: {} }), ({ state }) => state.id)
  )

  return Tasks.of({
    create: (input, conditions) => ask.create({ payload: input, conditions }),
    get: (id, beside) => ask.get({ params: at(id), query: relationships(beside) }),
    list: ({ agents, cursor, limit, skip, ...filters } = {}) =>
      Pages.range(
        { cursor, limit, skip },
        { maximum: Pages.maxima.list, numbered: true },
        (page) => ask.list.page({ query: { ...filters, ...relationships({ agents }), ...Pages.stated(page) } })
      ),
    named: (name, use) =>
      Effect.flatMap(
        IdempotencyKey,
        (key) => key === undefined ? find(name, use) : remembered(find(name, use), name, use)
      ),
    update: (id, draft, conditions) =>
      Effect.flatMap(
        Drafts.body(Task.Task, draft),
        (payload) => ask.update({ params: at(id), payload, conditions })
      ),
    move: (id, to, { status_reason, ...conditions } = {}) => {
      const reason = status_reason === undefined ? undefined : { reason: status_reason }
      return to === "DELETED"
        ? ask.remove({ params: at(id), query: { ...reason }, conditions, naming: ["task_id"] })
        : ask[moveTo.get(to)!]({ params: at(id), payload: { ...reason }, conditions })
    },
    clean: (id, conditions) => ask.clean({ params: at(id), conditions }),
    at: (id, version, beside) => ask.get({ params: at(id), query: { version, ...relationships(beside) } }),
    diff: (id, from, to) => past.diff(at(id), from, to),
    restore: (id, version, conditions) => past.restore(at(id), version, conditions),
    undo: (id, revision, conditions) => past.undo(at(id), revision, conditions),
    history: (id, page) => past.history(at(id), page)
  })
}

/** The id of a task of no name: nothing has it, and nobody can guess it. */
const nameless = "no task "

/**
 * What was done under a key before was done to the task that had the name then. Where none has it now, the server is
 * asked with an id that no task has: it knows the key, or the task is missing.
 */
const remembered = <A, E, R>(
  found: Effect.Effect<A, E | Refusals.TooContended, R>,
  name: string,
  use: (id: string) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | Refusals.TooContended, R> => {
  const isMissing = (error: unknown, id: (id: string) => boolean) =>
    error instanceof Refusals.RecordMissing && error.kind === "Task" && id(error.id)
  return found.pipe(
    Effect.catch((error) => isMissing(error, (id) => id === name) ? use(nameless + randomUUID()) : Effect.fail(error)),
    Effect.mapError((error) =>
      isMissing(error, (id) => id.startsWith(nameless))
        ? new Refusals.RecordMissing({ kind: "Task", id: name }) as E
        : error
    )
  )
}
