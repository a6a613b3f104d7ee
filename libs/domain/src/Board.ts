/**
 * The use cases of the board.
 *
 * @since 0.1.0
 */
import type { Kind } from "@emend/algebra/schema"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as BoardActivity from "./BoardActivity.ts"
import * as BoardGraph from "./BoardGraph.ts"
import * as BoardLinks from "./BoardLinks.ts"
import * as BoardRelatives from "./BoardRelatives.ts"
import { Caller } from "./Caller.ts"
import * as History from "./History.ts"
import { Identifiers } from "./Identifiers.ts"
import type { BoardLink } from "./kinds/BoardLink.ts"
import * as BoardTask from "./kinds/BoardTask.ts"
import * as Lists from "./Lists.ts"
import * as Once from "./Once.ts"
import * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { type CursorMalformed, type CycleRefused, type RecordMissing, TransitionRefused } from "./Refusals.ts"
import { timestamp } from "./Text.ts"
import * as UseCase from "./UseCase.ts"

type Fields = typeof BoardTask.BoardTask.fields
type Saved = Records.Saved<BoardTask.BoardTask>
type Changed = Records.Changed<BoardTask.BoardTask>

/**
 * The moves of the board: data that an embedding service may replace.
 *
 * @category references
 * @since 0.1.0
 */
export const Workflow = Context.Reference<BoardTask.Workflow>("@emend/domain/Workflow", {
  defaultValue: () => BoardTask.workflow
})

/**
 * Which tasks of the board are listed: those that have every value given, the newest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface BoardQuery
  extends
    Lists.Range,
    Partial<Pick<BoardTask.BoardTask, "status" | "priority" | "source">>,
    Partial<Readonly<Record<BoardTask.Assignee | "correlation_bucket_id", string>>>
{}

/**
 * How many tasks of a board have each status, none included, and how many there are.
 *
 * @category models
 * @since 0.1.0
 */
export interface BoardCounts {
  readonly counts: { readonly [S in BoardTask.Status]: number }
  readonly total: number
}

/**
 * Creates, reads, updates, assigns, moves and links the tasks of a board.
 *
 * @category services
 * @since 0.1.0
 */
export class Board extends Context.Service<Board, {
  readonly create: (
    input: typeof BoardTask.Creation.Type,
    conditions?: Records.Authoring
  ) => Effect.Effect<Records.Created<BoardTask.BoardTask>, Records.CommitRefusal>
  readonly get: (id: string) => Effect.Effect<Saved, RecordMissing | StoreUnavailable>
  readonly list: (
    query?: BoardQuery
  ) => Effect.Effect<ReadonlyArray<Lists.Listed<BoardTask.BoardTask>>, Lists.ListRefusal>
  readonly update: (
    id: string,
    draft: Kind.Draft<Fields>,
    conditions?: Records.UpdateConditions
  ) => Effect.Effect<Changed, Records.UpdateRefusal>
  /** Makes one assignee the assignee, and moves a backlog task to `assigned` in the same step. */
  readonly assign: (
    id: string,
    assignment: BoardTask.Assignment,
    conditions?: Records.Conditions
  ) => Effect.Effect<Changed, Records.DecisionRefusal>
  /**
   * Takes a task from `backlog` or `assigned` to `running` for one instance or user, in one atomic step: of any number
   * of concurrent claims exactly one succeeds.
   */
  readonly claim: (
    id: string,
    worker: BoardTask.Assignment & { readonly field: "assigned_to_instance_id" | "assigned_to_user_id" },
    conditions?: Records.Conditions
  ) => Effect.Effect<Changed, Records.CommitRefusal | TransitionRefused>
  /** Moves a task along the workflow; the guards are checked against the state that the move meets. */
  readonly transition: (
    id: string,
    to: BoardTask.Status,
    conditions?: Records.Conditions
  ) => Effect.Effect<Changed, Records.DecisionRefusal | TransitionRefused>
  /** Lists every status with whether the task may move there now, and why not. */
  readonly transitions: (
    id: string
  ) => Effect.Effect<Saved & { readonly options: ReadonlyArray<BoardTask.Option> }, RecordMissing | StoreUnavailable>
  /** Deletes a task with its links; its subtasks stay. Its id is never free again. */
  readonly remove: (id: string, conditions?: Records.Conditions) => Effect.Effect<Changed, BoardGraph.GraphRefusal>
  readonly counts: Effect.Effect<BoardCounts, StoreUnavailable>
  /** Creates a task with the link to its parent, of which it takes priority and assignees where none are given. */
  readonly createSubtask: (
    parent: string,
    input: typeof BoardTask.Creation.Type,
    conditions?: Records.Authoring
  ) => Effect.Effect<Records.Created<BoardTask.BoardTask>, BoardGraph.GraphRefusal>
  /** Makes a task a subtask of another one too; `created` is false where it was one already. */
  readonly link: (
    parent: string,
    child: string,
    conditions?: Records.Authoring
  ) => Effect.Effect<
    Records.Created<BoardLink> & { readonly created: boolean },
    BoardGraph.GraphRefusal | CycleRefused
  >
  readonly unlink: (
    parent: string,
    child: string,
    conditions?: Records.Authoring
  ) => Effect.Effect<Pick<Records.Created<BoardLink>, "changes">, BoardGraph.GraphRefusal>
  readonly subtasks: BoardRelatives.BoardRelatives["subtasks"]
  readonly parents: BoardRelatives.BoardRelatives["parents"]
  readonly descendants: BoardRelatives.BoardRelatives["descendants"]
  readonly ancestors: BoardRelatives.BoardRelatives["ancestors"]
  /** Tells what happened to a task and its links, newest first. */
  readonly activity: (
    id: string,
    page?: BoardActivity.ActivityPage
  ) => Effect.Effect<ReadonlyArray<BoardActivity.Activity>, RecordMissing | CursorMalformed | StoreUnavailable>
  readonly at: History.History<BoardTask.BoardTask>["at"]
  readonly diff: History.History<BoardTask.BoardTask>["diff"]
  readonly restore: History.History<BoardTask.BoardTask>["restore"]
  readonly undo: History.History<BoardTask.BoardTask>["undo"]
  readonly history: History.History<BoardTask.BoardTask>["history"]
}>()("@emend/domain/Board") {
  static readonly layer = Layer.effect(
    Board,
    Effect.gen(function*() {
      const store = yield* RecordStore
      const records = Records.make(store, BoardTask.boardTaskKind, BoardTask.BoardTask)
      const past = History.make(store, BoardTask.boardTaskKind, records)
      const once = Once.make(store)
      const links = BoardLinks.make(store)
      const graph = BoardGraph.make(store, links)
      const listed = Lists.make<BoardTask.BoardTask>(store, BoardTask.boardTaskKind)

      const create = Effect.fnUntraced(function*(
        input: typeof BoardTask.Creation.Type,
        conditions: Records.Authoring = {}
      ) {
        const { subject, tenant } = yield* Caller
        const id = input.id ?? (yield* (yield* Identifiers).next)
        const at = timestamp(yield* Clock.currentTimeNanos)
        return yield* records.create(
          BoardTask.initial(input, { id, at, by: subject, organization: tenant }),
          conditions
        )
      })

      const refused = (workflow: BoardTask.Workflow, task: BoardTask.BoardTask, to: BoardTask.Status, why: string) =>
        new TransitionRefused({
          kind: "BoardTask",
          id: task.id,
          from: task.status,
          to,
          allowed: BoardTask.options(workflow, task).flatMap((option) => option.legal ? [option.to] : []),
          blocked_by: why
        })

      const assign = Effect.fnUntraced(function*(
        id: string,
        assignment: BoardTask.Assignment,
        conditions: Records.Conditions = {}
      ) {
        const workflow = yield* Workflow
        const patch = BoardTask.assign(assignment)
        return yield* records.decide(id, conditions, ({ state }) => {
          const after = BoardTask.BoardTask.apply(state, patch)
          const moves = state.status === "backlog" && BoardTask.blocks(workflow, after, "assigned") === null
          return Effect.succeed({ patch, ...(moves ? { assign: { status: "assigned" } } : undefined) })
        })
      })

      const claim = Effect.fnUntraced(function*(
        id: string,
        worker: BoardTask.Assignment,
        conditions: Records.Conditions = {}
      ) {
        const workflow = yield* Workflow
        return yield* records.change(id, {
          patch: BoardTask.assign(worker),
          assign: { status: "running" },
          where: { status: ["backlog", "assigned"] }
        }, conditions).pipe(
          Effect.mapError((rejection) => {
            if (rejection._tag !== "Stale" || !Records.meets(rejection.record, conditions)) {
              return Records.refusal(BoardTask.boardTaskKind, rejection, conditions)
            }
            const task = rejection.record.state as BoardTask.BoardTask
            return refused(workflow, task, "running", `the task is ${task.status}, not backlog or assigned`)
          })
        )
      })

      const transition = Effect.fnUntraced(function*(
        id: string,
        to: BoardTask.Status,
        conditions: Records.Conditions = {}
      ) {
        const workflow = yield* Workflow
        return yield* records.decide(id, conditions, ({ state }) => {
          const blocked = BoardTask.blocks(workflow, state, to)
          return blocked === null
            ? Effect.succeed({ assign: { status: to } })
            : Effect.fail(refused(workflow, state, to, blocked))
        })
      })

      const transitions = Effect.fnUntraced(function*(id: string) {
        const workflow = yield* Workflow
        const task = yield* records.find(id)
        return { ...task, options: BoardTask.options(workflow, task.state) }
      })

      const createSubtask = Effect.fnUntraced(function*(
        parent: string,
        input: typeof BoardTask.Creation.Type,
        conditions: Records.Authoring = {}
      ) {
        const id = input.id ?? (yield* (yield* Identifiers).next)
        return yield* graph.insert(
          parent,
          (task, { at, by }) =>
            BoardTask.initial(BoardTask.inheriting(input, task), { id, at, by, organization: task.organization_id }),
          conditions
        )
      })

      const list = ({ cursor, limit, skip, ...values }: BoardQuery = {}) => {
        const where = Lists.where(values)
        return listed({ filter: { where }, by: ["created_at"], direction: "desc" }, { cursor, limit, skip })
      }

      return Board.of({
        create: once("Board.create", create),
        get: records.find,
        list,
        update: once("Board.update", (id, draft, conditions = {}) => records.update(id, draft, conditions)),
        assign: once("Board.assign", assign),
        claim: once("Board.claim", claim),
        transition: once("Board.transition", transition),
        transitions,
        remove: once(
          "Board.remove",
          (id: string, conditions: Records.Conditions = {}) =>
            conditions.dryRun === true
              ? records.change(id, { assign: { is_deleted: true } }, conditions).pipe(
                Effect.mapError((rejection) => Records.refusal(BoardTask.boardTaskKind, rejection, conditions))
              )
              : graph.remove(id, conditions)
        ),
        counts: counts(store),
        createSubtask: once("Board.createSubtask", createSubtask),
        link: once(
          "Board.link",
          (parent: string, child: string, conditions: Records.Authoring = {}) => graph.link(parent, child, conditions)
        ),
        unlink: once(
          "Board.unlink",
          (parent: string, child: string, conditions: Records.Authoring = {}) => graph.unlink(parent, child, conditions)
        ),
        ...BoardRelatives.make(store, records.find, links),
        activity: BoardActivity.make(store, records.history),
        at: past.at,
        diff: past.diff,
        restore: once("Board.restore", past.restore),
        undo: once("Board.undo", past.undo),
        history: past.history
      })
    }).pipe(Effect.map(UseCase.spans("Board")))
  )
}

const counts = (store: RecordStore["Service"]): Board["Service"]["counts"] =>
  Effect.gen(function*() {
    const { tenant } = yield* Caller
    const found = new Map(
      (yield* store.count({ kind: "BoardTask", tenant }, "status")).map(({ count, value }) => [value, count])
    )
    const statuses = BoardTask.Status.literals.map((status) => [status, found.get(status) ?? 0] as const)
    return {
      counts: Object.fromEntries(statuses) as BoardCounts["counts"],
      total: statuses.reduce((total, [, count]) => total + count, 0)
    }
  })
