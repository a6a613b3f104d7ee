/** Ours, and what a user would pick instead, doing the same work. */
import { Task } from "@emend/domain"
import * as Schema from "effect/Schema"
import jsonPatch from "fast-json-patch"
import { produce } from "immer"
import { create } from "mutative"
import { bare, guarded } from "./floor.ts"
import type { Intent, TaskState } from "./Workload.ts"

export interface Contestant {
  readonly name: string
  /** Makes of an intent what the contestant applies; not timed. */
  readonly prepare: (intent: Intent) => unknown
  readonly apply: (state: TaskState, update: any) => TaskState
}

type Update = Parameters<typeof Task.Task.apply>[1]

const updateOf = ({ key, metadata, value }: Intent): Update => ({
  params: { merge: { set: { [key]: value } } },
  task_metadata: { set: metadata as any }
})

/** Task.State has the state's fields with stricter types; at run time they are the same objects. */
export const emend: Omit<Contestant, "name"> & { readonly combineAll: (queue: ReadonlyArray<any>) => any } = {
  prepare: updateOf,
  apply: (state: TaskState, update: Update): TaskState => Task.Task.apply(state as any, update) as any,
  combineAll: Task.Task.combineAll
}

const differ = Schema.toDifferJsonPatch(Task.Task.State)

const mutate = (draft: any, { key, metadata, value }: Intent): void => {
  draft.params[key] = value
  draft.task_metadata = metadata
}

export const contestants: ReadonlyArray<Contestant> = [
  {
    name: "hand-written spread",
    prepare: (intent) => ({ params: { [intent.key]: intent.value }, task_metadata: intent.metadata }),
    apply: (state, update) => ({
      ...state,
      params: { ...state.params, ...update.params },
      task_metadata: update.task_metadata
    })
  },
  bare,
  guarded,
  { name: "emend", ...emend },
  {
    name: "mutative",
    prepare: (intent) => intent,
    apply: (state, intent) => create(state as any, (draft: any) => mutate(draft, intent))
  },
  {
    name: "immer",
    prepare: (intent) => intent,
    apply: (state, intent) => produce(state as any, (draft: any) => mutate(draft, intent))
  },
  {
    name: "fast-json-patch",
    prepare: ({ key, metadata, value }) => [
      { op: "replace", path: `/params/${key}`, value },
      { op: "replace", path: "/task_metadata", value: metadata }
    ],
    // Without `mutate` it clones the document, which is what keeps the old state whole.
    apply: (state, patch) => jsonPatch.applyPatch(state, patch, false, false).newDocument
  },
  {
    name: "effect differ",
    prepare: ({ key, metadata, value }) => [
      { op: "replace", path: `/params/${key}`, value },
      { op: "replace", path: "/task_metadata", value: metadata }
    ],
    apply: (state, patch) => differ.patch(state as any, patch) as any
  }
]
