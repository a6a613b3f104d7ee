/**
 * The use cases of tasks.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assignment } from "./assignment.ts"
import { Caller } from "./Caller.ts"
import * as History from "./History.ts"
import { Identifiers } from "./Identifiers.ts"
import * as Task from "./kinds/Task.ts"
import type * as Lists from "./Lists.ts"
import * as Once from "./Once.ts"
import * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { RecordMissing, type StatusRefused, type TransitionRefused } from "./Refusals.ts"
import * as TaskLists from "./TaskLists.ts"
import * as TaskMoves from "./TaskMoves.ts"
import * as TaskNames from "./TaskNames.ts"
import { timestamp } from "./Text.ts"
import * as UseCase from "./UseCase.ts"

type Fields = typeof Task.Task.fields

/**
 * How a task is moved: with a reason for its status (the move's default without one), and under conditions.
 *
 * @category models
 * @since 0.1.0
 */
export interface MoveOptions extends Records.Conditions {
  readonly status_reason?: string
}

/**
 * What is given beside a task that is read: its agents, which are assigned without a change of the task.
 *
 * @category models
 * @since 0.1.0
 */
export interface Beside {
  readonly agents?: boolean
}

/**
 * Creates, reads, updates and moves tasks.
 *
 * @category services
 * @since 0.1.0
 */
export class Tasks extends Context.Service<Tasks, {
  /** Creates a running task and assigns it to the agents named, all or nothing. */
  readonly create: (
    input: typeof Task.Creation.Type,
    conditions?: Records.Authoring
  ) => Effect.Effect<Records.Created<Task.Task>, Records.CommitRefusal>
  readonly get: (
    id: string,
    beside?: Beside
  ) => Effect.Effect<TaskLists.ReadTask, RecordMissing | StoreUnavailable>
  /** Lists tasks, the newest first unless said. */
  readonly list: (
    query?: TaskLists.TaskQuery
  ) => Effect.Effect<ReadonlyArray<TaskLists.ListedTask>, Lists.ListRefusal>
  /**
   * Does something with the task that has a name. Where that is deleted meanwhile, it is done to the task that has the
   * name then: never to one that has another name.
   */
  readonly named: <A, E, R>(
    name: string,
    use: (id: string) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | Records.DecisionRefusal, R>
  readonly update: (
    id: string,
    draft: Kind.Draft<Fields>,
    conditions?: Records.UpdateConditions
  ) => Effect.Effect<Records.Changed<Task.Task>, Records.UpdateRefusal>
  /**
   * Moves a task along its lifecycle in one compare-and-set, `DELETED` included. Moving to the status that it has
   * already changes nothing, or only the reason where a new one is given.
   */
  readonly move: (
    id: string,
    to: Task.Status,
    options?: MoveOptions
  ) => Effect.Effect<Records.Changed<Task.Task>, Records.DecisionRefusal | TransitionRefused>
  /**
   * Takes away the content of a task that no agent works on, deleted or not, with all that was written of it: its
   * params, metadata and reasons, the contents of its events, the statuses of its trackers, and all of these in their
   * histories. Ids, times, paths and authors stay. Once more changes nothing, unless something was written since.
   */
  readonly clean: (
    id: string,
    conditions?: Records.Conditions
  ) => Effect.Effect<Records.Changed<Task.Task>, Records.CommitRefusal | StatusRefused>
  /** A task as it was at a version; its agents are those of now. */
  readonly at: (
    id: string,
    version: number,
    beside?: Beside
  ) => Effect.Effect<TaskLists.ReadTask, History.PastRefusal>
  readonly diff: History.History<Task.Task>["diff"]
  readonly restore: History.History<Task.Task>["restore"]
  readonly undo: History.History<Task.Task>["undo"]
  readonly history: History.History<Task.Task>["history"]
}>()("@emend/domain/Tasks") {
  static readonly layer = Layer.effect(
    Tasks,
    Effect.gen(function*() {
      const store = yield* RecordStore
      const records = Records.make(store, Task.taskKind, Task.Task)
      const past = History.make(store, Task.taskKind, records)
      const once = Once.make(store)
      const moves = TaskMoves.make(records)

      const reading = <E>(
        read: Effect.Effect<Records.Saved<Task.Task>, E>,
        { agents = false }: Beside = {}
      ): Effect.Effect<TaskLists.ReadTask, E | StoreUnavailable> =>
        agents ? Effect.flatMap(read, (task) => TaskLists.withAgents(store, task)) : read

      const create = Effect.fnUntraced(function*(
        input: typeof Task.Creation.Type,
        conditions: Records.Authoring = {}
      ) {
        const { next } = yield* Identifiers
        const id = input.id ?? (yield* next)
        const task = Task.initial(input, id, timestamp(yield* Clock.currentTimeNanos))
        // All agents before all trackers, and both in the order of the agents: two creations never wait for each other.
        const assignments = yield* Effect.forEach(
          [...new Set(input.agent_ids ?? [])].sort(),
          (agent_id) => assignment({ task_id: id, agent_id, name: null }, conditions)
        )
        const along = [...assignments.map(([agent]) => agent), ...assignments.map(([, tracker]) => tracker)]
        return yield* records.create(task, conditions, along)
      })

      const idOf = Effect.fnUntraced(function*(name: string) {
        const { tenant } = yield* Caller
        const where = { name: [name] }
        const [found] = yield* store.find({ kind: "Task", tenant, where, fields: ["id"], limit: 1 })
        return found === undefined ? yield* new RecordMissing({ kind: "Task", id: name }) : String(found.state["id"])
      })

      const found = TaskNames.naming(idOf)
      const named: Tasks["Service"]["named"] = Effect.fnUntraced(
        function*<A, E, R>(name: string, use: (id: string) => Effect.Effect<A, E, R>) {
          // What was done before was done to the task that had the name then.
          const { first } = (yield* Once.Attempt) ?? {}
          return yield* first === undefined ? found(name, use) : use(first.id)
        }
      )

      return Tasks.of({
        create: once("Tasks.create", create),
        get: (id, beside) => reading(records.find(id), beside),
        list: TaskLists.make(store),
        named: (name, use) => once("Tasks.named", () => named(name, use))(),
        update: once("Tasks.update", (id, draft, conditions = {}) => records.update(id, draft, conditions)),
        move: once("Tasks.move", moves.move),
        clean: once("Tasks.clean", moves.clean),
        at: (id, version, beside) => reading(past.at(id, version), beside),
        diff: past.diff,
        restore: once("Tasks.restore", past.restore),
        undo: once("Tasks.undo", past.undo),
        history: past.history
      })
    }).pipe(Effect.map(UseCase.spans("Tasks")))
  )
}
