/**
 * The assignment of agents to tasks.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { assignment } from "./assignment.ts"
import { Caller } from "./Caller.ts"
import type * as Tracker from "./kinds/AgentTaskTracker.ts"
import { taskKind } from "./kinds/Task.ts"
import { isDeleted } from "./RecordKind.ts"
import type * as Records from "./Records.ts"
import type { RecordStore } from "./RecordStore.ts"
import { RecordMissing } from "./Refusals.ts"
import type { Trackers } from "./Trackers.ts"

type Saved = Records.Saved<Tracker.AgentTaskTracker>

/** Gives the use case that assigns an agent to a task, once. */
export const make = (
  store: RecordStore["Service"],
  records: Records.Records<typeof Tracker.AgentTaskTracker.fields>
): Trackers["Service"]["assign"] => {
  const assigned = Effect.fnUntraced(function*(task_id: string, agent_id: string) {
    const { tenant } = yield* Caller
    const [found] = yield* store.find({
      kind: "AgentTaskTracker",
      tenant,
      where: { task_id: [task_id], agent_id: [agent_id] },
      limit: 1
    })
    return found as Saved | undefined
  })

  const assign = Effect.fnUntraced(function*(
    { agent_id, name, task_id }: {
      readonly task_id: string
      readonly agent_id: string
      readonly name?: string | null
    },
    conditions: Records.Authoring = {}
  ) {
    const first = yield* records.again
    if (first !== undefined) return { version: first.version, state: first.state, created: first.changed }
    const { tenant } = yield* Caller
    const [task] = yield* store.get([{ kind: "Task", tenant, id: task_id }])
    if (task === undefined || isDeleted(taskKind, task.state)) {
      return yield* new RecordMissing({ kind: "Task", id: task_id })
    }
    const present = yield* assigned(task_id, agent_id)
    if (present !== undefined) return yield* kept(present, conditions)
    const [agent, tracker] = yield* assignment({ task_id, agent_id, name: name ?? null }, conditions)
    return yield* records.create(tracker.state, conditions, [], [agent]).pipe(
      Effect.map((made) => ({ ...made, created: true })),
      // Another request assigned the agent meanwhile: its tracker is the one.
      Effect.catchTag("AlreadyTaken", (refusal) =>
        Effect.gen(function*() {
          const winner = yield* assigned(task_id, agent_id)
          return winner === undefined ? yield* refusal : yield* kept(winner, conditions)
        }))
    )
  })

  const kept = (present: Saved, { dryRun }: Records.Authoring) =>
    Effect.as(records.leave(present), {
      ...present,
      created: false,
      ...(dryRun === true ? { changes: 0 } : undefined)
    })

  return assign
}
