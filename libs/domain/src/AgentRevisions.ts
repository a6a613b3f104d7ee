/**
 * The revisions of task agents in a store.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Caller } from "./Caller.ts"
import * as ContentHash from "./ContentHash.ts"
import { Identifiers } from "./Identifiers.ts"
import { Configuration } from "./kinds/Configuration.ts"
import * as TaskAgent from "./kinds/TaskAgent.ts"
import type * as Records from "./Records.ts"
import type { Insert, Query, RecordStore, StoreUnavailable } from "./RecordStore.ts"
import type { Revision } from "./Revision.ts"
import { timestamp } from "./Text.ts"

type Root = Records.Saved<TaskAgent.TaskAgent>

/** What a summary is made of: a revision without its configuration. */
export const summarised = [
  "id",
  "number",
  "parent_revision_id",
  "created",
  "created_by",
  "annotation",
  "content_hash"
] as const satisfies ReadonlyArray<keyof TaskAgent.TaskAgentRevision>

/** A revision without its configuration. */
export type Summarised = Pick<TaskAgent.TaskAgentRevision, typeof summarised[number]>

/** What is read of revisions beside their agents. */
export interface AgentRevisions {
  /** The revision of an agent by its id; `undefined` where the agent has none such. */
  readonly find: (root: Root, id: string) => Effect.Effect<TaskAgent.TaskAgentRevision | undefined, StoreUnavailable>
  /** What is told of revisions beside their agents, by id, for all of them at once. */
  readonly summaries: (
    ids: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyMap<string, Summarised>, StoreUnavailable>
  /** What is told of the newest revisions with a number below that given, newest first. */
  readonly below: (
    root: Root,
    number: number,
    limit: number
  ) => Effect.Effect<ReadonlyArray<Summarised>, StoreUnavailable>
  /** Tells with each change of a root that made a revision what it asked of the configuration, and what takes it back. */
  readonly withConfigurations: (
    history: ReadonlyArray<Revision>
  ) => Effect.Effect<ReadonlyArray<Revision>, StoreUnavailable>
}

/** Reads revisions from a store. */
export const make = (store: RecordStore["Service"]): AgentRevisions => {
  const find = Effect.fnUntraced(function*(root: Root, id: string) {
    const { tenant } = yield* Caller
    const [found] = yield* store.get([{ kind: "TaskAgentRevision", tenant, id }])
    const revision = found?.state as TaskAgent.TaskAgentRevision | undefined
    return revision?.task_agent_id === root.state.id ? revision : undefined
  })

  const select = Effect.fnUntraced(function*(more: Omit<Query, "kind" | "tenant" | "fields">) {
    const { tenant } = yield* Caller
    const found = yield* store.find({
      kind: "TaskAgentRevision",
      tenant,
      fields: summarised,
      ...more
    })
    return found.map(({ state }) => state as Summarised)
  })

  const withConfigurations = Effect.fnUntraced(function*(history: ReadonlyArray<Revision>) {
    const { tenant } = yield* Caller
    const configurationsOf = (ids: ReadonlyArray<string>) =>
      Effect.map(
        store.get(ids.map((id) => ({ kind: "TaskAgentRevision", tenant, id }))),
        (found) => found.map((revision) => revision!.state as TaskAgent.TaskAgentRevision)
      )
    const made = yield* configurationsOf(
      history.flatMap(({ moves }) =>
        moves["revision_count"] === undefined ? [] : [moves["tip_revision_id"]!.to as string]
      )
    )
    const parents = yield* configurationsOf(made.map((revision) => revision.parent_revision_id!))
    return history.map((entry): Revision => {
      const at = made.findIndex(({ id }) => entry.moves["revision_count"] && id === entry.moves["tip_revision_id"]!.to)
      if (at < 0) return entry
      const after = TaskAgent.configurationOf(made[at]!)
      const before = TaskAgent.configurationOf(parents[at]!)
      return {
        ...entry,
        patch: { ...entry.patch, ...Configuration.diff(before, after) },
        inverse: { ...entry.inverse, ...Configuration.diff(after, before) }
      }
    })
  })

  return {
    find,
    summaries: (ids) =>
      Effect.map(
        ids.length === 0 ? Effect.succeed([]) : select({ where: { id: ids }, limit: ids.length }),
        (found) => new Map(found.map((revision) => [revision.id, revision]))
      ),
    below: (root, number, limit) =>
      select({
        where: { task_agent_id: [root.state.id] },
        order: [{ field: "number", direction: "desc" }],
        after: { values: [number], id: "" },
        limit
      }),
    withConfigurations
  }
}

/** The write of a revision. */
export interface Draft extends Insert {
  readonly state: TaskAgent.TaskAgentRevision
}

/** Makes the write of a new revision. */
export const draft = Effect.fnUntraced(function*(
  { agent, annotation, configuration, number, parent }: {
    readonly agent: string
    readonly number: number
    readonly parent: string | null
    readonly configuration: Configuration
    readonly annotation: string | undefined
  }
): Effect.fn.Return<Draft> {
  const { subject, tenant } = yield* Caller
  const id = yield* (yield* Identifiers).next
  const at = timestamp(yield* Clock.currentTimeNanos)
  const state: TaskAgent.TaskAgentRevision = {
    id,
    task_agent_id: agent,
    number,
    parent_revision_id: parent,
    created: at,
    created_by: subject,
    annotation: annotation ?? null,
    content_hash: yield* ContentHash.of(configuration),
    ...configuration
  }
  return {
    _tag: "Insert",
    key: { kind: "TaskAgentRevision", tenant, id },
    state,
    author: { at, by: subject, reason: null }
  }
})
