/**
 * What holds of the history of any record, whatever was done to it.
 *
 * @internal
 */
import {
  AgentTaskTracker,
  Board,
  BoardTask,
  type RecordKind,
  type Records,
  Revision,
  Task,
  TaskAgent,
  TaskAgents,
  Tasks,
  Trackers
} from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { strict as assert } from "node:assert"
import type { Services } from "./Fact.ts"
import { type Made, scope } from "./Verb.ts"

type Read<A> = Effect.Effect<A, unknown, Services>

interface Reading {
  readonly kind: RecordKind.RecordKind
  readonly ids: (made: Made) => ReadonlyArray<string>
  readonly get: (id: string) => Read<Records.Saved<Revision.Row>>
  readonly history: (id: string) => Read<ReadonlyArray<Revision.Revision>>
}

const whole = { limit: 1_000 }

const readings: ReadonlyArray<Reading> = [
  {
    kind: Task.taskKind,
    ids: ({ tasks }) => tasks,
    get: (id) => Effect.flatMap(Tasks, (service) => service.get(id)),
    history: (id) => Effect.flatMap(Tasks, (service) => service.history(id, whole))
  },
  {
    kind: AgentTaskTracker.trackerKind,
    ids: ({ trackers }) => trackers,
    get: (id) => Effect.flatMap(Trackers, (service) => service.get(id)),
    history: (id) => Effect.flatMap(Trackers, (service) => service.history(id, whole))
  },
  {
    kind: BoardTask.boardTaskKind,
    ids: ({ board }) => board,
    get: (id) => Effect.flatMap(Board, (service) => service.get(id)),
    history: (id) => Effect.flatMap(Board, (service) => service.history(id, whole))
  },
  {
    kind: TaskAgent.taskAgentKind,
    ids: ({ agents }) => agents,
    get: (id) => Effect.flatMap(TaskAgents, (service) => service.get(scope, id)),
    history: (id) => Effect.flatMap(TaskAgents, (service) => service.history(scope, id, whole))
  }
]

/**
 * Fails where the history of a record that is left has a gap, goes back in time, lets a cursor go back, or does not
 * lead to the record (laws P5, P6 and K). Gives how many histories it read.
 */
export const soundHistories = Effect.fnUntraced(function*(made: Made) {
  let read = 0
  for (const { get, history, ids, kind } of readings) {
    for (const id of ids(made)) {
      const found = yield* Effect.result(get(id))
      if (Result.isFailure(found)) continue
      const revisions = (yield* history(id)).toReversed()
      sound(kind, revisions)
      assert.equal(found.success.version, revisions.length)
      // What was cleaned away leads to nothing.
      if (!revisions.some(({ redacted }) => redacted)) {
        const [first, ...later] = revisions
        assert.deepEqual(Revision.replayAll(kind, first!.initial!, later), found.success.state)
      }
      read++
    }
  }
  return read
}, Effect.orDie)

const sound = ({ kind }: RecordKind.RecordKind, revisions: ReadonlyArray<Revision.Revision>): void => {
  assert.deepEqual(revisions.map(({ version }) => version), revisions.map((_, index) => index + 1))
  const moments = revisions.map(({ at }) => at)
  assert.deepEqual(moments, moments.toSorted())
  for (const field of Object.keys(kind.fields).filter((name) => kind.fields[name].kind === "forward")) {
    const steps = revisions.flatMap(({ patch }): ReadonlyArray<number> =>
      patch[field] === undefined ? [] : [patch[field].advance.sequence]
    )
    assert.deepEqual(steps, [...new Set(steps)].toSorted((a, b) => a - b))
  }
}
