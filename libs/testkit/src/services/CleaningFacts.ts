/**
 * What holds of cleaning tasks.
 *
 * @internal
 */
import { AgentTaskTracker, IdempotencyKey, type Revision, Task, Tasks, Trackers } from "@emend/domain"
import * as Effect from "effect/Effect"
import { as, equal, type Facts, refusal } from "./Fact.ts"

const secret = "a secret"
const hides = (what: string, value: unknown) =>
  equal(JSON.stringify(value).includes(secret), false, `${what} holds no content: ${JSON.stringify(value)}`)

const update = (id: string, body: object, reason?: string) =>
  Effect.flatMap(
    Tasks,
    (tasks) => tasks.update(id, Task.Task.fromBody({ ...body }), reason === undefined ? {} : { reason })
  )

/** A task that was interrupted, with content wherever a task can have some, in six versions. */
const scene = Effect.gen(function*() {
  const tasks = yield* Tasks
  const trackers = yield* Trackers
  const { state: { id } } = yield* tasks.create({
    name: "kept",
    params: { a: secret, b: { c: secret } },
    task_metadata: { m: secret },
    agent_ids: ["x"]
  }, { reason: secret })
  const { state: { id: tracker } } = yield* trackers.assign({ task_id: id, agent_id: "x" })
  const first = yield* trackers.append(id, { agent_id: "x", content: { text: secret } })
  yield* trackers.update(
    tracker,
    AgentTaskTracker.AgentTaskTracker.fromBody({ status: secret, last_processed_event_id: first.id }),
    { reason: secret }
  )
  yield* trackers.update(tracker, AgentTaskTracker.AgentTaskTracker.fromBody({ status_reason: secret }))
  yield* update(id, { merge_params: { a: `${secret} more`, d: null } }, secret)
  yield* update(id, { task_metadata: { n: [secret] } })
  yield* tasks.restore(id, 1)
  yield* tasks.move(id, "INTERRUPTED", { status_reason: secret })
  return { tasks, trackers, id, tracker, first }
})

/** All that can be read of a task and of what belongs to it. */
const all = Effect.fnUntraced(function*({ first, id, tasks, tracker, trackers }: Effect.Success<typeof scene>) {
  return {
    task: yield* tasks.get(id),
    history: yield* tasks.history(id, { limit: 100 }),
    tracker: yield* trackers.get(tracker),
    trackerHistory: yield* trackers.history(tracker, { limit: 100 }),
    events: yield* trackers.events({ task_id: id, agent_id: "x" }),
    event: yield* trackers.event(first.id)
  }
})

const shape = ({ at, by, patch, version }: Revision.Revision) => [version, at, by, Object.keys(patch)]

/** What holds of cleaning tasks, by sentence. */
export const cleaningFacts: Facts = {
  "a cleaned task has no content anywhere, and keeps its ids, times, name, status and the paths that were written":
    Effect.gen(function*() {
      const there = yield* scene
      const { id, tasks, tracker } = there
      const before = yield* all(there)
      const cleaned = yield* tasks.clean(id, { reason: "the law" })
      const after = yield* all(there)
      hides("all of it", after)
      equal([cleaned.version, cleaned.changed], [before.task.version + 1, true])
      equal({ version: cleaned.version, state: cleaned.state }, after.task)
      const { cleaned_at, updated_at, ...rest } = after.task.state
      equal(typeof cleaned_at, "string")
      equal(updated_at >= before.task.state.updated_at, true)
      equal(rest, {
        id,
        name: "kept",
        status: "INTERRUPTED",
        status_reason: null,
        created_at: before.task.state.created_at,
        params: null,
        task_metadata: null
      })
      equal(after.history.slice(1).map(shape), before.history.map(shape))
      equal(after.history.every(({ redacted }) => redacted), true)
      equal(after.history.map(({ reason }) => reason), ["the law", ...before.history.map(() => null)])
      equal(after.history[4]!.patch, { params: { merge: { set: { a: null, d: null } } } })
      equal(after.history[5]!.initial!["created_at"], before.task.state.created_at)
      equal(after.history[1]!.moves["status"], { from: "RUNNING", to: "INTERRUPTED" })
      equal(
        after.events.map(({ content, ...event }) => [content, event]),
        before.events.map(({ content: _, ...event }) => [
          null,
          event
        ])
      )
      equal([after.tracker.state.status, after.tracker.state.status_reason], [null, null])
      equal(after.tracker.state.last_processed_event_id, before.tracker.state.last_processed_event_id)
      equal(after.tracker.state.id, tracker)
      equal(after.trackerHistory.slice(1).map(shape), before.trackerHistory.map(shape))
    }),
  "a running task is not cleaned, and nothing of it is lost": Effect.gen(function*() {
    const there = yield* scene
    const { id, tasks } = there
    yield* tasks.move(id, "RUNNING", { status_reason: "on" })
    const before = yield* all(there)
    const refused = yield* refusal(tasks.clean(id), "StatusRefused")
    equal([refused.from, refused.demanded.includes("INTERRUPTED")], ["RUNNING", true])
    yield* refusal(tasks.clean(id, { dryRun: true }), "StatusRefused")
    equal(yield* all(there), before)
  }),
  "a demand on the version is heard, another tenant's task is missing, and so is one that never was": Effect.gen(
    function*() {
      const there = yield* scene
      const { id, tasks } = there
      const before = yield* all(there)
      const refused = yield* refusal(tasks.clean(id, { ifMatch: [1] }), "VersionMismatch")
      equal([refused.present, refused.demanded], [before.task.version, [1]])
      yield* refusal(tasks.clean(id).pipe(as("stranger")), "RecordMissing")
      yield* refusal(tasks.clean("none"), "RecordMissing")
      equal(yield* all(there), before)
      equal((yield* tasks.clean(id, { ifMatch: [before.task.version] })).changed, true)
    }
  ),
  "a dry cleaning tells what would be left, and takes nothing": Effect.gen(function*() {
    const there = yield* scene
    const { id, tasks } = there
    const before = yield* all(there)
    const dry = yield* tasks.clean(id, { dryRun: true })
    hides("the answer", dry)
    equal([dry.version, dry.changed, dry.changes], [before.task.version, true, 4])
    equal(yield* all(there), before)
    equal((yield* tasks.clean(id)).state.params, null)
    equal((yield* tasks.clean(id, { dryRun: true })).changes, 0)
  }),
  "cleaned once more it is as it was, and what was written since is cleaned as well": Effect.gen(function*() {
    const there = yield* scene
    const { id, tasks, tracker, trackers } = there
    yield* tasks.clean(id)
    const before = yield* all(there)
    equal(yield* tasks.clean(id), { ...before.task, changed: false })
    equal(yield* all(there), before)
    yield* trackers.append(id, { agent_id: "x", content: secret })
    yield* tasks.clean(id)
    hides("all of it", yield* all(there))
    yield* trackers.update(tracker, AgentTaskTracker.AgentTaskTracker.fromBody({ status: secret }))
    yield* tasks.clean(id)
    hides("all of it", yield* all(there))
    yield* update(id, { merge_params: { a: secret } })
    equal((yield* tasks.clean(id)).changed, true)
    hides("all of it", yield* all(there))
  }),
  "what a version was before the cleaning is not known, and from it on every version is": Effect.gen(function*() {
    const there = yield* scene
    const { id, tasks } = there
    const cleaned = yield* tasks.clean(id)
    const then = cleaned.version
    const later = [yield* update(id, { merge_params: { a: 1 } }), yield* update(id, { task_metadata: { m: 2 } })]
    for (let version = 1; version < then; version++) {
      const uses = [
        tasks.at(id, version),
        tasks.diff(id, version),
        tasks.diff(id, then, version),
        tasks.restore(id, version),
        ...(version === 1 ? [] : [tasks.undo(id, version)]),
        tasks.update(id, Task.Task.fromBody({ merge_params: { z: 1 } }), { rebaseFrom: version })
      ] as ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>>
      for (const use of uses) yield* refusal(use, "RevisionRedacted")
    }
    yield* refusal(tasks.undo(id, then), "RevisionRedacted")
    yield* refusal(tasks.at(id, then + 3), "VersionUnknown")
    equal(yield* tasks.at(id, then), { version: then, state: cleaned.state })
    for (const { state, version } of later) equal(yield* tasks.at(id, version), { version, state })
    equal((yield* tasks.diff(id, then)).patch, {
      params: { set: { a: 1 } },
      task_metadata: { set: { m: 2 } }
    })
    const rebased = yield* tasks.update(id, Task.Task.fromBody({ merge_params: { b: 1 } }), { rebaseFrom: then })
    equal(rebased.state.params, { a: 1, b: 1 })
    equal((yield* tasks.undo(id, then + 2)).state.task_metadata, null)
    equal((yield* tasks.restore(id, then)).state.params, null)
    yield* tasks.clean(id)
    equal((yield* refusal(tasks.at(id, then + 1), "RevisionRedacted")).given, then + 1)
    equal(yield* tasks.at(id, then), { version: then, state: cleaned.state })
  }),
  "a cleaned task lives on: it is updated, moved and appended to": Effect.gen(function*() {
    const { first, id, tasks, tracker, trackers } = yield* scene
    yield* tasks.clean(id)
    equal((yield* tasks.move(id, "RUNNING")).state.status, "RUNNING")
    const next = yield* trackers.append(id, { agent_id: "x", content: "new" })
    equal([next.sequence_id, (yield* trackers.event(next.id)).content], [first.sequence_id + 1, "new"])
    const cursor = { last_processed_event_id: next.id }
    const moved = yield* trackers.update(tracker, AgentTaskTracker.AgentTaskTracker.fromBody(cursor))
    equal(moved.state.last_processed_event_id, { sequence: 2, id: next.id })
    equal(yield* trackers.at(tracker, moved.version), { version: moved.version, state: moved.state })
  }),
  "what a key remembers of a request is not told again once it is cleaned, and the cleaning itself is": Effect.gen(
    function*() {
      const tasks = yield* Tasks
      const trackers = yield* Trackers
      const { state: { id } } = yield* tasks.create({ agent_ids: ["x"] })
      const keyed = (key: string) =>
        Effect.provideService(IdempotencyKey, { scope: "cleaning", key: `${key} ${id}`, request: null })
      const write = tasks.update(id, Task.Task.fromBody({ merge_params: { a: secret } })).pipe(keyed("write"))
      const append = (content: unknown) =>
        trackers.append(id, { agent_id: "x", content }).pipe(keyed(`append ${JSON.stringify(content)}`))
      equal((yield* write).version, 2)
      yield* append({ text: secret })
      const empty = yield* append(null)
      yield* tasks.move(id, "INTERRUPTED")
      const cleaned = yield* tasks.clean(id).pipe(keyed("clean"))
      const refused = yield* refusal(write, "RevisionRedacted")
      equal([refused.given, refused.present], [2, 4])
      equal((yield* refusal(append({ text: secret }), "RevisionRedacted")).kind, "Event")
      equal(yield* append(null), empty)
      yield* update(id, { merge_params: { b: 1 } })
      equal(yield* tasks.clean(id).pipe(keyed("clean")), cleaned)
      equal((yield* tasks.get(id)).state.params, { b: 1 })
    }
  ),
  "a deleted task is cleaned as well, and stays deleted": Effect.gen(function*() {
    const there = yield* scene
    const { first, id, tasks, trackers } = there
    yield* tasks.move(id, "DELETED", { status_reason: secret })
    const cleaned = yield* tasks.clean(id)
    equal([cleaned.state.status, cleaned.state.params, cleaned.state.status_reason], ["DELETED", null, null])
    hides("the answer", cleaned)
    equal((yield* trackers.event(first.id)).content, null)
    equal((yield* tasks.clean(id)).changed, false)
    yield* refusal(tasks.get(id), "RecordMissing")
    yield* refusal(update(id, {}), "RecordMissing")
    equal((yield* tasks.create({ name: "kept" })).version, 1)
  }),
  "another task with the same agent keeps all that it has": Effect.gen(function*() {
    const { id, tasks } = yield* scene
    const other = yield* scene.pipe(as("another tenant"))
    const { state: neighbour } = yield* tasks.create({ params: { a: secret }, agent_ids: ["x"] })
    const trackers = yield* Trackers
    const event = yield* trackers.append(neighbour.id, { agent_id: "x", content: secret })
    const before = yield* all(other).pipe(as("another tenant"))
    yield* tasks.clean(id)
    equal((yield* tasks.get(neighbour.id)).state, neighbour)
    equal((yield* trackers.event(event.id)).content, secret)
    equal((yield* tasks.at(neighbour.id, 1)).state.params, { a: secret })
    equal(yield* all(other).pipe(as("another tenant")), before)
  }),
  "whatever is written at the same time, what was told before the cleaning is gone when it answers": Effect.gen(
    function*() {
      const { id, tasks, tracker, trackers } = yield* scene
      const marks = Array.from({ length: 24 }, (_, n) => `mark ${n} of ${id}`)
      const told = new Set<string>()
      const write = (mark: string, n: number): Effect.Effect<unknown, { readonly _tag: string }> =>
        n % 3 === 0
          ? tasks.update(id, Task.Task.fromBody({ task_metadata: { mark } }), { reason: mark })
          : n % 3 === 1
          ? trackers.append(id, { agent_id: "x", content: mark })
          : trackers.update(tracker, AgentTaskTracker.AgentTaskTracker.fromBody({ status: mark }))
      const writing = Effect.forEach(
        marks,
        (mark, n) => Effect.tap(write(mark, n), () => Effect.sync(() => told.add(mark))),
        { concurrency: 4, discard: true }
      )
      const cleaning = Effect.forEach(
        Array.from({ length: 6 }),
        () =>
          Effect.gen(function*() {
            const before = [...told]
            yield* tasks.clean(id)
            const seen = JSON.stringify([
              yield* tasks.get(id),
              yield* tasks.history(id, { limit: 1_000 }),
              yield* trackers.get(tracker),
              yield* trackers.history(tracker, { limit: 1_000 }),
              yield* trackers.events({ task_id: id, agent_id: "x", limit: 1_000 })
            ])
            equal(before.filter((mark) => seen.includes(`${mark}"`)), [])
          }),
        { discard: true }
      )
      yield* Effect.all([writing, cleaning], { concurrency: "unbounded" })
      const { version } = yield* tasks.clean(id)
      equal((yield* tasks.history(id, { limit: 1_000 })).map((entry) => entry.version).at(0), version)
      equal(
        (yield* trackers.events({ task_id: id, agent_id: "x", limit: 1_000 })).every(({ content }) => content === null),
        true
      )
    }
  )
}
