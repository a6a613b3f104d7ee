/** How little the same work can cost: written by hand for this workload only, and the pieces that it consists of. */
import { Equality } from "@emend/algebra"
import type { Contestant } from "./contestants.ts"
import type { Intent, Params, TaskState } from "./Workload.ts"

interface Update {
  readonly params: Params
  readonly task_metadata: Params
}

const updateOf = ({ key, metadata, value }: Intent): Update => ({ params: { [key]: value }, task_metadata: metadata })

/** The naive spread behind the cheapest possible question: it knows the key and the names inside `task_metadata`. */
export const bare: Contestant = {
  name: "by hand, for these keys only",
  prepare: (intent) => ({ ...intent, ...updateOf(intent) }),
  apply: (state, { key, metadata, params, task_metadata, value }) =>
    state.params![key] === value && state.task_metadata!["attempt"] === metadata.attempt &&
      state.task_metadata!["owner"] === metadata.owner
      ? state
      : { ...state, params: { ...state.params, ...params }, task_metadata }
}

/**
 * The same contract for these two fields and any keys: the same object when nothing changes, equal objects are equal, only
 * own keys count. This is what code that is generated for one kind of record could be.
 */
export const guarded: Contestant = {
  name: "by hand, same guarantees",
  prepare: updateOf,
  apply: (state, update: Update) => {
    const params = holds(state.params!, update.params)
    const metadata = Equality.same(state.task_metadata, update.task_metadata)
    return params && metadata ? state : {
      ...state,
      params: params ? state.params : { ...state.params, ...update.params },
      task_metadata: metadata ? state.task_metadata : update.task_metadata
    }
  }
}

const holds = (whole: Params, part: Params): boolean => {
  for (const key in part) {
    if (!hasOwnProperty.call(part, key)) continue
    const present = whole[key]
    const value = part[key]
    if (present === value) continue
    if (typeof present !== "object" || typeof value !== "object") return false
    if (!hasOwnProperty.call(whole, key) || !Equality.same(present, value)) return false
  }
  return true
}

const { hasOwnProperty } = Object.prototype

/** The last write of each key, and one spread. */
export const folded = (state: TaskState, queue: ReadonlyArray<Intent>): TaskState => {
  const last = new Map<string, unknown>()
  for (const { key, value } of queue) last.set(key, value)
  return {
    ...state,
    params: { ...state.params, ...Object.fromEntries(last) },
    task_metadata: queue.at(-1)!.metadata
  }
}

const kinds = new Map<string, number>([["params", 1], ["task_metadata", 2], ["name", 3]])

/** The pieces of an update, each alone. What comes of them is returned, so that it is not thrown away. */
export const pieces: Readonly<Record<string, (state: TaskState, update: Update, metadata: Params) => unknown>> = {
  "copying the record": (state) => ({ ...state }),
  "copying `params`": (state) => ({ ...state.params }),
  "walking over the two fields of an update, finding out what kind each is": (_, update) => {
    let sum = 0
    for (const field in update) sum += kinds.get(field)!
    return sum
  },
  "reading two fields of a record by names that vary": (state, update) => {
    let last: unknown
    for (const field in update) last = state[field as keyof TaskState]
    return last
  },
  "reading the key of `params` that an update names": (state, update) => {
    for (const key in update.params) return state.params![key]
    return undefined
  },
  "comparing two equal objects of two keys": (state, _, metadata) => Equality.same(state.task_metadata, metadata)
}
