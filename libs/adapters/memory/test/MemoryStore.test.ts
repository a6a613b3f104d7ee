import { describe, expect, it } from "@effect/vitest"
import { EventLog, RecordStore } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

const at = "2026-11-21T10:00:00.000000Z"
const author = { at, by: "tester", reason: null }

const insert = (kind: string, state: RecordStore.Insert["state"]): RecordStore.Insert => ({
  _tag: "Insert",
  key: { kind, tenant: "t", id: state["id"] },
  state,
  author
})

const task = insert("Task", {
  id: "a",
  name: null,
  status: "RUNNING",
  status_reason: null,
  created_at: at,
  updated_at: at,
  cleaned_at: null,
  params: { nested: { list: [1] } },
  task_metadata: null
})

const query = { kind: "Task", tenant: "t", where: {}, order: [], limit: 10 }

/** Changes a value in place, as a careless caller would, and whatever comes of that. */
const meddle = (change: () => unknown): void => {
  try {
    change()
  } catch {
    // What cannot be changed is as good as what is not kept.
  }
}

describe("the store in memory", () => {
  it.effect("what a caller does to what it was given, or gave, changes nothing that is kept", () =>
    Effect.gen(function*() {
      const store = yield* RecordStore.RecordStore
      const log = yield* EventLog.EventLog
      const content = { deep: [1] }
      yield* store.commit([
        [task],
        [insert("Agent", { id: "g", name: null, created_at: at })],
        [insert("AgentTaskTracker", {
          id: "r",
          agent_id: "g",
          task_id: "a",
          status: null,
          status_reason: null,
          last_processed_event_id: null,
          created_at: at,
          updated_at: at
        })]
      ])
      yield* log.append([{ tenant: "t", id: "e", task_id: "a", agent_id: "g", created_at: at, content }])
      const seen = Effect.all([
        store.get([task.key]),
        store.find(query),
        store.history(task.key, { limit: 10 }),
        log.read({ tenant: "t", task_id: "a", after: 0, limit: 10 })
      ])
      const before = JSON.stringify(yield* seen)
      const [[got], [found], [revision], [event]] = (yield* seen) as ReadonlyArray<ReadonlyArray<any>> as [
        [any],
        [any],
        [any],
        [any]
      ]
      meddle(() => content.deep.push(2))
      meddle(() => got.state.params.nested.list.push(2))
      meddle(() => (found.state.status = "DELETED"))
      meddle(() => delete revision.initial.params)
      meddle(() => event.content.deep.push(3))
      expect(JSON.stringify(yield* seen)).toBe(before)
      meddle(() => ((task.key as { id: string }).id = "a"))
      expect(Object.isFrozen(task.key)).toBe(false)
    }).pipe(Effect.provide(MemoryStore.layer())))

  it.effect("a query for a field or a kind that there is not is a defect, not an empty answer", () =>
    Effect.gen(function*() {
      const store = yield* RecordStore.RecordStore
      for (
        const wrong of [
          { ...query, where: { colour: ["red"] } },
          { ...query, order: [{ field: "colour", direction: "asc" as const }] },
          { ...query, kind: "Colour" }
        ]
      ) expect(Exit.hasDies(yield* Effect.exit(store.find(wrong)))).toBe(true)
    }).pipe(Effect.provide(MemoryStore.layer())))
})
