/**
 * The creation of a task agent with its first revision.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import type { AgentRecords } from "./AgentRecords.ts"
import * as AgentRevisions from "./AgentRevisions.ts"
import { type Scope, told } from "./AgentView.ts"
import { Identifiers } from "./Identifiers.ts"
import { problems } from "./kinds/Configuration.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import type * as Records from "./Records.ts"
import { InputInvalid } from "./Refusals.ts"
import type { TaskAgents } from "./TaskAgents.ts"

/** Gives the use case. */
export const make = ({ records, view }: AgentRecords): TaskAgents["Service"]["create"] =>
  Effect.fnUntraced(function*(
    scope: Scope,
    input: typeof TaskAgent.Creation.Type,
    conditions: Records.Authoring = {}
  ) {
    const configuration = TaskAgent.initialConfiguration(input)
    const broken = problems(configuration)
    if (broken.length > 0) {
      return yield* new InputInvalid({
        problems: broken.map(({ field, message }) => ({ path: [field], message }))
      })
    }
    const id = yield* (yield* Identifiers).next
    const revision = yield* AgentRevisions.draft({
      agent: id,
      number: 1,
      parent: null,
      configuration,
      annotation: undefined
    })
    const root = yield* records.create(
      TaskAgent.initial(input, { id, ...scope, at: revision.state.created, revision: revision.state.id }),
      conditions,
      [revision]
    )
    return conditions.dryRun === true ? told(root, [revision.state], revision.state) : yield* view(root)
  })
