/**
 * What carries out the operations on task agents.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import { type AgentRestored, type AgentView, type Scope, TaskAgent, type TaskAgents } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { TaskAgentsGroup } from "../definitions/TaskAgentsGroup.ts"
import * as Answer from "../server/Answer.ts"
import * as HistoryPage from "../server/HistoryPage.ts"
import * as ListPage from "../server/ListPage.ts"
import type { Handlers } from "../server/Route.ts"
import { RequestInvalid } from "../ValidationError.ts"

interface Address {
  readonly org_id: string
  readonly project_id: string
}

// UUIDs mean the same in either case and are written in lower case (RFC 9562).
const scopeOf = ({ org_id, project_id }: Address): Scope => ({
  organization_id: org_id.toLowerCase(),
  project_id: project_id.toLowerCase()
})

const address = (params: Address & { readonly task_agent_id: string }) =>
  [scopeOf(params), params.task_agent_id.toLowerCase()] as const

const restored = (change: AgentRestored) => Answer.restored(body(change), change)

const pathOfAgent = ({ org_id, project_id }: Address, id: string): string =>
  `/api/v1/org/${org_id}/project/${project_id}/task-agent/${id}`

const body = ({ active_revision, revisions, state }: AgentView): Kind.Body => ({
  ...TaskAgent.TaskAgent.toWire(state),
  active_revision,
  revisions
})

/**
 * Makes the handlers of the operations on task agents.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (agents: TaskAgents["Service"]): Handlers<typeof TaskAgentsGroup> => ({
  create: ({ conditions, params, payload }) =>
    Effect.map(
      agents.create(scopeOf(params), payload, conditions),
      (view) => Answer.created(pathOfAgent(params, view.state.id), body(view), view)
    ),
  list: ({ params, path, query, search }) =>
    ListPage.results(
      { path, query, search },
      (range) => agents.list(scopeOf(params), range),
      ({ active_revision, state }) => ({ ...TaskAgent.TaskAgent.toWire(state), active_revision })
    ),
  revisions: ({ params, path, query, search }) =>
    ListPage.results(
      { path, query, search },
      (range) => agents.revisions(...address(params), range),
      ({ state }) => state
    ),
  get: ({ conditions, params, query: { version } }) =>
    Effect.map(
      version === undefined ? agents.get(...address(params)) : agents.at(...address(params), version),
      (view) => Answer.current(conditions, view, () => body(view))
    ),
  update: ({ conditions, params, payload }) =>
    Effect.gen(function*() {
      const command = yield* Effect.mapError(Effect.fromResult(TaskAgent.command(payload)), notAlone)
      const changed = yield* agents.update(...address(params), command, conditions)
      const { revision_id, state } = changed
      const location = revision_id === null
        ? undefined
        : { location: `${pathOfAgent(params, state.id)}/revision/${revision_id}` }
      return Answer.changed(body(changed), changed, location)
    }),
  remove: ({ conditions, params }) => Effect.map(agents.remove(...address(params), conditions), Answer.removed),
  revision: ({ params }) =>
    Effect.map(
      agents.revision(...address(params), params.revision_id.toLowerCase()),
      (found) => Answer.told({ ...TaskAgent.TaskAgentRevision.toWire(found.revision), active: found.active }, found)
    ),
  compare: ({ params }) =>
    Effect.map(
      agents.compare(...address(params), params.revision_id.toLowerCase(), params.other_revision_id.toLowerCase()),
      Answer.plain
    ),
  activations: ({ params, path, query }) =>
    HistoryPage.answerWith(query, path, (page) => agents.activations(...address(params), page), (entry) => entry),
  diff: ({ params, query: { from, to } }) => Effect.map(agents.diff(...address(params), from, to), Answer.plain),
  restore: ({ conditions, params, payload: { version } }) =>
    Effect.map(agents.restore(...address(params), version, conditions), restored),
  undo: ({ conditions, params, payload: { revision } }) =>
    Effect.map(agents.undo(...address(params), revision, conditions), restored),
  history: ({ params, path, query }) =>
    HistoryPage.answer(
      TaskAgent.editKind,
      query,
      path,
      (page) => agents.history(...address(params), page)
    )
})

/** Law Q6: an activation stands alone. */
const notAlone = (fields: ReadonlyArray<string>): RequestInvalid => {
  const error = "nothing else may be changed in the request that activates a revision"
  return new RequestInvalid({
    errors: fields.map((field) => ({
      loc: ["body", field],
      msg: `Value error, ${error}`,
      type: "value_error",
      ctx: { error }
    }))
  })
}
