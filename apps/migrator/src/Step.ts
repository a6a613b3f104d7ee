/**
 * What can be asked of a record in bulk.
 *
 * @since 0.1.0
 */
import type * as Algebra from "@emend/algebra"
import type { Kind } from "@emend/algebra/schema"
import { AgentTaskTracker, BoardTask, type Scope, Task, TaskAgent } from "@emend/domain"

/**
 * One thing that is asked of a record:
 *
 * - `Update`: fields change, as the algebra of the kind says
 * - `Command`: an agent is edited, or one of its revisions activated
 * - `Move`, `Transition`: a task goes along its lifecycle, a board task along the workflow
 * - `Assign`, `Claim`: a board task is given to somebody, or taken to be run
 * - `Delete`: the record is deleted softly
 *
 * @category models
 * @since 0.1.0
 */
export type Step =
  | { readonly _tag: "Update"; readonly draft: Kind.Draft<any> }
  | {
    readonly _tag: "Command"
    readonly scope: Scope
    readonly command: TaskAgent.Command
    readonly base?: string
    readonly annotation?: string
  }
  | { readonly _tag: "Move"; readonly to: Task.Status; readonly status_reason?: string }
  | { readonly _tag: "Transition"; readonly to: BoardTask.Status }
  | { readonly _tag: "Assign"; readonly to: BoardTask.Assignment }
  | {
    readonly _tag: "Claim"
    readonly by: BoardTask.Assignment & { readonly field: "assigned_to_instance_id" | "assigned_to_user_id" }
  }
  | { readonly _tag: "Delete"; readonly scope?: Scope }

/**
 * The kinds whose fields are updated by their algebra alone, without a look at the record.
 *
 * @category kinds
 * @since 0.1.0
 */
export const algebras: ReadonlyMap<string, Kind.Any> = new Map<string, Kind.Any>([
  ["Task", Task.Task],
  ["AgentTaskTracker", AgentTaskTracker.AgentTaskTracker],
  ["BoardTask", BoardTask.BoardTask]
])

/**
 * Tells whether a step may be one with those before and after it. An advance of a cursor may not, as each is allowed or
 * refused; nor may what makes a revision of an agent, as each makes one.
 *
 * @category queries
 * @since 0.1.0
 */
export const joins = (step: Step): boolean => {
  if (step._tag === "Update") return isEmpty(step.draft.advance)
  if (step._tag !== "Command" || step.command._tag !== "Edit") return false
  const { configuration } = TaskAgent.split(step.command.draft.patch)
  return isEmpty(configuration) && step.base === undefined && step.annotation === undefined
}

const isEmpty = (object: object): boolean => {
  for (const _ in object) return false
  return true
}

/**
 * Tells whether two steps of one kind that join are asked where the same record lives: an agent by another organization or
 * project is none.
 *
 * @category queries
 * @since 0.1.0
 */
export const isSameScope = (one: Step, other: Step): boolean =>
  other._tag !== "Command" || one._tag !== "Command" ||
  one.scope.organization_id === other.scope.organization_id && one.scope.project_id === other.scope.project_id

/**
 * Steps that join, in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Gathered {
  readonly kind: string
  readonly first: Step
  /** The first ones, while they are few. */
  held: Array<Step>
  composing: Composing | undefined
}

/** A few are held, as most records have only those. What is written over again and again is not. */
const stepsHeld = 4

/**
 * Begins to join steps to the first one. One that joins with none is given alone.
 *
 * @category constructors
 * @since 0.1.0
 */
export const gather = (kind: string, first: Step): Gathered => ({ kind, first, held: [first], composing: undefined })

/**
 * Joins a step to those before it.
 *
 * @category operations
 * @since 0.1.0
 */
export const add = (gathered: Gathered, step: Step): void => {
  if (gathered.composing !== undefined) gathered.composing.add(draftOf(step).patch)
  else if (gathered.held.push(step) === stepsHeld) {
    gathered.composing = composing(gathered)
    gathered.held = []
  }
}

/**
 * Makes one of steps that join: their patches composed by the algebra (law A3).
 *
 * @category conversions
 * @since 0.1.0
 */
export const joined = (gathered: Gathered): Step => {
  const { first, held } = gathered
  if (held.length === 1) return first
  const draft = { patch: (gathered.composing ?? composing(gathered)).composed(), advance: {} }
  return first._tag === "Update"
    ? { _tag: "Update", draft }
    : { ...first as Edit, command: { _tag: "Edit", draft: draft as Edit["command"]["draft"] } }
}

const composing = ({ held, kind }: Gathered): Composing => {
  const composing: Composing = (algebras.get(kind) ?? TaskAgent.Edit).gather()
  for (const step of held) composing.add(draftOf(step).patch)
  return composing
}

const draftOf = (step: Step): Kind.Draft<any> =>
  step._tag === "Update" ? step.draft : (step as Edit).command.draft as Kind.Draft<any>

type Composing = Algebra.Gathering<any>
type Command = Extract<Step, { readonly _tag: "Command" }>
type Edit = Command & { readonly command: Extract<TaskAgent.Command, { readonly _tag: "Edit" }> }
