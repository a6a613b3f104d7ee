/**
 * What carries out the operations on trackers and events.
 *
 * @since 0.1.0
 */
import { AgentTaskTracker as Tracker, type EventLog, type History, type Trackers } from "@emend/domain"
import * as Effect from "effect/Effect"
import { defaultLimit } from "../definitions/Operation.ts"
import type { EventsGroup, TrackersGroup } from "../definitions/TrackersGroup.ts"
import * as Answer from "../server/Answer.ts"
import * as HistoryPage from "../server/HistoryPage.ts"
import * as ListPage from "../server/ListPage.ts"
import * as Page from "../server/Page.ts"
import type { Handlers } from "../server/Route.ts"
import type { Settings } from "../Settings.ts"

const { fromBody, toWire } = Tracker.AgentTaskTracker

const restored = (change: History.Restored<Tracker.AgentTaskTracker>) => Answer.restored(toWire(change.state), change)

/**
 * Makes the handlers of the operations on trackers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  trackers: Trackers["Service"],
  { trackerStatusNull }: Settings
): Handlers<typeof TrackersGroup> => ({
  assign: ({ conditions, params, payload }) =>
    Effect.map(
      trackers.assign({ ...params, ...payload }, conditions),
      (tracker) =>
        tracker.created
          ? Answer.created(`/tracker/${encodeURIComponent(tracker.state.id)}`, toWire(tracker.state), tracker)
          : Answer.changed(toWire(tracker.state), tracker)
    ),
  list: ({ path, query, search }) => {
    const { agent_id, order_by, order_direction, task_id } = query
    return ListPage.answer(
      { path, query, search },
      (range) => trackers.list({ agent_id, order_by, order_direction, task_id, ...range }),
      ({ state }) => toWire(state)
    )
  },
  get: ({ conditions, params, query: { version } }) =>
    Effect.map(
      version === undefined ? trackers.get(params.tracker_id) : trackers.at(params.tracker_id, version),
      (tracker) => Answer.current(conditions, tracker, () => toWire(tracker.state))
    ),
  update: ({ conditions, params, payload }) =>
    Effect.map(
      trackers.update(
        params.tracker_id,
        fromBody(trackerStatusNull === "keep" ? withoutNulls(payload) : payload),
        conditions
      ),
      (change) => Answer.changed(toWire(change.state), change)
    ),
  diff: ({ params, query: { from, to } }) => Effect.map(trackers.diff(params.tracker_id, from, to), Answer.plain),
  restore: ({ conditions, params, payload: { version } }) =>
    Effect.map(trackers.restore(params.tracker_id, version, conditions), restored),
  undo: ({ conditions, params, payload: { revision } }) =>
    Effect.map(trackers.undo(params.tracker_id, revision, conditions), restored),
  history: ({ params, path, query }) =>
    HistoryPage.answer(Tracker.trackerKind, query, path, (page) => trackers.history(params.tracker_id, page))
})

const withoutNulls = (body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))

/**
 * Makes the handlers of the operations on events.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeEvents = (trackers: Trackers["Service"]): Handlers<typeof EventsGroup> => ({
  append: ({ conditions, params, payload }) =>
    Effect.map(
      trackers.append(params.task_id, payload, conditions),
      (event) =>
        conditions.dryRun === true
          ? Answer.plain(event, 200, { changes: String(Object.keys(event).length) })
          : Answer.plain(event, 201, { location: `/events/${encodeURIComponent(event.id)}` })
    ),
  list: ({ path, query }) => {
    const { limit = defaultLimit } = query
    const page = Page.fill(
      { limit, step: 32 },
      (after: EventLog.Event | undefined, count) =>
        trackers.events({
          ...query,
          limit: count,
          ...(after === undefined ? undefined : { last_processed_event_id: after.id })
        }),
      (event) => event
    )
    return Effect.map(page, ({ last, more, text }) => {
      if (!more || last === undefined) return Answer.plainText(text)
      const { agent_id, task_id } = query
      const next = new URLSearchParams({ task_id, agent_id, last_processed_event_id: last.id, limit: String(limit) })
      return Answer.plainText(text, { link: `<${path}?${next}>; rel="next"` })
    })
  },
  get: ({ params }) => Effect.map(trackers.event(params.event_id), Answer.plain)
})
