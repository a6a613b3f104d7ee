/**
 * Lists as streams that go from page to page by themselves.
 *
 * They are made of the services' own list verbs, and go on behind the last entry of a page: whatever carries the services
 * out, a server elsewhere or a store here. The first page is asked for when the stream is run, and the next one when it is
 * wanted.
 *
 * @since 0.1.0
 */
import {
  type Activation,
  type Activity,
  type AgentTaskTracker,
  Board,
  type BoardQuery,
  type BoardTask,
  type EventLog,
  type ListedAgent,
  type ListedTask,
  Lists,
  type Records,
  type RecordStore,
  type Refusals,
  type Relative,
  type RelativesRefusal,
  type Revision,
  type RevisionSummary,
  type Scope,
  TaskAgents,
  type TaskQuery,
  Tasks,
  type TrackerQuery,
  Trackers
} from "@emend/domain"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/**
 * How many entries are asked for at a time: 100 unless said, and 1 at least.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stride {
  readonly pageSize?: number
}

type Query<Q extends Lists.Range> = Omit<Q, "cursor" | "skip" | "limit">

/** Walks a list: each page begins behind the last entry of the one before. A page that is not full is the last one. */
const walk = <Entry, E, R>(
  { pageSize: size = 100 }: Stride,
  page: (after: Entry | undefined, limit: number) => Effect.Effect<ReadonlyArray<Entry>, E, R>
): Stream.Stream<Entry, E, R> => {
  const pageSize = Math.max(1, Lists.whole(size))
  return Stream.paginate<Entry | undefined, Entry, E, R>(
    undefined,
    (after) =>
      Effect.map(page(after, pageSize), (entries) => [
        entries,
        entries.length < pageSize ? Option.none() : Option.some(entries.at(-1))
      ])
  )
}

const along = <Id, S extends object, Entry extends { readonly cursor: string }, E>(
  service: Context.Service<Id, S>,
  stride: Stride,
  page: (service: S, range: Lists.Range) => Effect.Effect<ReadonlyArray<Entry>, E>
): Stream.Stream<Entry, E, Id> =>
  walk<Entry, E, Id>(
    stride,
    (after, limit) =>
      Effect.flatMap(service as Effect.Effect<S, never, Id>, (verbs) => page(verbs, { cursor: after?.cursor, limit }))
  )

const back = <Id, S extends object, Entry extends { readonly version: number }, E>(
  service: Context.Service<Id, S>,
  stride: Stride,
  page: (service: S, page: Records.HistoryPage) => Effect.Effect<ReadonlyArray<Entry>, E>
): Stream.Stream<Entry, E, Id> =>
  walk<Entry, E, Id>(stride, (after, limit) =>
    Effect.flatMap(
      service as Effect.Effect<S, never, Id>,
      (verbs) => page(verbs, { limit, ...(after === undefined ? undefined : { before: after.version }) })
    ))

/**
 * Gives all tasks of a list.
 *
 * @category streams
 * @since 0.1.0
 */
export const tasks = (
  query: Query<TaskQuery> & Stride = {}
): Stream.Stream<ListedTask, Lists.ListRefusal, Tasks> =>
  along(Tasks, query, (service, range) => service.list({ ...without(query), ...range }))

/**
 * Gives all trackers of a list.
 *
 * @category streams
 * @since 0.1.0
 */
export const trackers = (
  query: Query<TrackerQuery> & Stride = {}
): Stream.Stream<Lists.Listed<AgentTaskTracker.AgentTaskTracker>, Lists.ListRefusal, Trackers> =>
  along(Trackers, query, (service, range) => service.list({ ...without(query), ...range }))

/**
 * Gives all events of a task for an agent, oldest first, after the one named.
 *
 * @category streams
 * @since 0.1.0
 */
export const events = (
  query: { readonly task_id: string; readonly agent_id: string; readonly last_processed_event_id?: string } & Stride
): Stream.Stream<
  EventLog.Event,
  Refusals.RecordMissing | Refusals.ReferenceUnknown | RecordStore.StoreUnavailable,
  Trackers
> =>
  walk(query, (after: EventLog.Event | undefined, limit) =>
    Effect.flatMap(Trackers, (service) =>
      service.events({
        ...without(query),
        limit,
        ...(after === undefined ? undefined : { last_processed_event_id: after.id })
      })))

/**
 * Gives all tasks of a board that have every value given.
 *
 * @category streams
 * @since 0.1.0
 */
export const boardTasks = (
  query: Query<BoardQuery> & Stride = {}
): Stream.Stream<Lists.Listed<BoardTask.BoardTask>, Lists.ListRefusal, Board> =>
  along(Board, query, (service, range) => service.list({ ...without(query), ...range }))

/**
 * Gives all relatives of a board task, the nearest first.
 *
 * @category streams
 * @since 0.1.0
 */
export const relatives = (
  list: "subtasks" | "parents" | "descendants" | "ancestors",
  id: string,
  options: { readonly depth?: number } & Stride = {}
): Stream.Stream<Relative, RelativesRefusal | Refusals.GraphTooLarge, Board> =>
  along(Board, options, (service, range) => service[list](id, { ...without(options), ...range }))

/**
 * Gives all that happened to a board task, newest first.
 *
 * @category streams
 * @since 0.1.0
 */
export const activity = (
  id: string,
  stride: Stride = {}
): Stream.Stream<Activity, Refusals.RecordMissing | Refusals.CursorMalformed | RecordStore.StoreUnavailable, Board> =>
  along(Board, stride, (service, range) => service.activity(id, range))

/**
 * Gives all agents of a project.
 *
 * @category streams
 * @since 0.1.0
 */
export const taskAgents = (
  scope: Scope,
  stride: Stride = {}
): Stream.Stream<ListedAgent, Lists.ListRefusal, TaskAgents> =>
  along(TaskAgents, stride, (service, range) => service.list(scope, range))

/**
 * Gives what is told of all revisions of an agent, the newest first.
 *
 * @category streams
 * @since 0.1.0
 */
export const agentRevisions = (
  scope: Scope,
  id: string,
  stride: Stride = {}
): Stream.Stream<Lists.Listed<RevisionSummary>, Refusals.RecordMissing | Lists.ListRefusal, TaskAgents> =>
  along(TaskAgents, stride, (service, range) => service.revisions(scope, id, range))

/**
 * Gives all activations of an agent, newest first.
 *
 * @category streams
 * @since 0.1.0
 */
export const activations = (
  scope: Scope,
  id: string,
  stride: Stride = {}
): Stream.Stream<Activation, Refusals.RecordMissing | RecordStore.StoreUnavailable, TaskAgents> =>
  back(TaskAgents, stride, (service, page) => service.activations(scope, id, page))

/**
 * Gives the whole history of a task, a tracker or a board task, newest first.
 *
 * @category streams
 * @since 0.1.0
 */
export const history = <Id, S extends Historical>(
  service: Context.Service<Id, S>,
  id: string,
  stride: Stride = {}
): Stream.Stream<Revision.Revision, Refusals.RecordMissing | RecordStore.StoreUnavailable, Id> =>
  back(service, stride, (verbs, page) => verbs.history(id, page))

interface Historical {
  readonly history: Tasks["Service"]["history"]
}

/**
 * Gives the whole history of a task agent, newest first.
 *
 * @category streams
 * @since 0.1.0
 */
export const agentHistory = (
  scope: Scope,
  id: string,
  stride: Stride = {}
): Stream.Stream<Revision.Revision, Refusals.RecordMissing | RecordStore.StoreUnavailable, TaskAgents> =>
  back(TaskAgents, stride, (service, page) => service.history(scope, id, page))

const without = <Q extends Stride>({ pageSize: _, ...query }: Q): Omit<Q, "pageSize"> => query
