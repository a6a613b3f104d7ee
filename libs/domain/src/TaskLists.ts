/**
 * Lists of tasks.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { Caller } from "./Caller.ts"
import type { Agent } from "./kinds/Agent.ts"
import * as Task from "./kinds/Task.ts"
import * as Lists from "./Lists.ts"
import type { Saved } from "./Records.ts"
import type { Filter, RecordStore, StoreUnavailable } from "./RecordStore.ts"
import type { Row } from "./Revision.ts"

/**
 * A task as lists give it: without its params.
 *
 * @category models
 * @since 0.1.0
 */
export type TaskSummary = Omit<Task.Task, "params">

/**
 * A task that is read, with its agents in the order of their assignment where they were asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReadTask extends Saved<Task.Task> {
  readonly agents?: ReadonlyArray<Agent>
}

/**
 * A task of a list, with its agents where they were asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListedTask extends Lists.Listed<TaskSummary> {
  readonly agents?: ReadonlyArray<Agent>
}

/**
 * What tasks can be ordered by. Those of one status come in the order of their creation.
 *
 * @category models
 * @since 0.1.0
 */
export type TaskOrder = "created_at" | "updated_at" | "name" | "status" | "id"

/**
 * Which tasks are listed: those of which everything holds that is given. Deleted tasks never are.
 *
 * @category models
 * @since 0.1.0
 */
export interface TaskQuery extends Lists.Range {
  /** An agent that is assigned to them. */
  readonly agent_id?: string
  /** The name of an agent that is assigned to them. */
  readonly agent_name?: string
  readonly status?: Task.Status
  /** An object that their metadata contains, see `RecordStore.Filter`. */
  readonly task_metadata?: Row
  /** Default `created_at`. */
  readonly order_by?: TaskOrder
  /** Default `desc`. */
  readonly order_direction?: Lists.Direction
  /** Whether each is given with its agents. */
  readonly agents?: boolean
}

const fields = Object.keys(Task.Task.fields).filter((field) => field !== "params")

/**
 * Lists the tasks of a store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (store: RecordStore["Service"]) => {
  const list = Lists.make<TaskSummary>(store, Task.taskKind)
  return Effect.fnUntraced(function*(query: TaskQuery = {}) {
    const { order_by = "created_at", order_direction = "desc" } = query
    const by = order_by === "status" ? ["status", "created_at"] : [order_by]
    const filter = filterOf(query)
    const ids = query.agent_name === undefined ? undefined : yield* idsOf(store, query.agent_name, query.agent_id)
    const resolved = ids === undefined ? filter : { ...filter, referred: [{ ...tracked, where: { agent_id: ids } }] }
    const tasks = yield* list({ filter, resolved, by, direction: order_direction, fields }, query)
    if (query.agents !== true) return tasks
    const agentsById = yield* agentsOf(store, tasks.map(({ state }) => state.id))
    return tasks.map((task): ListedTask => ({ ...task, agents: agentsById.get(task.state.id) ?? [] }))
  })
}

const tracked = { kind: "AgentTaskTracker", by: "task_id" }

/** How many agents of a name are looked up before their tasks. */
const maxNamesakes = 100

/** The ids of the agents that have a name; undefined where they are many. */
const idsOf = Effect.fnUntraced(function*(store: RecordStore["Service"], name: string, agent_id: string | undefined) {
  const { tenant } = yield* Caller
  const agents = yield* store.find({
    kind: "Agent",
    tenant,
    where: Lists.where({ id: agent_id, name }),
    fields: ["id"],
    limit: maxNamesakes + 1
  })
  return agents.length > maxNamesakes ? undefined : agents.map(({ state }): string => state["id"])
})

const filterOf = ({ agent_id, agent_name, status, task_metadata }: TaskQuery): Filter => ({
  where: Lists.where({ status }),
  ...(task_metadata === undefined ? undefined : { contains: { task_metadata } }),
  ...(agent_id === undefined && agent_name === undefined ? undefined : {
    referred: [{
      ...tracked,
      where: Lists.where({ agent_id }),
      ...(agent_name === undefined ? undefined : { refers: { agent_id: { where: { name: [agent_name] } } } })
    }]
  })
})

/**
 * Reads the agents of a task.
 *
 * @category queries
 * @since 0.1.0
 */
export const withAgents = (
  store: RecordStore["Service"],
  task: Saved<Task.Task>
): Effect.Effect<ReadTask, StoreUnavailable> => {
  const { id } = task.state
  return Effect.map(agentsOf(store, [id]), (agentsById) => ({ ...task, agents: agentsById.get(id)! }))
}

/** The agents of all the tasks at once, in the order of their assignment, by task. */
const agentsOf = Effect.fnUntraced(function*(
  store: RecordStore["Service"],
  task_ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyMap<string, ReadonlyArray<Agent>>, StoreUnavailable> {
  const { tenant } = yield* Caller
  const trackers = yield* store.find({
    kind: "AgentTaskTracker",
    tenant,
    where: { task_id: task_ids },
    order: [{ field: "created_at", direction: "asc" }],
    fields: ["task_id", "agent_id"],
    limit: Infinity
  })
  const ids = [...new Set(trackers.map(({ state }) => state["agent_id"] as string))]
  const found = yield* store.get(ids.map((id) => ({ kind: "Agent", tenant, id })))
  const agents = new Map(ids.map((id, index) => [id, found[index]!.state as Agent]))
  const byTask = new Map<string, Array<Agent>>(task_ids.map((id) => [id, []]))
  for (const { state } of trackers) byTask.get(state["task_id"])!.push(agents.get(state["agent_id"])!)
  return byTask
})
