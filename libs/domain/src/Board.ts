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
import { Caller } from "./Caller.ts"
import { Identifiers } from "./Identifiers.ts"
import * as BoardTask from "./kinds/BoardTask.ts"
import * as Records from "./Records.ts"
import { RecordStore, type StoreUnavailable } from "./RecordStore.ts"
import { type RecordMissing, TransitionRefused } from "./Refusals.ts"
import type { Revision } from "./Revision.ts"
import { timestamp } from "./Text.ts"

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
 * Creates, reads, updates, assigns and moves the tasks of a board.
 *
 * @category services
 * @since 0.1.0
 */
export class Board extends Context.Service<Board, {
  readonly create: (
    input: typeof BoardTask.Creation.Type,
    options?: Records.Reason
  ) => Effect.Effect<Saved, Records.CommitRefusal>
  readonly get: (id: string) => Effect.Effect<Saved, RecordMissing | StoreUnavailable>
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
  /** Deletes a task. Its id is never free again. */
  readonly remove: (id: string, conditions?: Records.Conditions) => Effect.Effect<Changed, Records.CommitRefusal>
  readonly history: (
    id: string,
    page?: Records.HistoryPage
  ) => Effect.Effect<ReadonlyArray<Revision>, RecordMissing | StoreUnavailable>
}>()("@emend/domain/Board") {
  static readonly layer = Layer.effect(
    Board,
    Effect.gen(function*() {
      const records = Records.make(yield* RecordStore, BoardTask.boardTaskKind, BoardTask.BoardTask)

      const create = Effect.fn("Board.create")(function*(
        input: typeof BoardTask.Creation.Type,
        options: Records.Reason = {}
      ) {
        const { subject, tenant } = yield* Caller
        const id = input.id ?? (yield* (yield* Identifiers).next)
        const at = timestamp(yield* Clock.currentTimeNanos)
        return yield* records.create(BoardTask.initial(input, { id, at, by: subject, organization: tenant }), options)
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

      const assign = Effect.fn("Board.assign")(function*(
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

      const claim = Effect.fn("Board.claim")(function*(
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

      const transition = Effect.fn("Board.transition")(function*(
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

      const transitions = Effect.fn("Board.transitions")(function*(id: string) {
        const workflow = yield* Workflow
        const task = yield* records.find(id)
        return { ...task, options: BoardTask.options(workflow, task.state) }
      })

      return Board.of({
        create,
        get: records.find,
        update: (id, draft, conditions = {}) => records.update(id, draft, conditions),
        assign,
        claim,
        transition,
        transitions,
        remove: (id, conditions = {}) =>
          records.change(id, { assign: { is_deleted: true } }, conditions).pipe(
            Effect.mapError((rejection) => Records.refusal(BoardTask.boardTaskKind, rejection, conditions))
          ),
        history: records.history
      })
    })
  )
}
