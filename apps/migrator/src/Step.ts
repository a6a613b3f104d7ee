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
  if (step._tag === "Update") return Object.keys(step.draft.advance).length === 0
  if (step._tag !== "Command" || step.command._tag !== "Edit") return false
  const { configuration } = TaskAgent.split(step.command.draft.patch)
  return Object.keys(configuration).length === 0 && step.base === undefined && step.annotation === undefined
}

/**
 * Tells whether two steps that join are asked where the same record lives: an agent by another organization or project is
 * none.
 *
 * @category queries
 * @since 0.1.0
 */
export const isSameScope = (a: Step, b: Step): boolean => {
  const [one, other] = [scopeOf(a), scopeOf(b)]
  return one?.organization_id === other?.organization_id && one?.project_id === other?.project_id
}

const scopeOf = (step: Step): Scope | undefined => "scope" in step ? step.scope : undefined

/**
 * Makes one of steps that join: their patches composed by the algebra (law A3).
 *
 * @category models
 * @since 0.1.0
 */
export interface Gathering {
  readonly add: (step: Step) => void
  readonly joined: () => Step
}

/** A few are held, as most records have only those. What is written over again and again is not. */
const stepsHeld = 4

/**
 * Begins to join steps to the first one. One that joins with none is given alone.
 *
 * @category constructors
 * @since 0.1.0
 */
export const gather = (kind: string, first: Step): Gathering => {
  let held: Array<Step> = [first]
  let gathering: Composing | undefined
  const all = (): Composing => {
    const gathered: Composing = (algebras.get(kind) ?? TaskAgent.Edit).gather()
    for (const step of held) gathered.add(draftOf(step).patch)
    return gathered
  }
  return {
    add: (step) => {
      if (gathering !== undefined) gathering.add(draftOf(step).patch)
      else if (held.push(step) === stepsHeld) {
        gathering = all()
        held = []
      }
    },
    joined: () => {
      if (held.length === 1) return first
      const draft = { patch: (gathering ?? all()).composed(), advance: {} }
      return first._tag === "Update"
        ? { _tag: "Update", draft }
        : { ...first as Edit, command: { _tag: "Edit", draft: draft as Edit["command"]["draft"] } }
    }
  }
}

const draftOf = (step: Step): Kind.Draft<any> =>
  step._tag === "Update" ? step.draft : (step as Edit).command.draft as Kind.Draft<any>

type Composing = Algebra.Gathering<any>
type Command = Extract<Step, { readonly _tag: "Command" }>
type Edit = Command & { readonly command: Extract<TaskAgent.Command, { readonly _tag: "Edit" }> }
