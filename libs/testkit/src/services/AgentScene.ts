/**
 * An agent to state facts about.
 *
 * @internal
 */
import {
  type AgentConditions,
  type AgentView,
  type Configuration,
  type Records,
  TaskAgent,
  TaskAgents
} from "@emend/domain"
import * as Effect from "effect/Effect"

/** Where the agents of the facts live. */
export const scope = {
  organization_id: "00000000-0000-4000-8000-000000000001",
  project_id: "00000000-0000-4000-8000-000000000002"
}
/** Another project. */
export const elsewhere = { ...scope, project_id: "00000000-0000-4000-8000-000000000003" }
/** A model. */
export const model = "00000000-0000-4000-8000-00000000000a"

/** The command of an edit. */
export const edit = (body: object): TaskAgent.Command => ({ _tag: "Edit", draft: TaskAgent.Edit.fromBody({ ...body }) })
/** The command of an activation. */
export const activate = (revision_id: string): TaskAgent.Command => ({ _tag: "Activate", revision_id })

/** An agent, and what is done to it most. */
interface AgentScene {
  readonly agents: TaskAgents["Service"]
  readonly made: AgentView
  readonly id: string
  readonly update: (
    command: TaskAgent.Command,
    conditions?: AgentConditions
  ) => ReturnType<TaskAgents["Service"]["update"]>
  readonly configuration: (
    revision_id: string
  ) => Effect.Effect<Configuration.Configuration, Effect.Error<ReturnType<TaskAgents["Service"]["revision"]>>>
}

/** Makes a new agent. */
export const make: Effect.Effect<AgentScene, Records.CommitRefusal, TaskAgents> = Effect.gen(function*() {
  const agents = yield* TaskAgents
  const made = yield* agents.create(scope, { name: "Ada", instruction: "Do", llm_model_id: model })
  const id = made.state.id
  return {
    agents,
    made,
    id,
    update: (command: TaskAgent.Command, conditions = {}) => agents.update(scope, id, command, conditions),
    configuration: (revision_id: string) =>
      Effect.map(agents.revision(scope, id, revision_id), ({ revision }) => TaskAgent.configurationOf(revision))
  }
})
