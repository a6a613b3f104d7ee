/**
 * The use cases of trackers and events, carried out by a server elsewhere.
 *
 * @internal
 */
import { AgentTaskTracker as Tracker, type EventLog, Trackers } from "@emend/domain"
import { EventsGroup, TrackersGroup, wholeAnswers } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import type { Client } from "./Client.ts"
import * as Drafts from "./Drafts.ts"
import * as Pages from "./Pages.ts"
import * as Past from "./Past.ts"

/** Gives the use cases that a client carries out. */
export const make = (client: Client): Trackers["Service"] => {
  const ask = client(TrackersGroup, wholeAnswers.trackers)
  const events = client(EventsGroup, wholeAnswers.events)
  const past = Past.make(ask)
  const at = (tracker_id: string) => ({ tracker_id })

  return Trackers.of({
    assign: ({ agent_id, name, task_id }, conditions) =>
      ask.assign({
        params: { task_id, agent_id },
        payload: { ...(name !== undefined && { name }) },
        conditions,
        naming: ["task_id"]
      }),
    get: (id) => ask.get({ params: at(id), query: {} }),
    list: ({ cursor, limit, skip, ...filters } = {}) =>
      Pages.range(
        { cursor, limit, skip },
        { maximum: Pages.maxima.list, numbered: true },
        (page) => ask.list.page({ query: { ...filters, ...Pages.stated(page) } as object })
      ),
    update: (id, draft, conditions) =>
      Effect.flatMap(
        Drafts.body(Tracker.AgentTaskTracker, draft),
        (payload) =>
          ask.update({ params: at(id), payload, conditions, naming: ["tracker_id", "last_processed_event_id"] })
      ),
    at: (id, version) => past.at(at(id), version),
    diff: (id, from, to) => past.diff(at(id), from, to),
    restore: (id, version, conditions) => past.restore(at(id), version, conditions),
    undo: (id, revision, conditions) => past.undo(at(id), revision, conditions),
    history: (id, page) => past.history(at(id), page),
    append: (task_id, { agent_id, content }, conditions) =>
      events.append({
        params: { task_id },
        payload: { agent_id, content: content as any },
        conditions,
        naming: ["task_id", "agent_id"]
      }),
    event: (event_id) => events.get({ params: { event_id } }),
    events: ({ limit = 50, ...query }) =>
      Pages.collect<EventLog.Event, any>(
        { limit, maximum: Pages.maxima.list },
        ({ after, limit }) =>
          events.list.page({
            query: { ...query, limit, ...(after === undefined ? undefined : { last_processed_event_id: after.id }) }
          })
      )
  })
}
