/**
 * What holds of trackers and events.
 *
 * @internal
 */
import { AgentTaskTracker, CursorPolicy, type EventLog, Tasks, Trackers } from "@emend/domain"
import * as Effect from "effect/Effect"
import { as, equal, type Facts, refusal } from "./Fact.ts"

const { fromBody } = AgentTaskTracker.AgentTaskTracker
const cursor = (last_processed_event_id: string | null) => fromBody({ last_processed_event_id })

/** A task with the agents `a` and `b`, the tracker of `a`, and three events: two for `a`, one for `b` between. */
const scene = Effect.gen(function*() {
  const { state: task } = yield* (yield* Tasks).create({ agent_ids: ["a", "b"] })
  const trackers = yield* Trackers
  const tracker = yield* trackers.assign({ task_id: task.id, agent_id: "a" })
  const first = yield* trackers.append(task.id, { agent_id: "a", content: { n: 1 } })
  const foreign = yield* trackers.append(task.id, { agent_id: "b", content: null })
  const last = yield* trackers.append(task.id, { agent_id: "a", content: "three" })
  return { task, trackers, tracker, id: tracker.state.id, first, foreign, last }
})

/** What holds of trackers and events, by sentence. */
export const trackerFacts: Facts = {
  "events are numbered 1, 2, 3 in their task": Effect.gen(function*() {
    const { first, foreign, last, trackers } = yield* scene
    equal([first, foreign, last].map((event) => event.sequence_id), [1, 2, 3])
    equal(yield* trackers.event(last.id), last)
    yield* refusal(trackers.event("none"), "RecordMissing")
    yield* refusal(trackers.event(last.id).pipe(as("stranger")), "RecordMissing")
  }),
  "an event is for an assigned agent only": Effect.gen(function*() {
    const { task, trackers } = yield* scene
    yield* refusal(trackers.append(task.id, { agent_id: "c", content: 1 }), "ReferenceUnknown")
    yield* refusal(trackers.append("none", { agent_id: "a", content: 1 }), "RecordMissing")
  }),
  "what was appended to a task that is deleted is read to its end, and nothing comes after it": Effect.gen(function*() {
    const { first, id, last, task, trackers } = yield* scene
    yield* (yield* Tasks).move(task.id, "DELETED")
    equal(yield* trackers.events({ task_id: task.id, agent_id: "a" }), [first, last])
    equal(yield* trackers.event(last.id), last)
    equal((yield* trackers.update(id, cursor(last.id))).changed, true)
    equal((yield* trackers.list({ task_id: task.id })).length, 2)
    yield* refusal(trackers.append(task.id, { agent_id: "a", content: 4 }), "RecordMissing")
    yield* refusal(trackers.assign({ task_id: task.id, agent_id: "c" }), "RecordMissing")
  }),
  "an event whose content is too large is refused": Effect.gen(function*() {
    const { task, trackers } = yield* scene
    const content = Array.from({ length: 200_000 }, () => 1e300)
    const refused = yield* refusal(trackers.append(task.id, { agent_id: "a", content }), "InputInvalid")
    equal(refused.problems.map(({ path }) => path), [["content"]])
    equal((yield* trackers.events({ task_id: task.id, agent_id: "a" })).length, 2)
  }),
  "events are read after a position, and an unknown or foreign position is refused": Effect.gen(function*() {
    const { first, foreign, last, task, trackers } = yield* scene
    const query = { task_id: task.id, agent_id: "a" }
    equal(yield* trackers.events(query), [first, last])
    equal(yield* trackers.events({ ...query, limit: 1 }), [first])
    equal(yield* trackers.events({ ...query, last_processed_event_id: first.id }), [last])
    yield* refusal(trackers.events({ ...query, last_processed_event_id: "none" }), "ReferenceUnknown")
    yield* refusal(trackers.events({ ...query, task_id: "none" }), "RecordMissing")
    equal(yield* trackers.events({ ...query, agent_id: "none" }), [])
    yield* refusal(trackers.events({ ...query, last_processed_event_id: foreign.id }), "ReferenceUnknown")
  }),
  "under neither policy does a cursor go back, nor to an event of another agent": Effect.gen(function*() {
    for (const policy of ["reject", "join"] as const) {
      const { first, foreign, id, last, trackers } = yield* scene
      const advance = (event: string) =>
        Effect.result(trackers.update(id, cursor(event))).pipe(Effect.provideService(CursorPolicy, policy))
      equal((yield* advance(last.id))._tag, "Success")
      for (const [event, refused] of [[first.id, "CursorBackwards"], [foreign.id, "ReferenceUnknown"]] as const) {
        const outcome = yield* advance(event)
        const told = outcome._tag === "Success" ? outcome.success.changed : outcome.failure._tag
        equal(told, policy === "join" && event === first.id ? false : refused)
        equal((yield* trackers.get(id)).state.last_processed_event_id, { sequence: 3, id: last.id })
      }
      equal((yield* trackers.history(id)).length, 2)
    }
  }),
  "what an update omits stays, for all three fields": Effect.gen(function*() {
    const { first, id, trackers } = yield* scene
    yield* trackers.update(id, fromBody({ status: "busy", status_reason: "why", last_processed_event_id: first.id }))
    const after = yield* trackers.update(id, fromBody({ status_reason: "other" }))
    equal(
      [after.state.status, after.state.status_reason, after.state.last_processed_event_id],
      ["busy", "other", { sequence: 1, id: first.id }]
    )
  }),
  "null clears a status and keeps a cursor": Effect.gen(function*() {
    const { first, id, trackers } = yield* scene
    yield* trackers.update(id, fromBody({ status: "busy", last_processed_event_id: first.id }))
    const after = yield* trackers.update(id, fromBody({ status: null, last_processed_event_id: null }))
    equal([after.state.status, after.state.last_processed_event_id], [null, { sequence: 1, id: first.id }])
  }),
  "a cursor names an event of its own task and agent": Effect.gen(function*() {
    const { foreign, id, trackers } = yield* scene
    const other = yield* scene
    for (const event of [foreign.id, other.first.id, "none"]) {
      const refused = yield* refusal(trackers.update(id, cursor(event)), "ReferenceUnknown")
      equal([refused.field, refused.given], ["last_processed_event_id", event])
    }
    equal((yield* trackers.get(id)).version, 1)
  }),
  "a cursor that would go back is refused, and where it stands it changes nothing": Effect.gen(function*() {
    const { first, id, last, trackers } = yield* scene
    const after = yield* trackers.update(id, cursor(last.id))
    equal(yield* trackers.update(id, cursor(last.id)), { ...after, changed: false })
    const refused = yield* refusal(
      trackers.update(id, fromBody({ status: "x", last_processed_event_id: first.id })),
      "CursorBackwards"
    )
    equal([refused.present.sequence, refused.given.sequence], [3, 1])
    equal(yield* trackers.get(id), { version: after.version, state: after.state })
  }),
  "under the policy join a cursor that would go back stays, and the rest of the update happens": Effect.gen(
    function*() {
      const { first, id, last, trackers } = yield* scene
      yield* trackers.update(id, cursor(last.id))
      const after = yield* trackers.update(id, fromBody({ status: "x", last_processed_event_id: first.id })).pipe(
        Effect.provideService(CursorPolicy, "join")
      )
      equal([after.state.status, after.state.last_processed_event_id?.id], ["x", last.id])
    }
  ),
  "restore and undo leave the cursor where it is, and say so": Effect.gen(function*() {
    const { first, id, trackers } = yield* scene
    yield* trackers.update(id, fromBody({ status: "busy", last_processed_event_id: first.id }))
    const restored = yield* trackers.restore(id, 1)
    equal([restored.state.status, restored.state.last_processed_event_id?.id], [null, first.id])
    equal(restored.leftAlone, ["last_processed_event_id"])
    yield* trackers.undo(id, 3)
    const undone = yield* trackers.undo(id, 2)
    equal([undone.state.status, undone.leftAlone], [null, ["last_processed_event_id"]])
    equal((yield* trackers.at(id, 1)).state.last_processed_event_id, null)
    const { moves, patch } = yield* trackers.diff(id, 5, 1)
    equal([patch, moves["last_processed_event_id"]!.to], [{}, null])
  }),
  "a dry advance moves no cursor, and is refused where a real one would be": Effect.gen(function*() {
    const { first, foreign, id, last, trackers } = yield* scene
    yield* trackers.update(id, cursor(first.id))
    const dry = { dryRun: true }
    const ahead = yield* trackers.update(id, cursor(last.id), dry)
    equal([ahead.version, ahead.changes, ahead.state.last_processed_event_id?.id], [2, 1, last.id])
    equal((yield* trackers.get(id)).state.last_processed_event_id?.id, first.id)
    yield* refusal(trackers.update(id, cursor(foreign.id), dry), "ReferenceUnknown")
    yield* trackers.update(id, cursor(last.id))
    yield* refusal(trackers.update(id, cursor(first.id), dry), "CursorBackwards")
  })
}

/** What holds of trackers and events under several hands, by sentence. */
export const trackerRaces: Facts = {
  "assigning once more, at the same time too, gives the same tracker": Effect.gen(function*() {
    const { state } = yield* (yield* Tasks).create({})
    const trackers = yield* Trackers
    const made = yield* Effect.all(
      Array.from({ length: 8 }, () => trackers.assign({ task_id: state.id, agent_id: "a", name: "Ada" })),
      { concurrency: "unbounded" }
    )
    equal(new Set(made.map((tracker) => tracker.state.id)).size, 1)
    equal(made.filter(({ created }) => created).length, 1)
    yield* refusal(trackers.assign({ task_id: "none", agent_id: "a" }), "RecordMissing")
  }),
  "a reader who follows its cursor meets every event once and in order, whoever appends at the same time": Effect.gen(
    function*() {
      const { state: task } = yield* (yield* Tasks).create({ agent_ids: ["a", "b"] })
      const trackers = yield* Trackers
      const count = 40
      const appending = Effect.all(
        Array.from(
          { length: 2 * count },
          (_, n) => trackers.append(task.id, { agent_id: n % 2 ? "b" : "a", content: n })
        ),
        { concurrency: 8, discard: true }
      )
      const seen: Array<EventLog.Event> = []
      const reading = Effect.gen(function*() {
        while (seen.length < count) {
          const last = seen.at(-1)?.id
          const query = { task_id: task.id, agent_id: "a", limit: 7 }
          seen.push(
            ...yield* trackers.events(last === undefined ? query : { ...query, last_processed_event_id: last })
          )
          yield* Effect.yieldNow
        }
      })
      yield* Effect.all([appending, reading], { concurrency: "unbounded" })
      equal(seen, yield* trackers.events({ task_id: task.id, agent_id: "a", limit: 1_000 }))
      equal(
        seen.map(({ sequence_id }) => sequence_id),
        seen.map(({ sequence_id }) => sequence_id).toSorted((a, b) => a - b)
      )
    }
  ),
  "what a reader has seen of a task stays the beginning of what it sees later": Effect.gen(function*() {
    const { state: task } = yield* (yield* Tasks).create({ agent_ids: ["a"] })
    const trackers = yield* Trackers
    const read = Effect.map(
      trackers.events({ task_id: task.id, agent_id: "a", limit: 1_000 }),
      (events) => events.map(({ id, sequence_id }) => [id, sequence_id] as const)
    )
    const looks = Effect.forEach(Array.from({ length: 30 }), () => read)
    const appends = Effect.all(
      Array.from({ length: 30 }, (_, n) => trackers.append(task.id, { agent_id: "a", content: n })),
      { concurrency: 8, discard: true }
    )
    const [seen] = yield* Effect.all([looks, appends], { concurrency: "unbounded" })
    const whole = yield* read
    equal(whole.map(([, sequence_id]) => sequence_id), Array.from({ length: 30 }, (_, n) => n + 1))
    for (const part of seen) equal(part, whole.slice(0, part.length))
  }),
  "any order of deliveries ends at the last event": Effect.gen(function*() {
    const { first, id, last, trackers } = yield* scene
    yield* Effect.all([last, first, last, first].map((event) => trackers.update(id, cursor(event.id))), {
      concurrency: "unbounded"
    }).pipe(Effect.provideService(CursorPolicy, "join"))
    equal((yield* trackers.get(id)).state.last_processed_event_id, { sequence: 3, id: last.id })
  })
}
