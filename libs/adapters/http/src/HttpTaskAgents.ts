/**
 * The use cases of task agents, carried out by a server elsewhere.
 *
 * @internal
 */
import { type Scope, TaskAgent, TaskAgents } from "@emend/domain"
import { TaskAgentsGroup, wholeAnswers } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import type { Client } from "./Client.ts"
import * as Drafts from "./Drafts.ts"
import * as Pages from "./Pages.ts"
import * as Past from "./Past.ts"

const paging = { maximum: Pages.maxima.agents }

const within = ({ organization_id, project_id }: Scope) => ({ org_id: organization_id, project_id })
const at = (scope: Scope, task_agent_id: string) => ({ ...within(scope), task_agent_id })
const paged = ({ cursor, limit }: Pages.Asking) => ({
  page_limit: limit,
  ...(cursor === undefined ? undefined : { cursor })
})

/** Gives the use cases that a client carries out. */
export const make = (client: Client): TaskAgents["Service"] => {
  const ask = client(TaskAgentsGroup, wholeAnswers.taskAgents)
  const past = Past.make(ask)

  return TaskAgents.of({
    // Where an agent is made is not looked for: it has to be said as it is.
    create: (scope, input, conditions) => ask.create({ params: within(scope), payload: input, conditions, naming: [] }),
    get: (scope, id) => ask.get({ params: at(scope, id), query: {} }),
    list: (scope, range = {}) =>
      Pages.range(range, paging, (page) => ask.list.page({ params: within(scope), query: paged(page) })),
    revisions: (scope, id, range = {}) =>
      Pages.range(range, paging, (page) => ask.revisions.page({ params: at(scope, id), query: paged(page) })),
    revision: (scope, id, revision_id) => ask.revision({ params: { ...at(scope, id), revision_id } }),
    compare: (scope, id, from, to) =>
      ask.compare({ params: { ...at(scope, id), revision_id: from, other_revision_id: to } }),
    activations: (scope, id, page) => Past.along(ask.activations, at(scope, id), page),
    update: (scope, id, command, conditions) =>
      Effect.flatMap(
        command._tag === "Edit"
          ? Drafts.body(TaskAgent.Edit, command.draft)
          : Effect.succeed({ active_revision_id: command.revision_id }),
        (payload) =>
          ask.update({
            params: at(scope, id),
            payload,
            conditions,
            naming: ["org_id", "project_id", "task_agent_id", "active_revision_id"]
          })
      ),
    remove: (scope, id, conditions) => ask.remove({ params: at(scope, id), conditions }),
    at: (scope, id, version) => past.at(at(scope, id), version),
    diff: (scope, id, from, to) => past.diff(at(scope, id), from, to),
    restore: (scope, id, version, conditions) => past.restore(at(scope, id), version, conditions),
    undo: (scope, id, revision, conditions) => past.undo(at(scope, id), revision, conditions),
    history: (scope, id, page) => past.history(at(scope, id), page)
  })
}
