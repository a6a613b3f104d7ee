/**
 * Updates that are carried out by the use cases: what must look at a record, and all that is asked of a server.
 *
 * @since 0.1.0
 */
import { type AgentConditions, Board, type RecordStore, TaskAgents, Tasks, Trackers } from "@emend/domain"
import { RemoteFailure } from "@emend/http"
import * as Effect from "effect/Effect"
import type { Outcome } from "./Outcome.ts"
import * as Refused from "./Refused.ts"
import type { UpdateLine } from "./UpdateLine.ts"

/**
 * The services that carry updates out.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = Tasks | Trackers | Board | TaskAgents

type Done = Effect.Effect<{ readonly changed: boolean }, Refused.Refusal | RecordStore.StoreUnavailable, Services>

/**
 * Carries an update out, or asks only what it would change.
 *
 * @category operations
 * @since 0.1.0
 */
export const carryOut = (
  line: UpdateLine,
  { dryRun }: { readonly dryRun: boolean }
): Effect.Effect<Outcome, RecordStore.StoreUnavailable, Services> =>
  verb(line, {
    ...(line.reason !== null && { reason: line.reason }),
    ...(line.version !== undefined && { ifMatch: [line.version] }),
    ...(dryRun && { dryRun })
  }).pipe(
    Effect.map(({ changed }): Outcome => ({ _tag: "Done", changed })),
    Effect.catch((refusal) =>
      refusal._tag !== "StoreUnavailable"
        ? Effect.succeed<Outcome>({ _tag: "Refused", reason: Refused.byUseCase(refusal) })
        : isOfRequest(refusal.cause)
        ? Effect.succeed<Outcome>({ _tag: "Refused", reason: `The server refuses it: ${refusal.cause.message}` })
        : Effect.fail(refusal)
    )
  )

const verb = ({ id, kind, step }: UpdateLine, conditions: AgentConditions): Done => {
  switch (step._tag) {
    case "Update": {
      const service = kind === "Task" ? Tasks : kind === "BoardTask" ? Board : Trackers
      // Each takes the drafts of its kind, of which the line has been read as one.
      return Effect.flatMap(service as typeof Tasks, (verbs) => verbs.update(id, step.draft as never, conditions))
    }
    case "Command": {
      const { annotation, base, command, scope } = step
      const more = { ...(base !== undefined && { base }), ...(annotation !== undefined && { annotation }) }
      return Effect.flatMap(TaskAgents, (agents) => agents.update(scope, id, command, { ...conditions, ...more }))
    }
    case "Move": {
      const { status_reason, to } = step
      return Effect.flatMap(
        Tasks,
        (tasks) => tasks.move(id, to, { ...conditions, ...(status_reason !== undefined && { status_reason }) })
      )
    }
    case "Transition":
      return Effect.flatMap(Board, (board) => board.transition(id, step.to, conditions))
    case "Assign":
      return Effect.flatMap(Board, (board) => board.assign(id, step.to, conditions))
    case "Claim":
      return Effect.flatMap(Board, (board) => board.claim(id, step.by, conditions))
    case "Delete":
      return step.scope === undefined
        ? Effect.flatMap(Board, (board) => board.remove(id, conditions))
        : Effect.flatMap(TaskAgents, (agents) => agents.remove(step.scope!, id, conditions))
  }
}

/** What a server refuses of one request says nothing of the others; a token that it does not know says it of all. */
const isOfRequest = (cause: unknown): cause is RemoteFailure.RequestRefused =>
  cause instanceof RemoteFailure.RequestRefused && cause.status >= 400 && cause.status < 500 &&
  ![401, 408, 429].includes(cause.status)
